"""Leases on PostgreSQL, as other processes see them: during a reset, and when an attempt could not be settled."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.core.errors import StoreUnavailable
from emulator.core.outbox import LEASE
from emulator.store.changes import Changes
from emulator.store.opening import AnyStore
from emulator.store.postgres_changes import PostgresChanges
from tests.core.test_outbox import START, Post
from tests.postgres import Server
from tests.waiting import PATIENCE, wait_until

Drop = Callable[[], "Future[None]"]


@pytest.fixture
def stores(pair: tuple[AnyStore, AnyStore]) -> tuple[AnyStore, AnyStore]:
    """Those of two processes on one database, with a webhook that is due."""
    with pair[0].transaction() as tx:
        tx.add_sandbox("default", [], START)
    Post(pair[0]).add()
    return pair


def claimed(tx: Changes, store: AnyStore) -> Delivery:
    [due] = tx.due_deliveries(START, [], 9)
    return tx.lease(due, store.owner, 0.0, LEASE)


@contextmanager
def dropping(store: AnyStore, postgres: Server) -> Iterator[Drop]:
    """`drop()` begins to drop the sandbox, and returns when that waits for another transaction."""
    whose = f"application_name = '{store.owner}' AND wait_event_type = 'Lock'"
    waits = f"SELECT count(*) FROM pg_stat_activity WHERE {whose}"

    def drop_it() -> None:
        with store.transaction() as tx:
            tx.drop_sandbox("default")

    def drop() -> "Future[None]":
        dropped = pool.submit(drop_it)
        wait_until(lambda: postgres.ask(waits) == [(1,)])
        return dropped

    with ThreadPoolExecutor(1) as pool:
        yield drop


def attempts_of_others(store: AnyStore) -> int:
    with store.reading() as read:
        return read.leased_by_others("default", store.owner)


def test_an_attempt_whose_claim_is_committed_during_a_reset_is_waited_for(
    stores: tuple[AnyStore, AnyStore], postgres: Server
) -> None:
    one, other = stores
    with dropping(one, postgres) as drop:
        with other.transaction() as tx:
            claimed(tx, other)
            dropped = drop()
        dropped.result(PATIENCE)
    assert attempts_of_others(one) == 1


def test_an_attempt_that_is_settled_during_a_reset_is_not_waited_for(
    stores: tuple[AnyStore, AnyStore], postgres: Server
) -> None:
    one, other = stores
    with other.transaction() as tx:
        delivery = claimed(tx, other)
    assert attempts_of_others(one) == 1
    with dropping(one, postgres) as drop:
        with other.transaction() as tx:
            assert tx.sandbox_as_it_is("default")
            dropped = drop()
            delivered = replace(delivery, state=DeliveryState.DELIVERED, due_at=None)
            assert tx.settle(delivered, other.owner, Attempt(status=200), START)
        dropped.result(PATIENCE)
    assert attempts_of_others(one) == 0


@pytest.mark.parametrize("odd", ["held", 'a"{}\\\x00,b'])
def test_the_lease_of_an_attempt_that_could_not_be_settled_ends_while_its_process_lives(
    stores: tuple[AnyStore, AnyStore], url: str, postgres: Server, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailable("the connection was lost")

    def leases() -> list[int]:
        asked = postgres.ask(f"SELECT lease_until FROM {url.rpartition('%3D')[2]}.deliveries ORDER BY position")
        return [int(str(until)) for (until,) in asked]

    post = Post(stores[0], owner=stores[0].owner)
    post.add(odd)
    outbox = post.outbox(Attempt(status=200))
    lost, _ = outbox.claim({}, 8)
    monkeypatch.setattr(PostgresChanges, "settle", fail)
    assert outbox.deliver(lost) is None
    before = leases()
    outbox.renew()
    assert [now > then for then, now in zip(before, leases(), strict=True)] == [False, True]
    assert outbox.in_flight.leased() == [odd]

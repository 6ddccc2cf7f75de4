"""How PostgreSQL is asked: by prepared statements, several sent at once, on connections that threads share."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from emulator.core.case_file import CaseChange
from emulator.core.errors import Invalid, StoreUnavailable
from emulator.core.model import Case, CaseFilter, ClientClaim, Decision, Ids, NewCase, NewCheck, NewClient, Outcome
from emulator.core.ports import Newborn
from emulator.store.changes import Changes
from emulator.store.opening import AnyStore, open_store
from emulator.store.postgres_connection import Literal, read_queries
from emulator.store.postgres_failures import DatabaseHealth
from emulator.store.postgres_queues import SandboxQueues
from emulator.store.postgres_statements import Statement

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEWBORN = Newborn(first_ids=(("case", 10), ("client", 20), ("check", 30)))
DENIED = Decision(rule="r", outcome=Outcome.DENIED)


@pytest.fixture
def pair(pair: tuple[AnyStore, AnyStore]) -> tuple[AnyStore, AnyStore]:
    """Two processes' stores on one database, with a sandbox."""
    with pair[0].transaction() as tx:
        tx.add_sandbox("a", [("p", NEWBORN)], NOW)
    return pair


def order_of(key: str | None = None, *, days: int | None = None, details: str = "{}", checks: int = 0) -> NewCase:
    claim = ClientClaim(reuse_key=key, external_id=key, fresh=NewClient(name="Ada", retention_days=days))
    new = (NewCheck(kind="PEP", details="{}"),) * checks
    return NewCase(sandbox="a", provider="p", client=claim, details=details, checks=new)


def open_case(store: AnyStore, order: NewCase, now: datetime = NOW) -> Case:
    """Open a case as the core does: told beforehand which, the store does at once what it can."""
    with store.transaction() as tx:
        tx.expect(order)
        assert tx.sandbox("a")
        key = order.client.reuse_key
        known = tx.client_by_key("a", "p", key, now) if key else None
        case = add(tx, order, tx.take_ids(order, new_client=known is None), now)
    assert case
    return case


def add(tx: Changes, order: NewCase, ids: Ids, now: datetime = NOW) -> Case | None:
    fresh, key = order.client.fresh, order.client.reuse_key
    assert fresh
    known = tx.client_by_key("a", "p", key, now) if key else None
    client = known or tx.add_client("a", "p", ids.client, order.client, fresh, now)
    assert client
    return tx.add_case(order, client, ids, now, None, DENIED)


def test_every_query_can_be_prepared(url: str, pair: tuple[AnyStore, AnyStore]) -> None:
    queries = {name: query.sql for name, query in vars(read_queries()).items()}
    assert {name for name, sql in queries.items() if not isinstance(sql, Statement | Literal)} == set()
    refused = {}
    with psycopg.connect(url, autocommit=True) as connection:
        for name, sql in queries.items():
            if isinstance(sql, Statement):
                prepared = connection.pgconn.prepare(name.encode(), sql.raw)
                refused.update({name: prepared.get_error_message()} if prepared.error_field(ord("C")) else {})
    assert refused == {}


def test_ids_that_are_taken_early_follow_each_other(pair: tuple[AnyStore, AnyStore]) -> None:
    orders = [order_of("k", checks=2), order_of("k"), order_of(), order_of("l", checks=1)]
    cases = [open_case(pair[place % 2], order) for place, order in enumerate(orders)]
    assert [case.id for case in cases] == [10, 11, 12, 13]
    assert [case.client.id for case in cases] == [20, 20, 21, 22]
    assert [[check.id for check in case.checks] for case in cases] == [[30, 31], [], [], [32]]
    with pair[1].reading() as read:
        assert [read.case("a", "p", case.id, NOW) for case in cases] == cases
        assert read.count_cases("a", "p", CaseFilter(), NOW) == 4


def add_client_of_a_day(store: AnyStore) -> None:
    with store.transaction() as tx:
        assert tx.sandbox("a")
        gone = order_of("k", days=1)
        assert gone.client.fresh
        assert tx.add_client("a", "p", 19, gone.client, gone.client.fresh, NOW)


def test_a_client_whose_days_are_over_leaves_its_key_to_the_next(pair: tuple[AnyStore, AnyStore]) -> None:
    add_client_of_a_day(pair[0])
    cases = [open_case(pair[0], order_of("k"), NOW + timedelta(days=days)) for days in (0, 2, 2)]
    assert [case.client.id for case in cases] == [19, 19, 19]  # it lives as long as a case of it is kept


def test_a_client_without_cases_is_gone_after_its_days(pair: tuple[AnyStore, AnyStore]) -> None:
    add_client_of_a_day(pair[0])
    cases = [open_case(pair[0], order_of("k"), NOW + timedelta(days=2)) for _ in range(2)]
    assert [(case.id, case.client.id) for case in cases] == [(10, 20), (11, 20)]


def test_ids_taken_early_are_free_again_where_the_order_is_refused(pair: tuple[AnyStore, AnyStore]) -> None:
    def refuse() -> None:
        with pair[0].transaction() as tx:
            tx.expect(order_of())
            assert tx.sandbox("a")
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        refuse()
    assert open_case(pair[0], order_of()).id == 10


def test_what_waits_and_fails_undoes_its_transaction(pair: tuple[AnyStore, AnyStore]) -> None:
    case = open_case(pair[0], order_of())

    def add_twice() -> None:
        with pair[0].transaction() as tx:
            assert tx.sandbox("a")
            assert add(tx, order_of(), Ids(case=99, client=99, first_check=99))
            assert add(tx, order_of(), Ids(case=case.id, client=98, first_check=98))

    with pytest.raises(psycopg.IntegrityError):
        add_twice()
    assert open_case(pair[0], order_of()).id == 11
    with pair[0].reading() as read:
        assert read.case("a", "p", 99, NOW) is None


def test_a_change_that_contradicts_another_on_a_new_connection_leaves_it_in_order(url: str) -> None:
    taken = Invalid(())
    with closing(open_store(None, url)) as store:
        with store.transaction() as tx:
            tx.add_sandbox("a", [("p", NEWBORN)], NOW)
        cases = [open_case(store, replace(order_of(), external_id=key, taken=taken)) for key in "kl"]
    change = CaseChange(external_id="k", webhook_url=None, retention_days=None, details="{}", taken=taken)
    with closing(open_store(None, url)) as store:
        with store.transaction() as tx:
            assert not tx.change_case(cases[1], change, NOW)
        with store.transaction() as tx:
            assert tx.change_case(cases[1], replace(change, external_id="m"), NOW)


def test_more_than_a_socket_takes_is_sent_at_once(pair: tuple[AnyStore, AnyStore]) -> None:
    details = "x" * 6_000_000
    case = open_case(pair[0], order_of(details=details, checks=300))
    with pair[1].reading() as read:
        found = read.case("a", "p", case.id, NOW)
    assert found == case


def test_threads_of_one_process_wait_for_each_other_in_it() -> None:
    queues, order = SandboxQueues(patience=60), list[int]()
    queues.enter("a")

    def follow(number: int) -> None:
        queues.enter("a")
        order.append(number)
        queues.leave("a")

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(follow, number) for number in range(2)]
        queues.enter("b")
        queues.leave("b")
        order.append(-1)
        queues.leave("a")
        for each in done:
            each.result()
    assert order[0] == -1
    assert sorted(order) == [-1, 0, 1]


def test_whoever_waits_too_long_for_a_sandbox_is_told_what_the_database_would_say() -> None:
    queues = SandboxQueues(patience=0.01)
    queues.enter("a")
    with pytest.raises(errors.LockNotAvailable):
        queues.enter("a")
    queues.leave("a")
    queues.enter("a")


@pytest.mark.parametrize("kind", [errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable])
def test_a_change_that_was_in_the_way_of_another_is_no_trouble_of_the_database(kind: type[errors.Error]) -> None:
    health = DatabaseHealth("postgresql:///name")
    with pytest.raises(StoreUnavailable, match="had to undo a change"):
        health.explain(kind("it says so"))
    assert not health.trouble

"""What is claimed while somebody waits for attempts: who waits until nothing is in flight waits for that as well."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from emulator.core.completion import Completion
from emulator.core.deliveries import Attempt, Delivery, DeliveryFilter, DeliveryState
from emulator.core.outbox import Outbox
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.core.time_machine import TimeMachine
from emulator.store.opening import AnyStore
from emulator.store.postgres_changes import PostgresChanges
from tests.core.test_outbox import START, Post
from tests.waiting import PATIENCE


@dataclass
class Claim:
    """A sender that has found a delivery and leases it only when somebody has looked; then it sends until `sent`."""

    found: Event = field(default_factory=Event)
    looked: Event = field(default_factory=Event)
    sent: Event = field(default_factory=Event)

    def lease(self, tx: PostgresChanges, delivery: Delivery, *given: Any) -> Delivery:
        """What `PostgresChanges.lease` is meanwhile."""
        self.found.set()
        assert self.looked.wait(PATIENCE)
        return self._lease(tx, delivery, *given)

    def wait(self, sandboxes: Sandboxes, name: str) -> None:
        """What `Sandboxes.wait_for_attempts` is meanwhile: only who waits again lets the attempt end."""
        if self.looked.is_set():
            self.sent.set()
        self._wait(sandboxes, name)
        self.looked.set()

    def send(self, _: Delivery) -> Attempt:
        """Make the attempt."""
        assert self.sent.wait(PATIENCE)
        return Attempt(status=200)

    _lease = staticmethod(PostgresChanges.lease)
    _wait = staticmethod(Sandboxes.wait_for_attempts)


@pytest.fixture
def stores(pair: tuple[AnyStore, AnyStore]) -> tuple[AnyStore, AnyStore]:
    """Those of two processes on one database."""
    with pair[0].transaction() as tx:
        tx.add_sandbox("default", [], START)
    return pair


def time_machine(post: Post, outbox: Outbox) -> TimeMachine:
    parts: dict[str, Any] = {"store": post.store, "clock": post.clock, "wake": lambda _: None}
    completion = Completion(**parts, sandboxes=outbox.sandboxes, news=Signal())
    return TimeMachine(**parts, sandboxes=outbox.sandboxes, completion=completion, outbox=outbox)


def send_one(outbox: Outbox) -> None:
    [delivery] = outbox.claim({}, 8)
    assert outbox.deliver(delivery)


@pytest.mark.parametrize("claimer", [0, 1], ids=["its own process", "another process"])
def test_an_advance_waits_for_an_attempt_whose_claim_is_committed_after_it_began(
    stores: tuple[AnyStore, AnyStore], claimer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, posts = Claim(), [Post(store, owner=store.owner) for store in stores]
    outboxes = [post.outbox(Attempt()) for post in posts]
    monkeypatch.setattr(PostgresChanges, "lease", lambda tx, *given: claim.lease(tx, *given))
    monkeypatch.setattr(Sandboxes, "wait_for_attempts", lambda sandboxes, name: claim.wait(sandboxes, name))
    monkeypatch.setattr(posts[claimer].script, "send", claim.send)
    posts[0].add()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send_one, outboxes[claimer])
        assert claim.found.wait(PATIENCE)
        try:
            time_machine(posts[0], outboxes[0]).advance("default", timedelta())
            with stores[0].reading() as read:
                [report] = read.find_deliveries("default", DeliveryFilter(), 9)
        finally:
            claim.sent.set()
        sending.result(PATIENCE)
    assert report.delivery.state is DeliveryState.DELIVERED
    assert [attempt.status for attempt in report.attempts] == [200]

"""When a failed webhook is tried again, with a clock that the test moves."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.core.in_flight import InFlight
from emulator.core.outbox import PER_TARGET, SENDERS, Outbox
from emulator.core.retry import parse_retry
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.sandboxes import Sandboxes
from emulator.store.changes import Changes
from emulator.store.opening import AnyStore
from emulator.store.sqlite import SqliteStore
from tests.waiting import PATIENCE

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class SteppedClock(WallClock):
    """Stands still until it is moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def stopwatch(self) -> float:
        return (self.moment - START).total_seconds()


@dataclass
class Script:
    """A sender that makes of each attempt what the test says; the last for ever."""

    attempts: list[Attempt]
    sent: list[Delivery] = field(default_factory=list)

    def send(self, delivery: Delivery) -> Attempt:
        self.sent.append(delivery)
        return self.attempts.pop(0) if len(self.attempts) > 1 else self.attempts[0]


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    store = SqliteStore()
    with store.transaction() as tx:
        tx.add_sandbox("default", [], START)
    yield store
    store.close()


@dataclass
class Post:
    """An outbox with one webhook in it, and what happens to it."""

    store: AnyStore
    clock: SteppedClock = field(default_factory=SteppedClock)
    owner: str = "me"
    retry: str = "standard"

    def outbox(self, *attempts: Attempt) -> Outbox:
        self.script = Script(list(attempts))
        return Outbox(
            store=self.store,
            clock=self.clock,
            sandboxes=Sandboxes(
                store=self.store,
                clock=self.clock,
                defaults=SandboxSettings(retry=parse_retry(self.retry)),
                provider_rules={},
                in_flight=InFlight(),
            ),
            sender=self.script,
            owner=self.owner,
            wake=lambda _: None,
        )

    def add(self, key: str = "one", url: str = "http://localhost:3000/") -> None:
        with self.store.transaction() as tx:
            tx.add_delivery(
                Delivery(
                    id=key,
                    sandbox="default",
                    provider="aplyid",
                    case_id=1,
                    event="case.completed",
                    url=url,
                    headers={},
                    body=b"{}",
                    state=DeliveryState.SCHEDULED,
                    created_at=START,
                    due_at=START,
                )
            )

    def run(self, outbox: Outbox) -> list[float]:
        """Deliver until nothing is due any more; the seconds at which attempts were made."""
        made = []
        while due := self.due():
            self.clock.moment = max(due, self.clock.moment)
            for delivery in outbox.claim({}, 10):
                made.append((self.clock.moment - START).total_seconds())
                outbox.deliver(delivery)
        return made

    def due(self) -> datetime | None:
        with self.store.reading() as read:
            return read.next_due(self.clock.now(), [])


@pytest.fixture
def post(store: SqliteStore) -> Post:
    post = Post(store)
    post.add()
    return post


DOWN = Attempt(error="nothing listens")
OK = Attempt(status=200)


def test_the_standard_profile_makes_six_attempts_with_growing_waits(post: Post) -> None:
    assert post.run(post.outbox(DOWN)) == [0, 5, 35, 155, 755, 4355]


def test_a_wait_counts_from_the_end_of_the_attempt_before(post: Post) -> None:
    outbox = post.outbox(DOWN)
    [delivery] = outbox.claim({}, 10)
    post.clock.moment += timedelta(seconds=10)  # as long as an attempt may take
    outbox.deliver(delivery)
    assert post.due() == START + timedelta(seconds=15)


def test_it_ends_with_the_first_success(post: Post) -> None:
    assert post.run(post.outbox(DOWN, Attempt(status=500, error="500"), OK)) == [0, 5, 35]


@pytest.mark.parametrize(
    ("profile", "attempts"), [("once", [0]), ("1,2,3", [0, 1, 3, 6]), ("0", [0, 0]), ("0.5", [0, 0.5])]
)
def test_other_profiles_make_other_attempts(store: SqliteStore, profile: str, attempts: list[float]) -> None:
    post = Post(store, retry=profile)
    post.add()
    assert post.run(post.outbox(DOWN)) == attempts


@pytest.mark.parametrize("attempt", [Attempt(status=410, error="gone"), Attempt(blocked=True, error="no")])
def test_gone_and_blocked_end_it_at_once(post: Post, attempt: Attempt) -> None:
    assert post.run(post.outbox(attempt)) == [0]


@pytest.mark.parametrize(("asked", "waited"), [(0, 0), (7, 7), (3600, 3600), (86400, 3600)])
def test_retry_after_counts_instead_of_the_profile_up_to_an_hour(post: Post, asked: int, waited: int) -> None:
    busy = Attempt(status=429, error="429", retry_after=timedelta(seconds=asked))
    assert post.run(post.outbox(busy, OK)) == [0, waited]


def test_retry_after_does_not_add_attempts(post: Post) -> None:
    busy = Attempt(status=429, error="429", retry_after=timedelta(seconds=1))
    assert len(post.run(post.outbox(busy))) == 6


def test_every_attempt_carries_the_same_id_headers_and_bytes(post: Post) -> None:
    post.run(post.outbox(DOWN))
    assert {(d.id, d.body, d.url) for d in post.script.sent} == {("one", b"{}", "http://localhost:3000/")}
    assert [d.attempts for d in post.script.sent] == [1, 2, 3, 4, 5, 6]


def test_two_owners_never_hold_the_same_delivery(post: Post) -> None:
    other = Post(post.store, post.clock, owner="other").outbox(OK)
    assert len(post.outbox(OK).claim({}, 10)) == 1
    assert other.claim({}, 10) == []


def test_a_lease_that_ran_out_is_taken_over_and_the_late_answer_does_not_count(post: Post) -> None:
    first = post.outbox(DOWN)
    [delivery] = first.claim({}, 10)
    post.clock.moment += timedelta(seconds=61)
    second = Post(post.store, post.clock, owner="other").outbox(OK)
    [taken] = second.claim({}, 10)
    first.deliver(delivery)
    second.deliver(taken)
    assert post.due() is None
    assert second.claim({}, 10) == []


def test_released_leases_are_due_again(post: Post) -> None:
    outbox = post.outbox(OK)
    outbox.claim({}, 10)
    assert outbox.claim({}, 10) == []
    outbox.release()
    assert [d.attempts for d in outbox.claim({}, 10)] == [2]


def test_one_target_gets_only_so_many_at_once(store: SqliteStore) -> None:
    post = Post(store)
    for number in range(20):
        post.add(f"slow-{number}", "http://slow:1/")
    post.add("other", "http://other:1/")
    outbox = post.outbox(OK)
    first = outbox.claim({}, 32)
    assert [d.target for d in first].count("slow:1") == PER_TARGET
    assert "other" in [d.id for d in first]
    assert outbox.claim({"slow:1": PER_TARGET}, 32) == []
    with store.reading() as read:
        assert read.next_due(START, ["slow:1"]) is None


def test_however_many_targets_are_slow_a_sender_is_left_for_the_next(store: SqliteStore) -> None:
    post = Post(store)
    for target in range(10):
        for number in range(10):
            post.add(f"{target}-{number}", f"http://slow-{target}:1/")
    outbox = post.outbox(OK)
    load: Counter[str] = Counter()
    while claimed := outbox.claim(load, SENDERS - load.total()):
        load.update(d.target or "" for d in claimed)
    assert load.total() < SENDERS or len(load) > 6
    assert max(load.values()) <= PER_TARGET


def test_a_sender_that_breaks_down_makes_a_failed_attempt(store: SqliteStore) -> None:
    post = Post(store, retry="1,2")
    post.add()
    assert post.run(post.outbox()) == [0, 1, 3]  # with no attempt to give, the script raises


def test_an_attempt_is_under_way_from_its_lease_on(store: SqliteStore) -> None:
    post = Post(store)
    post.add()
    outbox = post.outbox(Attempt(status=200))
    [leased] = outbox.claim({}, 1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(outbox.in_flight.wait_for, "default", 2 * PATIENCE)
        with pytest.raises(TimeoutError):
            waiting.result(0.05)
        outbox.deliver(leased)
        waiting.result(PATIENCE)


def test_an_attempt_whose_lease_is_undone_is_not_under_way(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(store)
    post.add()
    outbox = post.outbox(Attempt(status=200))
    transaction = store.transaction

    @contextmanager
    def fails_at_its_end() -> Iterator[Changes]:
        with transaction() as tx:
            yield tx
            raise OSError("the disk is full")

    monkeypatch.setattr(store, "transaction", fails_at_its_end)
    with pytest.raises(OSError, match="disk"):
        outbox.claim({}, 1)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(outbox.in_flight.wait_for, "default", 2 * PATIENCE).result(PATIENCE)

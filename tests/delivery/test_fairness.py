"""Creating, completing and delivering share the emulator; what is counted are turns, and no time."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from emulator.app import Built, build_emulator
from emulator.core import turns
from emulator.core.completion import BATCH, Completion, Moved
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.outbox import SENDERS, Outbox
from emulator.delivery import scheduler
from emulator.delivery.lazy_sender import LazySender
from emulator.running import RunningEmulator
from emulator.settings import Settings
from tests.emulators import APLYID_PATH, CREATE_CASE, Emulator, served, settings
from tests.receivers import Receiver, receiving, status
from tests.waiting import PATIENCE, wait_until
from tests.wire import request_bytes


class Office:
    """An emulator without its threads, and clients that create as fast as they can."""

    def __init__(self, built: Built) -> None:
        self.built, self.created, self._closing = built, list[int](), False

    def create(self) -> None:
        request = CREATE_CASE["request"]
        answer = self.built.app.test_client().post(APLYID_PATH, json=request["body"], headers=request["headers"])
        self.created.append(answer.status_code)

    def create_until_closed(self) -> None:
        while not self._closing:
            self.create()

    def close(self) -> None:
        self._closing = True

    @property
    def waiting(self) -> int:
        """The clients that give way to what is due."""
        return len(self.built.scheduler.outbox.in_flight.turns._waiting)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(status(200)) as receiver:
        yield receiver


@pytest.fixture
def office(receiver: Receiver) -> Iterator[Office]:
    built = build_emulator(Settings(delay=timedelta(), webhook_url=receiver.url))
    yield Office(built)
    built.store.close()


def test_clients_that_never_rest_create_three_cases_for_four_webhooks_that_are_sent(
    monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", PATIENCE)
    outbox = office.built.scheduler.outbox
    monkeypatch.setattr(outbox.sender, "away", turns.Turns().away)  # as if the receiver answered at once
    for _ in range(8):
        office.create()
    office.built.scheduler.completion.complete_due()
    claimed = outbox.claim({}, 8)
    with ThreadPoolExecutor(6) as pool:
        for _ in range(6):
            pool.submit(office.create_until_closed)
        wait_until(lambda: office.waiting == 6)
        for sent, delivery in enumerate(claimed[:-1], 1):
            assert outbox.deliver(delivery)
            wait_until(lambda: office.waiting == 6)
            assert len(office.created) == 8 + sent - sent // turns.SPARE
        office.close()
        outbox.deliver(claimed[-1])
    assert set(office.created) == {201}


def test_what_is_due_is_sent_though_other_cases_are_still_to_be_completed(
    monkeypatch: pytest.MonkeyPatch, office: Office, receiver: Receiver
) -> None:
    turns_taken: list[tuple[str, int]] = []
    complete, claim = Completion.complete_due, Outbox.claim

    def completing(self: Completion) -> Sequence[Moved | None]:
        moved = complete(self)
        turns_taken.append(("completed", len(moved)))
        return moved

    def claiming(self: Outbox, *args: object) -> Sequence[Delivery]:
        claimed = claim(self, *args)  # type: ignore[arg-type]
        turns_taken.append(("claimed", len(claimed)))
        return claimed

    for _ in range(3 * BATCH):
        office.create()
    monkeypatch.setattr(Completion, "complete_due", completing)
    monkeypatch.setattr(Outbox, "claim", claiming)
    office.built.scheduler.start()
    assert len({receiver.next().json["case_id"] for _ in range(3 * BATCH)}) == 3 * BATCH
    office.built.scheduler.stop()
    first = next(i for i, (act, many) in enumerate(turns_taken) if act == "claimed" and many)
    assert sum(many for act, many in turns_taken[:first] if act == "completed") <= BATCH


def test_cases_that_are_due_together_share_a_transaction_up_to_a_bound(office: Office) -> None:
    for _ in range(BATCH + 1):
        office.create()
    seen: list[str] = []
    office.built.store._db.set_trace_callback(seen.append)
    batches = [len(office.built.scheduler.completion.complete_due()) for _ in range(3)]
    assert batches == [BATCH, 1, 0]
    assert seen.count("COMMIT") == 2


def test_cases_are_completed_though_every_sender_waits_for_a_slow_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "SAFETY_POLL", timedelta(days=1))
    held, begun = threading.Event(), list[str | None]()

    def send(sender: LazySender, delivery: Delivery) -> Attempt:
        begun.append(delivery.target)
        held.wait(2 * PATIENCE)
        return Attempt(status=200)

    monkeypatch.setattr(LazySender, "send", send)
    with served() as emulator:
        other = Emulator(emulator.url, "other")
        other.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        other.control("PATCH", "", {"delay": 60})
        for _ in range(2 * BATCH):
            other.sphinxhq.open_case()
        for number in range(SENDERS):
            emulator.sphinxhq.open_case(webhook_url=f"http://r{number}.localhost:3000/")
        wait_until(lambda: len(begun) == SENDERS)
        other.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:01:00Z"})
        try:
            wait_until(lambda: other.control("GET", "inbox").json()["count"] == 2 * BATCH)
        finally:
            held.set()


def test_requests_that_give_way_hold_up_nobody_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", PATIENCE)
    with RunningEmulator(settings(delay=3600)) as running, ThreadPoolExecutor(8) as pool:
        emulator, gate = Emulator(running.address), running._built.scheduler.outbox.in_flight.turns
        for _ in range(2):  # from the second on, a create is answered on the loop
            assert emulator.aplyid.create().status_code == 201
        with gate.work():
            waiting = [pool.submit(Emulator(running.address).aplyid.create) for _ in range(8)]
            wait_until(lambda: len(gate._waiting) == 8)
            assert emulator.raw(request_bytes("GET", "/_emulator/livez")).status == 200
            assert emulator.control("GET", "cases").json()["count"] == 2
            assert not any(answer.done() for answer in waiting)
        assert {answer.result(PATIENCE).status_code for answer in waiting} == {201}


def test_webhooks_go_out_when_the_system_has_threads_again(office: Office, receiver: Receiver) -> None:
    work, start = office.built.scheduler, threading.Thread.start

    def start_no_sender(thread: threading.Thread) -> None:
        if thread.name.startswith("sender"):
            raise RuntimeError("can't start new thread")
        start(thread)

    office.create()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start_no_sender)
        work.start()
        wait_until(lambda: work._lacks_thread)
    receiver.next()
    wait_until(lambda: not work._sending)
    work.stop()
    assert (work.outbox.in_flight.turns._working, work.outbox.in_flight.turns._away) == (0, 0)

"""The thread that notices what is due."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from emulator.core.completion import Completion
from emulator.core.outbox import SENDERS
from emulator.delivery import scheduler
from emulator.delivery.scheduler import Alarm
from emulator.store.questions import Questions
from tests.emulators import Emulator, served
from tests.receivers import PATIENCE, receiving, status
from tests.waiting import wait_until

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.usefixtures("_no_safety_poll")
def test_cases_that_end_much_later_do_not_keep_it_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []
    look = Completion.complete_due
    monkeypatch.setattr(Completion, "complete_due", lambda self: turns.append(1) or look(self))
    with served(delay=3600) as emulator, ThreadPoolExecutor(8) as pool:
        mine = (Emulator(emulator.url) for _ in range(400))
        list(pool.map(lambda e: e.aplyid.open_case(), mine))
    assert len(turns) < 5  # once at the start, and not once a case


def test_what_is_announced_while_it_looked_is_not_missed() -> None:
    alarm = Alarm()
    alarm.listen()
    alarm.wake(NOW)
    alarm.sleep(NOW + timedelta(days=1), lambda: NOW)  # would take a day


def test_it_is_woken_from_its_sleep_by_a_ring_before() -> None:
    alarm = Alarm()
    alarm.listen()
    alarm.ring()
    alarm.sleep(NOW + timedelta(days=1), lambda: NOW)


@pytest.fixture
def _no_safety_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker is not told of, or forgets, never comes."""
    monkeypatch.setattr(scheduler, "SAFETY_POLL", timedelta(days=1))


@pytest.mark.usefixtures("_no_safety_poll")
def test_a_receiver_with_more_than_it_may_be_sent_at_once_gets_all_of_it_and_all_retries() -> None:
    with receiving(status(500)) as failing, receiving() as kind, served(retry="0.05,0.05,0.05") as emulator:
        for number in range(120):
            emulator.sphinxhq.open_case(webhook_url=(failing, kind)[number % 2].url)
        assert sorted(kind.next().json["id"] for _ in range(60)) == list(range(2, 121, 2))
        sent = Counter(failing.next().json["id"] for _ in range(240))
    assert sent == dict.fromkeys(range(1, 121, 2), 4)


@pytest.mark.usefixtures("_no_safety_poll")
def test_once_slow_receivers_that_took_every_sender_answer_everybody_is_served() -> None:
    held = threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)
        status(200)(handler)

    with ExitStack() as doors, served() as emulator:
        slow = [doors.enter_context(receiving(hold)) for _ in range(SENDERS + 4)]
        for receiver in slow * 3:
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
        wait_until(lambda: sum(receiver.received.qsize() for receiver in slow) == SENDERS)
        held.set()
        assert {len({receiver.next().json["id"] for _ in range(3)}) for receiver in slow} == {3}


def test_many_for_one_receiver_are_not_looked_through_after_each_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    look = Questions.next_due
    monkeypatch.setattr(Questions, "next_due", lambda self, now, busy: looks.append(1) or look(self, now, busy))
    with receiving() as receiver, served(delay=60) as emulator:
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        for _ in range(400):
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
        looks.clear()
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:01:00Z"})
        assert len({receiver.next().json["id"] for _ in range(400)}) == 400
    assert len(looks) < 80  # once for each batch of cases that end, and not once an attempt


def test_what_was_taken_up_is_sent_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)
        status(200)(handler)

    # With one thread the second is leased, which counts as an attempt, and waits for the first.
    monkeypatch.setattr(scheduler, "ThreadPoolExecutor", lambda _, **named: ThreadPoolExecutor(1, **named))
    with receiving(hold) as receiver:
        with served() as emulator:
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
            wait_until(lambda: emulator.wait("deliveries?state=in_flight")["count"] == 2)
            threading.Timer(0.3, held.set).start()  # by then it is being stopped
        assert {receiver.next().json["id"] for _ in range(2)} == {1, 2}

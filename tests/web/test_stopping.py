"""An emulator that stops answers all that waits, at once, and says that it stops."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest
import requests

from emulator.running import RunningEmulator
from tests.emulators import Emulator, settings
from tests.receivers import drip_headers, receiving, status
from tests.waiting import PATIENCE, wait_until

LONG = "timeout=60"


@pytest.fixture
def running() -> Iterator[RunningEmulator]:
    with RunningEmulator(settings(delay=3600)) as running:
        yield running


def asked(running: RunningEmulator, ask: Callable[[Emulator], requests.Response]) -> "Future[requests.Response]":
    """A request that waits, once it has a wait slot."""
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(ask, Emulator(running.address))
    pool.shutdown(wait=False)
    free = running._built.desks["aplyid"].request_faults.wait_slots.free
    wait_until(lambda: free._value < 48)
    return answer


@pytest.mark.parametrize(
    "path",
    [
        f"deliveries/wait?{LONG}",
        f"deliveries/wait?{LONG}&expect=none",
        f"inbox/wait?{LONG}",
        f"inbox/wait?{LONG}&expect=none",
    ],
)
def test_a_long_poll_is_answered_that_the_emulator_stops(running: RunningEmulator, path: str) -> None:
    answer = asked(running, lambda emulator: emulator.control("GET", path))
    running.stop()
    got = answer.result(timeout=PATIENCE)
    assert (got.status_code, "the emulator stops" in got.json()["detail"]) == (503, True)


def test_a_request_that_a_fault_delays_is_answered(running: RunningEmulator) -> None:
    Emulator(running.address).control("POST", "faults", {"kind": "latency", "seconds": 60})
    answer = asked(running, lambda emulator: emulator.aplyid.create())
    running.stop()
    assert answer.result(timeout=PATIENCE).status_code == 201


def test_an_advance_ends_with_the_attempts_under_way(running: RunningEmulator) -> None:
    emulator = Emulator(running.address)
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "delay": 3600})
        running._built.begin_stop()
        emulator.aplyid.open_case()
        answer = emulator.control("POST", "clock/advance", {"seconds": 7200})
        assert (answer.status_code, receiver.nothing_came()) == (503, True)
        assert emulator.control("GET", "clock").json()["mode"] != "advancing"


def test_an_attempt_that_does_not_end_is_given_up_and_made_again_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.delivery.sender.STOP_SECONDS", 0.2)
    kept = settings(database=f"sqlite:///{tmp_path}/kept.sqlite", retry="once")
    held = Event()
    with receiving(drip_headers(held), status(200)) as receiver:
        with RunningEmulator(kept) as running:
            Emulator(running.address).sphinxhq.open_case(webhook_url=receiver.url)
            receiver.next()
        with RunningEmulator(kept) as again:
            receiver.next()
            [sent] = Emulator(again.address).wait("deliveries/wait")["deliveries"]
        held.set()
    assert (sent["state"], len(sent["attempts"])) == ("delivered", 1)


def test_what_comes_after_that_is_answered_at_once(running: RunningEmulator) -> None:
    emulator = Emulator(running.address)
    running._built.begin_stop()
    assert emulator.control("GET", f"deliveries/wait?{LONG}").status_code == 503
    emulator.control("POST", "faults", {"kind": "latency", "seconds": 60})
    assert emulator.aplyid.create().status_code == 201


def test_an_attempt_of_an_advance_that_is_under_way_is_stored(tmp_path: Path) -> None:
    release, arrived = Event(), Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        arrived.set()
        release.wait(PATIENCE)
        status(200)(handler)

    kept = settings(delay=60, database=f"sqlite:///{tmp_path}/kept.sqlite")
    with receiving(hold) as receiver, ThreadPoolExecutor(2) as pool:
        with RunningEmulator(kept) as running:
            emulator = Emulator(running.address)
            emulator.control("PATCH", "clock", {"frozen": True})
            emulator.control("PATCH", "", {"webhook_url": receiver.url})
            emulator.aplyid.open_case()
            pool.submit(emulator.control, "POST", "clock/advance", {"seconds": 60})
            assert arrived.wait(PATIENCE)
            stopped = pool.submit(running.stop)
            wait_until(lambda: running._built.scheduler._stopping)
            release.set()
            stopped.result(PATIENCE)
        with RunningEmulator(kept) as running:
            [delivery] = Emulator(running.address).control("GET", "deliveries").json()["deliveries"]
            assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 1)
        receiver.next()
        assert receiver.nothing_came()

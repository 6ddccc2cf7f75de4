"""Name servers that do not answer: the look-up is a part of the attempt, with its deadline and its time."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from emulator.delivery import lookups
from emulator.delivery.lookups import UnknownName, look_up
from tests.delivery.test_sender import HASTY, send
from tests.emulators import Emulator
from tests.receivers import receiving
from tests.waiting import assert_ends, wait_until

REAL = socket.getaddrinfo


class NameServer:
    """One that answers no question about these names until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked: list[str] = []

    def answer(self, host: str, port: int, *more: Any, **named: Any) -> Any:
        if host.startswith(("slow", "localhost")):
            self.asked.append(host)
            self.let_go.wait()
            return REAL("127.0.0.1", port, *more, **named)
        return REAL(host, port, *more, **named)


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """A name server that does not answer during the test."""
    server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", server.answer)
    try:
        yield server
    finally:
        server.let_go.set()
        wait_until(lambda: not lookups._under_way)


def test_a_look_up_that_is_not_answered_is_given_up(mute: NameServer) -> None:
    with pytest.raises(UnknownName, match="the name slow was not found in time: the name server does not answer"):
        look_up("slow", 80, 0.01)


def test_a_host_is_looked_up_once_however_many_ask(mute: NameServer) -> None:
    for _ in range(5):
        with pytest.raises(UnknownName):
            look_up("slow", 80, 0.001)
    assert mute.asked == ["slow"]
    found: list[object] = []
    waiting = [threading.Thread(target=lambda: found.append(look_up("slow", 80, 60.0))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    mute.let_go.set()
    for thread in waiting:
        assert_ends(thread.join)
    assert [str(address) for [address] in found] == ["127.0.0.1"] * 3  # type: ignore[misc]


def test_not_more_than_so_many_wait_for_a_name_server(mute: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "MOST_LOOKUPS", 3)
    for number in range(3):
        with pytest.raises(UnknownName, match="in time"):
            look_up(f"slow{number}", 80, 0.001)
    with pytest.raises(UnknownName, match="answers none of 3"):
        look_up("slow4", 80, 60.0)
    assert len(mute.asked) == 3


def test_what_fails_in_the_thread_fails_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", break_down)
    with pytest.raises(UnknownName, match="the name nobody is not known here"):
        look_up("nobody", 80)


def test_an_attempt_ends_at_its_deadline_and_its_time_counts_the_look_up(mute: NameServer) -> None:
    attempt = send("http://slow:3000/", HASTY)
    assert (attempt.status, attempt.error) == (
        None,
        "the name slow was not found in time: the name server does not answer",
    )
    assert attempt.took >= timedelta(seconds=HASTY.total_seconds)
    assert mute.asked == ["slow"]


def test_what_is_left_after_the_look_up_is_for_the_receiver(emulator: Emulator, mute: NameServer) -> None:
    with receiving() as receiver:
        emulator.sphinxhq.open_case(webhook_url=f"http://slow:{receiver.port}/")
        wait_until(lambda: mute.asked == ["slow"])
        mute.let_go.set()
        assert receiver.next().path == "/"


def test_a_host_is_found_when_the_system_has_threads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(UnknownName, match="no thread left"):
            look_up("localhost", 80)
    assert look_up("localhost", 80)

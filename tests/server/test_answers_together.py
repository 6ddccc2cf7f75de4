"""What is answered in one turn of the loop is made certain and sent together."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event, current_thread
from wsgiref.types import WSGIEnvironment

import pytest

from emulator.server import limits
from emulator.server.connection import Connection
from emulator.server.wsgi_call import Reply
from tests.server.serving import Served, get, read_until, served
from tests.waiting import PATIENCE

LAST = b"loop"  # how an answer of the loop ends


@dataclass
class Together:
    """Requests that come while the loop is held, so that it finds all of them in its next turn."""

    is_held: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)
    asked: list[str] = field(default_factory=list)  # on the loop
    confirmed: list[int] = field(default_factory=list)  # how many had been asked at each call
    verdicts: list[bool] = field(default_factory=list)  # of the next calls; later ones say True

    def act(self, environ: WSGIEnvironment) -> None:
        if current_thread().name == "server":
            self.asked.append(environ["PATH_INFO"])
            if environ["PATH_INFO"] == "/hold":
                self.is_held.set()
                self.go_on.wait(PATIENCE)

    def confirm(self) -> bool:
        if len(self.asked) == sum(self.confirmed[-1:]):  # nothing was asked since the last turn
            return True
        self.confirmed.append(len(self.asked))
        return self.verdicts.pop(0) if self.verdicts else True

    @contextmanager
    def lines(self, made: Served, many: int) -> Iterator[Sequence[socket.socket]]:
        """So many connections, each with a request that the loop finds in one turn."""
        for path in ("/quick", "/hold"):
            made.raw(get(path, "Connection: close"))  # so that they are known to be quick
        with ExitStack() as stack:
            holder, *lines = (stack.enter_context(made.connect()) for _ in range(many + 1))
            holder.sendall(get("/hold"))
            assert self.is_held.wait(PATIENCE)
            for line in lines:
                line.sendall(get("/quick"))
            self.go_on.set()
            read_until(holder, LAST)
            yield lines


@pytest.fixture
def together() -> Together:
    return Together()


@pytest.fixture
def made(together: Together) -> Iterator[Served]:
    with served(("/quick", "/hold"), act=together.act, confirm=together.confirm) as made:
        yield made


def test_many_answers_are_made_certain_at_once_and_then_sent(together: Together, made: Served) -> None:
    most = limits.ANSWERS_AT_ONCE
    with together.lines(made, most + 3) as lines:
        for line in lines:
            read_until(line, LAST)
    assert together.confirmed == [1, 1 + most, 1 + most + 3]


def test_what_could_not_be_kept_is_answered_anew_in_threads(together: Together, made: Served) -> None:
    together.verdicts = [True, False]
    with together.lines(made, 3) as lines:
        for line in lines:
            assert b"GET /quick 0 thread" in read_until(line, b"thread")
            line.sendall(get("/quick"))
            read_until(line, LAST)


def test_a_confirmation_that_fails_is_a_bug_of_which_nobody_but_the_log_hears(
    together: Together, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> bool:
        raise KeyError

    with served(("/quick", "/hold"), act=together.act, confirm=fail) as made:
        made.raw(get("/quick", "Connection: close"))
        answer = made.raw(get("/quick", "Connection: close"))
    assert (together.asked, b"GET /quick 0 thread" in answer) == (["/quick"], True)
    assert "a bug of the emulator, please report it" in caplog.text


def test_a_bug_in_sending_one_answer_leaves_all_others(
    together: Together, made: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    send = Connection.complete

    def complete(connection: Connection, reply: Reply) -> None:
        if connection is odd:
            raise KeyError
        send(connection, reply)

    def remember(connection: Connection, reply: Reply) -> None:
        nonlocal odd
        odd = connection
        send(connection, reply)

    odd: Connection | None = None
    with made.connect() as broken:
        monkeypatch.setattr(Connection, "complete", remember)
        broken.sendall(get("/quick"))
        read_until(broken, b"thread")
        monkeypatch.setattr(Connection, "complete", complete)
        broken.sendall(get("/quick"))
        assert broken.recv(1) == b""
        assert b"/quick 0 loop" in made.raw(get("/quick", "Connection: close"))
    assert "a bug of the emulator, please report it" in caplog.text


def test_the_thread_of_the_loop_enters_what_is_around_it(together: Together) -> None:
    inside: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        inside.append(current_thread().name)
        yield
        inside.append("left")

    with served(("/quick",), act=together.act, around_loop=around) as made:
        made.raw(get("/quick", "Connection: close"))
        assert inside == ["server"]
    assert inside == ["server", "left"]

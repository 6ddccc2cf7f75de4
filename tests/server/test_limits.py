"""Who takes too long, or takes too many connections, is hung up on; nobody else is."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from emulator.server import limits
from emulator.web.wait_slots import MOST_WAITING
from tests.emulators import Emulator
from tests.emulators import served as emulator_served
from tests.server.serving import Served, get, is_hung_up_on, read_all, read_until, served, statuses
from tests.waiting import wait_until

BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"


@contextmanager
def lines(made: Served, many: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(made.connect()) for _ in range(many)]


@pytest.mark.parametrize(
    ("begun", "seconds", "detail"), [(b"GET / HT", limits.HEAD_SECONDS, "head"), (BODY, limits.BODY_SECONDS, "body")]
)
def test_a_request_has_a_time_to_be_complete_however_it_drips(begun: bytes, seconds: int, detail: str) -> None:
    with served() as made, made.connect() as line:
        line.sendall(begun)
        made.look()  # so that it was read
        made.clock.ahead += seconds - 2
        line.sendall(b"a")
        made.look()
        made.clock.ahead += 3
        received = read_all(line)
    assert (statuses(received), detail in received.decode()) == ([408], True)
    assert [(report.status, report.environ.get("PATH_INFO")) for report in made.refused] == [
        (408, "/" if detail == "body" else None)
    ]


def test_what_was_complete_in_time_is_answered() -> None:
    with served() as made, made.connect() as line:
        line.sendall(BODY)
        made.look()
        made.clock.ahead += limits.HEAD_SECONDS + 5  # the head was complete
        made.look()
        line.sendall(b"cde")
        assert b"POST / 5" in read_until(line, b"thread")


def test_an_idle_connection_is_kept_for_a_while_and_then_closed() -> None:
    with served() as made, made.connect() as unused, made.connect() as line:
        line.sendall(get("/a"))
        read_until(line, b"thread")
        made.clock.ahead += limits.IDLE_SECONDS - 5
        line.sendall(get("/b"))
        read_until(line, b"GET /b 0 thread")
        made.clock.ahead += 10
        assert read_all(unused) == b""
        line.sendall(get("/c"))  # it was used meanwhile
        read_until(line, b"GET /c 0 thread")
        made.clock.ahead += limits.IDLE_SECONDS + 1
        assert read_all(line) == b""


def test_a_request_that_begins_late_has_its_time_all_the_same() -> None:
    with served() as made, made.connect() as line:
        line.sendall(get("/a"))
        read_until(line, b"thread")
        made.clock.ahead += limits.IDLE_SECONDS - 5
        line.sendall(BODY)
        made.look()
        made.clock.ahead += 10
        made.look()
        line.sendall(b"cde")
        assert b"POST / 5" in read_until(line, b"thread")


def test_where_there_are_too_many_the_longest_idle_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 10)
    with served() as made, lines(made, 10) as first:
        for line in (first[0], first[2]):  # these are not the longest idle any more
            line.sendall(get())
            read_until(line, b"thread")
        first[3].sendall(b"GE")  # nor does a piece of a request help
        with lines(made, 2) as second:
            for line in second:
                line.sendall(get("/new"))
                read_until(line, b"thread")
            assert (read_all(first[1]), read_all(first[3])) == (b"", b"")
            first[0].sendall(get("/old"))
            read_until(first[0], b"GET /old 0 thread")


def test_the_page_names_the_limits_as_they_are() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "configuration.md").read_text("utf-8")
    section = page.partition("## What the server allows")[2].partition("\n## ")[0]
    sizes = (
        f"{limits.HEAD_BYTES // 1024} KiB",
        f"{limits.BODY_BYTES // 1024**2} MiB",
        f"{limits.HEADER_FIELDS:,} headers",
    )
    times = (limits.IDLE_SECONDS, limits.HEAD_SECONDS, limits.BODY_SECONDS, limits.DRAIN_SECONDS)
    many = (f"{limits.CONNECTIONS:,}", f"| {limits.THREADS}, of which {MOST_WAITING} ")
    assert [text for text in (*sizes, *(f"{seconds} s" for seconds in times), *many) if text not in section] == []


@pytest.mark.slow
def test_eleven_hundred_sockets_that_drip_keep_out_nobody() -> None:
    with emulator_served() as emulator, ExitStack() as stack:
        dripping = [stack.enter_context(emulator.connect()) for _ in range(1100)]
        for _ in range(3):
            for line in dripping:
                with suppress(OSError):  # some had to make room
                    line.sendall(b"P")
            for number in range(3):
                assert Emulator(emulator.url, f"honest-{number}").aplyid.create().status_code == 201


def test_who_does_not_read_the_answers_gets_no_more_of_them() -> None:
    many = 50
    with served() as made, made.connect() as line:
        line.sendall(get("/large") * many)
        received = line.recv(1000)

        def is_given_up() -> bool:
            made.clock.ahead += limits.IDLE_SECONDS + 1
            made.look()
            return is_hung_up_on(line)

        wait_until(is_given_up)
        received += read_all(line)
    assert 1 <= len(statuses(received)) < many

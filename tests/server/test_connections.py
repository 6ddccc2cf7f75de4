"""What happens on one connection: the order of answers, the leave to continue, and the end."""

import errno
import socket
from contextlib import ExitStack
from threading import Event
from unittest.mock import Mock

import pytest

from emulator.server import limits
from emulator.server.http_server import Server, listen
from tests.emulators import served as emulator_served
from tests.receivers import PATIENCE
from tests.server.serving import get, in_background, is_hung_up_on, read_all, read_until, served, statuses
from tests.waiting import assert_ends, wait_until


def test_requests_that_are_sent_at_once_are_answered_in_their_order() -> None:
    paths = [f"/{kind}-{number}" for number in range(100) for kind in ("quick", "slow")]
    with served(quick=tuple(path for path in paths if "quick" in path)) as made, made.connect() as line:
        for _ in range(2):  # the second time the quick ones are answered on the loop
            line.sendall(b"".join(map(get, paths)))
            received = read_until(line, b"GET /slow-99 0 thread").decode()
            assert [part.split()[0] for part in received.split("GET ")[1:]] == paths
    assert "GET /quick-99 0 loop" in received


def test_who_sends_many_at_once_keeps_nobody_waiting() -> None:
    seen: list[str] = []
    with served(quick=("/",), act=lambda environ: seen.append(environ["HTTP_HOST"])) as made:
        made.raw(get("/", "Connection: close"))
        with made.connect() as greedy:
            in_background(lambda: greedy.sendall(get() * 20_000))
            wait_until(lambda: len(seen) > 100)
            before = len(seen)
            made.raw(get("/", "Connection: close").replace(b"Host: a", b"Host: honest"))
            assert seen.index("honest") - before < 15_000


def test_headers_go_out_in_the_order_of_their_names_as_the_application_spells_them() -> None:
    with served() as made:
        answer = made.raw(get("/", "Connection: close"))
    names = [line.partition(b":")[0] for line in answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert names == [b"Connection", b"Content-Length", b"Content-Type", b"Date", b"Server", b"X-odd-ID"]


@pytest.mark.parametrize("length", [b"5", b"500000"])
def test_who_waits_for_the_leave_to_send_gets_it_once(length: bytes) -> None:
    with served() as made, made.connect() as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: %b\r\n\r\n" % length)
        assert read_until(line, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b" " * int(length))
        assert statuses(read_until(line, b"thread")) == [200]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("Content-Length: 10737418240", 200),  # the application refuses it, unread
        ("Content-Length: 5\r\nContent-Length: 5", 400),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding: gzip", 501),
    ],
)
def test_who_will_be_refused_gets_no_leave_to_send(lines: str, status: int) -> None:
    with served() as made, made.connect() as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{lines}\r\n\r\n".encode())
        received = read_all(line)
    assert statuses(received) == [status]
    assert b"Connection: close" in received


def test_an_answer_is_read_though_much_more_was_sent() -> None:
    size = limits.LINGER_BYTES // 2
    with served() as made, made.connect() as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // 65_536):
            line.sendall(b" " * 65_536)
        assert statuses(read_all(line)) == [200]


def test_who_never_stops_sending_is_cut_off_some_day() -> None:
    with served() as made, made.connect() as line:
        line.sendall(b"nonsense\r\n\r\n")
        wait_until(lambda: bool(made.refused))
        made.clock.ahead += limits.LINGER_SECONDS + 1
        made.look()
        assert statuses(read_all(line)) == [400]
        wait_until(lambda: is_hung_up_on(line))


def test_who_sends_no_more_still_gets_the_answers() -> None:
    with served() as made, made.connect() as line:
        line.sendall(get("/a") + get("/b") + b"GET /half")
        line.shutdown(socket.SHUT_WR)
        received = read_all(line)
    assert statuses(received) == [200, 200, 400]


def test_an_old_client_is_answered_in_its_version_and_hung_up_on_unless_it_asks() -> None:
    with served() as made:
        received = made.raw(b"GET /a HTTP/1.0\r\n\r\n")
        assert received.startswith(b"HTTP/1.0 200 OK\r\nConnection: close\r\n")
        with made.connect() as line:
            line.sendall(b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert b"Connection: Keep-Alive" in read_until(line, b"thread")
            line.sendall(b"GET /b HTTP/1.0\r\n\r\n")
            assert statuses(read_all(line)) == [200]


def test_the_answer_to_head_has_no_body() -> None:
    with served() as made:
        received = made.raw(get("/abc", "Connection: close").replace(b"GET", b"HEAD"))
    head, _, body = received.partition(b"\r\n\r\n")
    assert (b"Content-Length: 18" in head, body) == (True, b"")


def test_a_request_under_way_is_answered_before_the_end_and_its_connection_closed() -> None:
    begun, go_on = Event(), Event()

    def act(environ: dict[str, object]) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    with ExitStack() as stack:
        with served(act=act) as made:
            line, idle = (stack.enter_context(made.connect()) for _ in range(2))
            line.sendall(get("/slow") + get("/next"))
            assert begun.wait(PATIENCE)
            in_background(lambda: (read_all(idle), go_on.set()))  # it is hung up on when the server stops
        received = read_all(line)
    assert statuses(received) == [200, 200]
    assert received.count(b"Connection: close") == 1


def test_who_is_answered_too_late_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Event(), Event()

    def act(environ: dict[str, object]) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    with ExitStack() as stack:
        running = stack.enter_context(ExitStack())
        made = running.enter_context(served(act=act))
        line = stack.enter_context(made.connect())
        line.sendall(get("/slow"))
        assert begun.wait(PATIENCE)
        monkeypatch.setattr(limits, "DRAIN_SECONDS", 0)
        assert_ends(running.close)
        assert read_all(line) == b""
        go_on.set()


def test_a_server_that_never_started_frees_the_port_and_one_stops_once() -> None:
    listening = listen("127.0.0.1", 0)
    address = listening.getsockname()
    server = Server(lambda environ, start_response: [], listening)
    server.stop()
    server.stop()
    listen(*address).close()


def test_ipv6_works_as_ipv4() -> None:
    with emulator_served(host="::1") as emulator:
        url = emulator.url.replace("127.0.0.1", "[::1]")
        assert emulator.url.startswith("http://[::1]:")
        created = emulator.of("six").aplyid.open_case()
        assert created["case_url"].startswith(url)


@pytest.mark.parametrize(
    "late", [b"GET /half HTTP/1.1\r\nHo", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_what_is_overdue_is_refused_once(late: bytes) -> None:
    with served() as made, made.connect() as line:
        line.sendall(late)
        made.look()
        for _ in range(4):
            made.clock.ahead += limits.BODY_SECONDS + 1
            made.look()
            made.clock.ahead += 1
        assert statuses(read_all(line)) == [408]
        assert [refused.status for refused in made.refused] == [408]


def test_what_was_refused_is_not_overdue_later() -> None:
    with served() as made, made.connect() as line:
        line.sendall(b"GET / HTTP/1.1\r\n")
        made.look()
        line.sendall(b"no header\r\n\r\n")
        wait_until(lambda: bool(made.refused))
        made.clock.ahead += limits.HEAD_SECONDS + 1
        made.look()
        assert statuses(read_all(line)) == [400]
        assert [refused.status for refused in made.refused] == [400]


def test_a_large_answer_is_not_cut_though_its_request_took_longer_than_one_may_be_idle() -> None:
    go_on = Event()
    act = lambda environ: environ["PATH_INFO"] == "/huge" and go_on.wait(PATIENCE)  # noqa: E731
    with served(act=act) as made, made.connect() as line:
        line.sendall(get("/huge", "Connection: close"))
        made.look()
        made.clock.ahead += limits.IDLE_SECONDS + 1
        go_on.set()
        received = line.recv(1000)
        made.look()
        received += read_all(line)
    assert len(received) > 30_000_000


def test_it_stops_though_the_process_may_open_no_more_files(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(lambda environ, start_response: [], listen("127.0.0.1", 0))

    def accept() -> None:
        raise OSError(errno.EMFILE, "too many open files")

    listening = Mock(wraps=server._loop._listening, accept=accept)
    listening.fileno.return_value = server._loop._listening.fileno()
    server._loop._listening = listening
    server.start()
    with socket.create_connection(listening.getsockname()):
        wait_until(lambda: not server._loop._listens)
        assert_ends(server.stop)


def test_a_bug_in_what_a_thread_asks_of_the_loop_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    server, done = Server(lambda environ, start_response: [], listen("127.0.0.1", 0)), Event()

    def fail() -> None:
        raise ZeroDivisionError

    server._loop._calls.extend([fail, done.set])
    server.start()
    server._loop.soon(lambda: None)
    assert done.wait(PATIENCE)
    assert "a bug of the emulator" in caplog.text
    server.stop()

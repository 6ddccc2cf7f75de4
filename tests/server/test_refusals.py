"""What the emulator's server refuses by itself is answered, logged and journalled like any other refusal."""

import socket
from typing import Any

import pytest

from emulator.server.limits import BODY_BYTES
from tests.bad_input.table import CREDENTIALS, PATHS, PROVIDERS
from tests.emulators import Emulator
from tests.server import serving
from tests.server.serving import read_all, statuses
from tests.wire import read_answer

SECRET = "test_do-not-show"


def journalled(emulator: Emulator, status: int) -> list[dict[str, Any]]:
    """The exchanges of this sandbox with that status."""
    path = f"requests?status={status}"
    found: list[dict[str, Any]] = emulator.control("GET", path).json()["requests"]
    return found


def head(emulator: Emulator, provider: str, *lines: str, first: str = "") -> bytes:
    name, key = CREDENTIALS[provider]
    named = [f"{name}: {key.replace('@SANDBOX@', emulator.sandbox)}", "Host: localhost", *lines, "", ""]
    return "\r\n".join([first or f"POST {PATHS[provider]} HTTP/1.1", *named]).encode()


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("lines", "first", "status", "detail"),
    [
        (["Content-Length: 5", "Content-Length: 6"], "", 400, "Content-Length stands there twice"),
        (["Transfer-Encoding: gzip"], "", 501, "only chunked is known"),
        ([f"X-{number}: a" for number in range(1001)], "", 431, "more than 1000 headers"),
    ],
    ids=["400", "501", "431"],
)
def test_what_cannot_be_read_leaves_a_line_in_log_and_journal(
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    provider: str,
    lines: list[str],
    first: str,
    status: int,
    detail: str,
) -> None:
    with emulator.connect() as line:
        line.sendall(head(emulator, provider, *lines, first=first))
        received = read_all(line)
    assert statuses(received) == [status]
    assert detail in received.decode()
    own = f"{provider} POST {PATHS[provider]} {status}"
    [logged] = [record.getMessage() for record in caplog.records if record.getMessage().startswith(own)]
    assert detail in logged
    # Whose it is stands in a header, which was read unless there were too many.
    found = journalled(emulator.of("default") if status == 431 else emulator, status)
    # Others whose head was too long stand in the default sandbox as well.
    exchange, *_ = [each for each in found if each["provider"] == provider and detail in str(each)]
    assert exchange["url"].startswith(PATHS[provider]) if "url" in exchange else PATHS[provider] in str(exchange)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /?token=%b HTTP/1.1 x\r\n\r\n" % SECRET.encode(), 400),
        (b"GET /" + b"a" * 70_000, 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"CONNECT www.acme.com:443 HTTP/1.1\r\nHost: www.acme.com:443\r\n\r\n", 400),
    ],
    ids=["http2", "tls", "garbage", "long", "no host", "proxy"],
)
def test_what_belongs_to_nobody_stands_in_the_journal_of_default(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, sent: bytes, status: int
) -> None:
    with emulator.connect() as line:
        line.sendall(sent)
        assert statuses(read_all(line)) == [status]
    assert journalled(emulator.of("default"), status)
    assert f" {status} (" in caplog.text
    assert SECRET not in caplog.text + str(journalled(emulator.of("default"), status))


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_bound_is_refused_in_the_words_of_the_api(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, provider: str, chunked: bool
) -> None:
    size = BODY_BYTES + 1_000_000
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    with emulator.connect() as line:
        line.sendall(head(emulator, provider, framing, "Content-Type: application/json"))
        if chunked:
            line.sendall(b"%x\r\n" % size)
        for _ in range(size // 1000):  # all of it, before the answer is read
            line.sendall(b" " * 1000)
        answer = read_answer(line)
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert answer.headers["content-type"].startswith("application/json")
    assert "1048576 bytes" in answer.body.decode()
    assert len(journalled(emulator, 413)) == 1
    assert f"{provider} POST {PATHS[provider]} 413" in caplog.text


def test_a_body_that_nobody_sends_is_refused_before_the_leave_to_send_it(emulator: Emulator) -> None:
    lines = ("Expect: 100-continue", f"Content-Length: {10 * 1024**3}", "Content-Type: application/json")
    with emulator.connect() as line:
        line.sendall(head(emulator, "sphinxhq", *lines))
        assert read_answer(line).status == 413


def test_a_target_with_another_host_is_judged_by_that(emulator: Emulator) -> None:
    for target, status in (("http://evil.example/", 421), ("http://localhost/", 200)):
        with emulator.connect() as line:
            line.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            assert statuses(read_all(line)) == [status]


def test_two_cookie_lines_are_one(emulator: Emulator) -> None:
    key = f"Cookie: a=b\r\nCookie: sessionid=test_{emulator.sandbox}"
    with emulator.connect() as line:
        line.sendall(f"GET /api/cases/ HTTP/1.1\r\nHost: a\r\n{key}\r\nConnection: TE, close\r\n\r\n".encode())
        assert statuses(read_all(line)) == [200]


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "http:// instead of https://"),
        (b"\0\1", "begins with a verb"),
        (b"GET /_emulator/livez HTTP/1.1\nHost: localhost\n\n", "CR LF"),
    ],
    ids=["tls", "garbage", "LF"],
)
def test_what_cannot_become_a_request_is_refused_before_it_is_complete(sent: bytes, detail: str) -> None:
    with serving.served() as server:
        assert detail.encode() in server.raw(sent)  # no time passes on the server's clock


@pytest.mark.parametrize(
    ("sent", "url", "detail"),
    [
        (b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{}", "/a", "as long as the head says"),
        (b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "/b", "body was not complete"),
        (b"GET /c HTTP/1.1\r\nHost:", "/c", "no blank line"),
    ],
    ids=["length", "chunks", "head"],
)
def test_who_ends_before_the_request_is_complete_leaves_a_trace(sent: bytes, url: str, detail: str) -> None:
    with serving.served() as server, server.connect() as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        assert statuses(read_all(line)) == [400]
    [refused] = server.refused
    assert (refused.environ["REQUEST_URI"], refused.status, detail in refused.detail) == (url, 400, True)


def test_who_leaves_between_two_requests_is_no_fault() -> None:
    with serving.served() as server:
        for sent in (b"", serving.get("/a"), serving.get("/a") + b"\r\n"):
            with server.connect() as line:
                line.sendall(sent)
                line.shutdown(socket.SHUT_WR)
                assert len(statuses(read_all(line))) == sent.count(b"GET")
    assert not server.refused


def test_a_path_of_any_length_takes_one_short_line_of_the_log(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    with emulator.connect() as line:
        line.sendall(b"%b /%b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % (b"A" * 9000, b"a" * 50_000))
        assert statuses(read_all(line)) == [404]
    assert max(len(record.getMessage()) for record in caplog.records) < 800

"""One attempt, to every kind of receiver."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.delivery.connection import TargetConnection
from emulator.delivery.sender import HttpSender
from emulator.delivery.targets import Target, Targets
from tests.receivers import (
    Reply,
    abort,
    bomb,
    bytes_only,
    drip_body,
    drip_headers,
    free_port,
    garbage,
    receiving,
    status,
)
from tests.waiting import PATIENCE

TARGETS, CLOCK, AGENT = Targets(frozenset()), WallClock(), "case-emulator/test"
SENDER = HttpSender(TARGETS, CLOCK, AGENT, connect_seconds=PATIENCE, total_seconds=PATIENCE)
HASTY = HttpSender(TARGETS, CLOCK, AGENT, connect_seconds=0.5, total_seconds=0.5)  # for receivers that take too long


def send(url: str, sender: HttpSender = SENDER) -> Attempt:
    return sender.send(
        Delivery(
            id="1",
            sandbox="default",
            provider="aplyid",
            case_id=1,
            event="case.completed",
            url=url,
            headers={"Content-Type": "application/json", "X-Mine": "yes"},
            body=b'{"a":1}',
            state=DeliveryState.IN_FLIGHT,
            created_at=datetime.now(UTC),
            due_at=None,
        )
    )


def send_to(*replies: Reply, sender: HttpSender = SENDER) -> Attempt:
    with receiving(*replies) as receiver:
        return send(receiver.url, sender)


@pytest.fixture
def held() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(code: int) -> None:
    attempt = send_to(status(code))
    assert (attempt.ok, attempt.status, attempt.error) == (True, code, None)


@pytest.mark.parametrize("code", [400, 401, 404, 410, 422, 429, 500, 502, 503, 599])
def test_any_other_status_is_told(code: int) -> None:
    attempt = send_to(status(code))
    assert (attempt.ok, attempt.status, attempt.error) == (False, code, f"the receiver answered {code}")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    with receiving() as elsewhere:
        attempt = send_to(status(code, Location=elsewhere.url))
        assert elsewhere.nothing_came()
    assert (attempt.ok, "redirects are not followed" in (attempt.error or "")) == (False, True)


INTERIM = [b"100 Continue", b"102 Processing", b"103 Early Hints", b"199 Of Tomorrow"]


@pytest.mark.parametrize("interim", [*([kind] for kind in INTERIM), INTERIM * 50], ids=lambda kinds: len(kinds))
@pytest.mark.parametrize(("final", "ok"), [(b"200 OK", True), (b"503 Busy", False)])
def test_interim_answers_are_read_over_to_the_final_one(interim: list[bytes], final: bytes, ok: bool) -> None:
    heads = [b"HTTP/1.1 %s\r\nLink: </a.css>\r\nContent-Length: 9\r\n\r\n" % kind for kind in interim]
    attempt = send_to(bytes_only(b"".join(heads) + b"HTTP/1.1 %s\r\nContent-Length: 2\r\n\r\nok" % final))
    assert (attempt.ok, attempt.status, attempt.answer) == (ok, int(final[:3]), b"ok")


def test_a_final_answer_may_come_in_a_packet_after_the_hints() -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")  # it is not buffered
        status(204)(handler)

    assert send_to(reply).status == 204


def test_to_switch_protocols_is_no_success_and_nothing_is_read_after_it() -> None:
    attempt = send_to(bytes_only(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))
    assert (attempt.ok, attempt.status, attempt.error) == (False, 101, "the receiver answered 101")


def test_hints_without_an_answer_are_a_failure() -> None:
    attempt = send_to(bytes_only(b"HTTP/1.1 103 Early Hints\r\n\r\n"))
    assert (attempt.ok, attempt.status) == (False, None)
    assert "closed the connection before it answered" in (attempt.error or "")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/webhooks/", "to /webhooks/,"),
        ("https://app:3443/hook", "to https://app:3443/hook,"),
        ("http://me:secret@app/hook?token=secret#secret", "to http://***@app/hook?***,"),
        ("?secret", "to ?***,"),
        ("", "to nowhere,"),
        ("http://[::1", "to http://[::1,"),
        ("http://me:secret@[x/?secret", "to http://***@[x/?***,"),
        ("http://app:99999/", "to http://app:99999/,"),
        ("//\x1b[31mapp/", "to //[31mapp/,"),
        ("/" + "x" * 9000, f"to /{'x' * 299},"),
    ],
)
def test_an_attempt_says_where_a_redirect_leads_and_gives_no_secret_away(location: str, shown: str) -> None:
    error = send_to(status(307, Location=location)).error or ""
    assert shown in error
    assert "secret" not in error


def test_no_more_of_the_body_of_a_redirect_is_read_than_of_another() -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(1600):
                handler.wfile.write(b"x" * 65_536)
            sent.append("all of 100 MB")

    sent: list[str] = []
    assert (send_to(reply).status, sent) == (302, [])


@pytest.mark.parametrize("code", [304, 305, 306, 399])
def test_what_sends_nobody_elsewhere_is_no_redirect(code: int) -> None:
    assert send_to(status(code, Location="http://127.0.0.1:1/")).error == f"the receiver answered {code}"


@pytest.mark.parametrize("drip", [drip_headers, drip_body])
def test_a_dripping_receiver_is_cut_off_at_the_deadline(drip: type[drip_body], held: threading.Event) -> None:
    attempt = send_to(drip(held), sender=HASTY)
    assert (attempt.status, "took longer" in (attempt.error or "")) == (None, True)
    assert attempt.took >= timedelta(seconds=HASTY.total_seconds)


def test_a_silent_receiver_is_cut_off_at_the_deadline(held: threading.Event) -> None:
    attempt = send_to(lambda handler: held.wait(PATIENCE) and None, sender=HASTY)
    assert "took longer" in (attempt.error or "") or "timed out" in (attempt.error or "")


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    sent: list[int] = []
    attempt = send_to(bomb(100, sent))
    assert (attempt.ok, len(attempt.answer)) == (True, 4096)
    assert sum(sent) < 20 << 20  # what the sockets buffer, not what was offered


def test_when_nobody_listens_it_says_so_and_hints_at_containers() -> None:
    port = free_port()
    assert send(f"http://127.0.0.1:{port}/").error == f"nothing listens on 127.0.0.1:{port}"
    assert "host.docker.internal" in (send(f"http://localhost:{port}/").error or "")


def test_where_nobody_greets_in_tls_it_is_said_what_to_write() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the system takes the connection, and nobody answers
        url, sender = f"https://127.0.0.1:{silent.getsockname()[1]}/", replace(HASTY, total_seconds=PATIENCE)
        error = send(url, sender).error or ""
    assert "did not answer the greeting of TLS in time: if it speaks none, use http://" in error


@pytest.mark.parametrize("line", [b"no colon", b"X-\0\x1b[31m: \1\xff", b" folded: first", b"\xc3\xa4: x"])
def test_a_header_that_cannot_be_read_is_no_matter_for_the_log(line: bytes, caplog: pytest.LogCaptureFixture) -> None:
    attempt = send_to(bytes_only(b"HTTP/1.1 200 OK\r\nX-Before: 1\r\n%b\r\nContent-Length: 0\r\n\r\n" % line))
    assert (attempt.status, attempt.ok, caplog.text) == (200, True, "")


@pytest.mark.parametrize("reply", [abort, garbage])
def test_a_broken_answer_is_a_failure(reply: Reply) -> None:
    attempt = send_to(reply)
    assert (attempt.ok, attempt.status, bool(attempt.error)) == (False, None, True)


def test_a_receiver_that_takes_no_connection_in_time_fails() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for line in waiting:
            line.setblocking(False)
            line.connect_ex(full.getsockname())
        attempt = send(f"http://127.0.0.1:{full.getsockname()[1]}/", HASTY)
        for line in waiting:
            line.close()
    assert (attempt.ok, bool(attempt.error)) == (False, True)


def test_a_name_nobody_knows_is_told() -> None:
    assert "not known here" in (send("http://no-such-service-here:1/").error or "")


def test_the_receiver_sees_the_name_it_was_called_by() -> None:
    with receiving() as receiver:
        assert send(f"http://localhost:{receiver.port}/a%20b?c=d e&ü").ok
        webhook = receiver.next()
    assert webhook.header("Host") == f"localhost:{receiver.port}"
    assert webhook.path == "/a%20b?c=d%20e&%C3%BC"
    assert webhook.header("User-Agent") == "case-emulator/test"


def test_a_proxy_or_netrc_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert send(receiver.url).ok
        assert proxy.nothing_came()


@pytest.mark.parametrize(
    "told",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +99999999999999999", "Mon, 99 Foo"],
)
def test_a_date_that_is_none_is_no_retry_after(told: str) -> None:
    attempt = send_to(status(503, Retry_After=told))
    assert (attempt.status, attempt.retry_after) == (503, None)


def test_a_deadline_that_comes_while_dialling_ends_the_attempt(held: threading.Event) -> None:
    with receiving(drip_body(held)) as receiver:
        line = TargetConnection(Target(urlsplit(receiver.url), "x", receiver.port, ("127.0.0.1",)), 0.5)
        line.abort()
        with pytest.raises(OSError, match="no address"):
            line.dial()


@pytest.mark.parametrize(
    ("told", "wait"),
    [("0", 0), ("7", 7), (" 12 ", 12), ("soon", None), ("-1", None), ("99999999999999999999", 10**8)],
)
def test_retry_after_is_read_as_seconds(told: str, wait: int | None) -> None:
    attempt = send_to(status(429, Retry_After=told))
    assert attempt.retry_after == (None if wait is None else timedelta(seconds=wait))


def test_retry_after_is_read_as_a_date() -> None:
    later, earlier = (datetime.now(UTC) + timedelta(hours=h) for h in (1, -1))
    wait = send_to(status(503, Retry_After=format_datetime(later, usegmt=True))).retry_after
    assert wait
    assert timedelta(minutes=59) < wait <= timedelta(hours=1)
    assert send_to(status(503, Retry_After=format_datetime(earlier, usegmt=True))).retry_after == timedelta()


def test_the_limits_of_the_real_sender_are_three_and_ten_seconds() -> None:
    usual = HttpSender(TARGETS, CLOCK, AGENT)
    assert (usual.connect_seconds, usual.total_seconds) == (3, 10)

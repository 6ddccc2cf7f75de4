"""Every kind of receiver on a clock that stands still: what is written down of each attempt, and when the next is."""

import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import trustme

from emulator.delivery import sender
from emulator.delivery.sender import HttpSender
from tests.emulators import Emulator, served
from tests.receivers import (
    Receiver,
    Reply,
    abort,
    bytes_only,
    drip_body,
    drip_headers,
    endless,
    free_port,
    garbage,
    receiving,
    reset,
    reset_after_headers,
    status,
)

START = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
DELAY, INSTANT = 2.0, 0.001
STANDARD = (5, 30, 120, 600, 3600)
HOUR = (3600,) * 5
Door = Callable[[], AbstractContextManager[Receiver]]


@dataclass(frozen=True)
class Row:
    """A receiver, and what becomes of a webhook for it."""

    name: str
    door: Door
    status: int | None = None
    told: str | None = None  # in the error of each attempt
    waits: Sequence[float] = STANDARD
    ends: str = "failed"
    reason: str | None = None  # in the end, where it is not the error of the last attempt
    hears: bool = True  # does a request get as far as its handler?


def taken(code: int) -> Row:
    return Row(f"{code}", partial(receiving, status(code)), code, waits=(), ends="delivered")


def redirect(code: int) -> Row:
    reply = status(code, Location="http://127.0.0.1:1/elsewhere")
    return Row(
        f"{code}", partial(receiving, reply), code, f"answered {code}, a redirect, and redirects are not followed"
    )


def refused(code: int, waits: Sequence[float] = STANDARD, named: str = "", **headers: str) -> Row:
    name = f"{code} {named or headers or ''}".strip()
    return Row(name, partial(receiving, status(code, **headers)), code, f"the receiver answered {code}", waits)


def dated(code: int, retry_after: str, date: str, wait: float) -> Row:
    """A refusal whose Date header is its own as well: the receiver's watch may be another than ours."""
    head = f"HTTP/1.1 {code} Busy\r\nDate: {date}\r\nRetry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n"
    row = refused(code, (wait,) * 5, f"until {retry_after} said at {date}")
    return Row(row.name, partial(receiving, bytes_only(head.encode())), code, row.told, row.waits)


def broken(name: str, reply: Reply, told: str) -> Row:
    return Row(name, partial(receiving, reply), None, told)


def tls_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed() -> ssl.SSLContext:
    """A certificate signed with its own key, made just now: an authority that serves with its own."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.private_key_pem.tempfile() as key, authority.cert_pem.tempfile() as certificate:
        context.load_cert_chain(certificate, key)
    return context


@contextmanager
def as_if(scheme: str, **given: Any) -> Iterator[Receiver]:
    """A receiver that is called by the wrong scheme."""
    with receiving(**given) as receiver:
        url = receiver.url.replace("https" if scheme == "http" else "http", scheme, 1)
        yield Receiver(url, receiver.port, receiver.received)


@contextmanager
def nobody() -> Iterator[Receiver]:
    port = free_port()
    yield Receiver(f"http://127.0.0.1:{port}", port)


OK = b"HTTP/1.1 200 OK\r\n"
UNTRUSTED = "use http:// on this machine, or a certificate of a public authority"
KIND = [taken(code) for code in (200, 201, 204, 299)]
KIND += [
    Row("200 without a length", partial(receiving, bytes_only(OK + b"\r\nok")), 200, waits=(), ends="delivered"),
    Row("an endless body", partial(receiving, endless), 200, waits=(), ends="delivered"),
]
REFUSING = [
    *(redirect(code) for code in (300, 301, 302, 303, 304, 307, 308)),
    *(refused(code) for code in (400, 401, 403, 404, 408, 409, 422, 429, 499, 500, 502, 503, 504, 599)),
    Row("410", partial(receiving, status(410)), 410, "answered 410", (), reason="410 Gone: it wants no more"),
    refused(429, (7,) * 5, Retry_After="7"),
    refused(429, HOUR, Retry_After="86400"),
    refused(429, HOUR, Retry_After="99999999999999999999"),
    refused(429, HOUR, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
    *(refused(429, Retry_After=odd) for odd in ("soon", "-1", "1.5", "7 s", "Mon, 99 Foo", " ")),
    refused(503, (120,) * 5, Retry_After="120"),
    refused(503, HOUR, Retry_After="3601"),
    dated(503, "Tue, 01 Jan 2030 00:01:40 GMT", "Tue, 01 Jan 2030 00:00:00 GMT", 100),
    dated(429, "Thu, 01 Jan 1970 00:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 3599),
    dated(429, "Thu, 01 Jan 1970 01:00:01 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 3600),
]
BROKEN = [
    broken("reset before any byte", reset, "closed the connection before it answered"),
    broken("closed without a word", abort, "closed the connection before it answered"),
    broken("reset after the headers", reset_after_headers, "broke off in the middle of its answer"),
    broken(
        "a truncated body", bytes_only(OK + b"Content-Length: 9\r\n\r\nok"), "broke off in the middle of its answer"
    ),
    broken(
        "a truncated chunk", bytes_only(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nok"), "broke off in the middle"
    ),
    broken("garbage", garbage, r"did not answer in HTTP but with '\x00ÿ not http at all"),
    broken("a huge header", bytes_only(OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n"), "more than 65536 bytes"),
    broken("a thousand headers", bytes_only(OK + b"X: y\r\n" * 1000 + b"\r\n"), "more than 100 headers"),
    Row("nothing listening", nobody, None, "nothing listens on 127.0.0.1:", hears=False),
]
SECURE = [
    Row("a self-signed certificate", lambda: receiving(tls=self_signed()), None, UNTRUSTED, hears=False),
    Row(
        "a certificate of a private authority",
        lambda: receiving(tls=tls_of(trustme.CA().issue_cert("127.0.0.1"))),
        None,
        UNTRUSTED,
        hears=False,
    ),
    Row(
        "HTTP to a TLS port",
        lambda: as_if("http", tls=self_signed()),
        None,
        "closed the connection before it answered",
        hears=False,
    ),
    Row("TLS to an HTTP port", lambda: as_if("https"), None, "if it speaks none, use http://", hears=False),
]
MATRIX = [*KIND, *REFUSING, *BROKEN, *SECURE]


@dataclass
class Walk:
    """A case whose webhook goes to that receiver, in a sandbox whose clock stands still."""

    emulator: Emulator
    receiver: Receiver
    now: datetime = START
    heard: set[tuple[str | None, bytes]] = field(default_factory=set)
    requests: int = 0

    def open(self) -> None:
        self.emulator.control("PATCH", "", {"delay": DELAY, "webhook_url": f"{self.receiver.url}/hook"})
        self.emulator.control("PATCH", "clock", {"mode": "frozen", "at": START.isoformat()})
        self.emulator.aplyid.open_case()

    def advance(self, seconds: float) -> list[dict[str, Any]]:
        """The attempts made meanwhile."""
        answer = self.emulator.control("POST", "clock/advance", {"seconds": seconds})
        assert answer.status_code == 200, answer.text
        self.now += timedelta(seconds=seconds)
        assert datetime.fromisoformat(answer.json()["now"]) == self.now
        self._listen()
        return [event for event in answer.json()["happened"] if event["kind"] == "delivery_attempted"]

    def _listen(self) -> None:
        while not self.receiver.nothing_came():
            webhook = self.receiver.next()
            self.heard.add((webhook.header("X-Workflow-Webhook-Id"), webhook.body))
            self.requests += 1

    def delivery(self) -> dict[str, Any]:
        [found] = self.emulator.control("GET", "deliveries").json()["deliveries"]
        delivery: dict[str, Any] = found
        return delivery

    def next_attempt_in(self) -> float | None:
        """Seconds from now, on the sandbox's clock."""
        told = self.delivery()["next_attempt_at"]
        return (datetime.fromisoformat(told) - self.now).total_seconds() if told else None


def check(emulator: Emulator, row: Row) -> None:
    """Walk through all attempts, each at its exact time."""
    with row.door() as receiver:
        walk = Walk(emulator, receiver)
        walk.open()
        due = DELAY
        for number, wait in enumerate([*row.waits, None], start=1):
            assert walk.advance(due - INSTANT) == []
            [event] = walk.advance(INSTANT)
            check_attempt(walk, row, number, event)
            assert walk.next_attempt_in() == wait
            due = wait or 0
        check_end(walk, row)


def check_attempt(walk: Walk, row: Row, number: int, event: dict[str, Any]) -> None:
    delivery = walk.delivery()
    attempts = delivery["attempts"]
    last = number == len(row.waits) + 1
    assert [attempt["number"] for attempt in attempts] == list(range(1, number + 1))
    for told in (attempts[-1], event):
        assert told["status"] == row.status
        assert (row.told is None) is (told["error"] is None)
        assert (row.told or "") in (told["error"] or "")
    assert datetime.fromisoformat(attempts[-1]["ended_at"]) == walk.now
    assert event["state"] == delivery["state"] == (row.ends if last else "scheduled")
    assert walk.requests == (number if row.hears else 0)


def check_end(walk: Walk, row: Row) -> None:
    """Nothing more comes in a year, and it was the same webhook all the time."""
    delivery = walk.delivery()
    assert walk.advance(365 * 86_400) == []
    assert (row.reason or row.told or "") in (delivery["reason"] or "")
    assert walk.heard == ({(delivery["id"], delivery["body"].encode())} if row.hears else set())


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.name)
def test_each_attempt_is_written_down_and_the_next_is_at_its_exact_time(emulator: Emulator, row: Row) -> None:
    check(emulator, row)


@pytest.mark.parametrize("told", ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_receiver_that_wants_it_again_at_once_gets_it_six_times_at_one_instant(emulator: Emulator, told: str) -> None:
    with receiving(status(503, Retry_After=told)) as receiver:
        walk = Walk(emulator, receiver)
        walk.open()
        attempts = walk.advance(DELAY)
        assert {datetime.fromisoformat(event["at"]) for event in attempts} == {walk.now}
        assert (len(attempts), walk.requests, walk.delivery()["state"]) == (6, 6, "failed")


def test_a_receiver_may_use_the_emulator_before_it_answers(emulator: Emulator) -> None:
    seen = []

    def call_back(handler: BaseHTTPRequestHandler) -> None:
        mine = Emulator(emulator.url, emulator.sandbox)
        seen.append(mine.control("GET", "deliveries").json()["deliveries"][0]["state"])
        seen.append(mine.aplyid.open_case(activity__external_id="the next step")["case_id"])
        seen.append(mine.control("GET", "clock").json()["now"])
        status(200)(handler)

    with receiving(call_back, status(200)) as receiver:
        walk = Walk(emulator, receiver)
        walk.open()
        [first] = walk.advance(DELAY)
        assert (first["state"], seen) == ("delivered", ["in_flight", 1025, "2030-01-01T00:00:02.000000Z"])
        [second] = walk.advance(DELAY)
        assert (second["case_id"], second["state"], walk.requests) == (1025, "delivered", 2)


def test_a_receiver_that_recovers_is_sent_no_more(emulator: Emulator) -> None:
    with receiving(reset, status(503, Retry_After="60"), status(200)) as receiver:
        walk = Walk(emulator, receiver)
        walk.open()
        attempts = [*walk.advance(DELAY), *walk.advance(5), *walk.advance(60)]
        assert [(event["status"], event["state"]) for event in attempts] == [
            (None, "scheduled"),
            (503, "scheduled"),
            (200, "delivered"),
        ]
        assert walk.advance(365 * 86_400) == []
        assert (walk.requests, len(walk.heard)) == (3, 1)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator whose attempts are cut after half a second instead of ten."""
    monkeypatch.setattr(sender, "HttpSender", partial(HttpSender, connect_seconds=3, total_seconds=0.5))
    with served() as emulator:
        yield emulator


@pytest.fixture
def held() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def silent(held: threading.Event) -> Reply:
    """Not a word until `held` is set."""
    return lambda handler: held.wait(15) and None


@pytest.mark.slow
@pytest.mark.parametrize("dawdle", [silent, drip_headers, drip_body])
def test_who_dawdles_is_cut_off_and_tried_again_on_time(
    hasty: Emulator, held: threading.Event, dawdle: Callable[[threading.Event], Reply]
) -> None:
    check(hasty, broken("a dawdler", dawdle(held), "took longer than an attempt may take"))

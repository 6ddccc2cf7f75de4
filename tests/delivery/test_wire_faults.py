"""Faults that are carried out while a webhook is sent, as a receiver sees them."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.emulators import Emulator
from tests.receivers import Received, Receiver, receiving, status
from tests.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("emulator")


@contextmanager
def sent(emulator: Emulator, kind: str, *replies: Any, **changes: Any) -> Iterator[Receiver]:
    """A receiver, after the webhook of a case was sent to it with that fault."""
    with receiving(*replies) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "delay": 0, "retry": "once"})
        assert emulator.control("POST", "faults", {"kind": kind}).status_code == 201
        emulator.aplyid.open_case(**changes)
        emulator.wait("deliveries/wait")
        yield receiver


def all_of(receiver: Receiver) -> list[Received]:
    found = []
    while not receiver.nothing_came():
        found.append(receiver.next())
    return found


def webhook_id(webhook: Received) -> str | None:
    return webhook.header("X-Workflow-Webhook-Id")


@pytest.mark.parametrize("kind", ["repeated", "lost_acknowledgement"])
def test_it_is_sent_again_with_the_same_id_and_bytes(emulator: Emulator, kind: str) -> None:
    with sent(emulator, kind) as receiver:
        first, second = all_of(receiver)
    assert (first.body, webhook_id(first)) == (second.body, webhook_id(second))
    assert len(emulator.control("GET", "deliveries").json()["deliveries"][0]["attempts"]) == 1


def test_a_lost_acknowledgement_counts_as_none(emulator: Emulator) -> None:
    with receiving(status(200), status(409)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "delay": 0, "retry": "once"})
        emulator.control("POST", "faults", {"kind": "lost_acknowledgement"})
        emulator.aplyid.open_case()
        receiver.next()
        receiver.next()
        assert emulator.control("GET", "deliveries/wait?timeout=0").status_code == 408


def test_eight_copies_are_sent(emulator: Emulator) -> None:
    met = threading.Barrier(8)  # nobody is answered before all have come

    def together(handler: Any) -> None:
        met.wait(PATIENCE)
        status(204)(handler)

    with sent(emulator, "eight_at_once", together) as receiver:
        assert len({webhook_id(each) for each in all_of(receiver)}) == 1
    assert not met.broken


def test_sixteen_strangers_come_before_the_webhook(emulator: Emulator) -> None:
    with sent(emulator, "burst") as receiver:
        *strangers, real = all_of(receiver)
    assert len({webhook_id(each) for each in strangers} | {webhook_id(real)}) == 17
    assert real.json["external_id"] == "order-1"
    assert all(each.json["external_id"] != "order-1" for each in strangers)
    assert len({each.json["case_id"] for each in strangers}) == 16


def test_an_event_of_an_unknown_type_comes_first(emulator: Emulator) -> None:
    with sent(emulator, "stranger_first") as receiver:
        stranger, real = all_of(receiver)
    assert stranger.header("X-Workflow-Event-Type") == "case.unknown"
    assert real.header("X-Workflow-Event-Type") == "case.completed"
    assert webhook_id(stranger) != webhook_id(real)


def test_a_receiver_that_breaks_at_an_unknown_type_gets_no_webhook(emulator: Emulator) -> None:
    with receiving(status(500)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "delay": 0, "retry": "once"})
        emulator.control("POST", "faults", {"kind": "stranger_first"})
        emulator.aplyid.open_case()
        receiver.next()
        told = emulator.control("GET", "deliveries/wait?timeout=60&state=failed&expect=none")
        assert "to an event of a type that it does not know" in told.text
        assert receiver.nothing_came()


def test_header_names_are_sent_in_lower_case(emulator: Emulator) -> None:
    with sent(emulator, "lower_case_headers") as receiver:
        [webhook] = all_of(receiver)
    names = [name for name, _ in webhook.headers]
    assert "x-workflow-event-type" in names
    assert names == [name.lower() for name in names]


@contextmanager
def listening(emulator: Emulator, kind: str) -> Iterator[socket.socket]:
    """A socket where the webhooks of the sandbox go, with that fault."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        emulator.control("PATCH", "", {"webhook_url": url, "delay": 0, "retry": "once"})
        emulator.control("POST", "faults", {"kind": kind})
        emulator.aplyid.open_case()
        yield server


def whole(server: socket.socket) -> bytes:
    """Return all that comes on the next connection, and answer 204 where a body came."""
    line, _ = server.accept()
    with line:
        line.settimeout(PATIENCE)
        read = b""
        while not _is_complete(read) and (piece := line.recv(65_536)):
            read += piece
        if _is_complete(read):
            line.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
    return read


def _is_complete(read: bytes) -> bool:
    head, blank, body = read.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"ontent-Length" in line), None)
    return bool(blank) and (body.endswith(b"0\r\n\r\n") if length is None else len(body) >= length)


def test_a_body_in_chunks_has_no_length(emulator: Emulator) -> None:
    with listening(emulator, "chunked") as server:
        request = whole(server)
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    size, _, rest = body.partition(b"\r\n")
    assert rest.startswith(b'{"case_id"')
    assert int(size, 16) < len(body)


def test_a_body_breaks_off_and_then_comes_whole(emulator: Emulator) -> None:
    with listening(emulator, "cut_off") as server:
        cut, complete = whole(server), whole(server)
    assert not _is_complete(cut)
    assert complete.startswith(cut)
    assert json.loads(complete.partition(b"\r\n\r\n")[2])["external_id"] == "order-1"


def test_three_connections_bring_nothing_before_the_webhook(emulator: Emulator) -> None:
    with listening(emulator, "unreachable") as server:
        assert [whole(server), whole(server), whole(server)] == [b"", b"", b""]
        assert _is_complete(whole(server))


def test_a_webhook_is_tried_once_whatever_the_profile_says(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    with receiving(status(503)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "delay": 1, "retry": "standard"})
        emulator.control("POST", "faults", {"kind": "no_retry"})
        emulator.aplyid.open_case()
        emulator.control("POST", "clock/advance", {"duration": "PT3H"})
    [delivery] = emulator.control("GET", "deliveries").json()["deliveries"]
    assert (delivery["state"], len(delivery["attempts"])) == ("failed", 1)


@pytest.mark.parametrize("apart", [0, 0.2])
def test_of_two_cases_the_second_overtakes_the_first(emulator: Emulator, apart: float) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    with receiving() as receiver:
        emulator.control("POST", "faults", {"kind": "overtaken"})
        for number, delay in enumerate((5.0, 5.0 + apart)):
            emulator.control("PATCH", "", {"webhook_url": receiver.url, "delay": delay})
            emulator.aplyid.open_case(activity__external_id=f"order-{number}")
        emulator.control("POST", "clock/advance", {"seconds": 6})
        assert [each.json["external_id"] for each in all_of(receiver)] == ["order-1", "order-0"]

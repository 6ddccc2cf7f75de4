"""Faults of webhooks: what receivers get of them and what the inbox keeps, on clocks that stand still."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import Any

import pytest

from emulator.core import haste
from tests.emulators import Emulator
from tests.receivers import PATIENCE, Received, Receiver, free_port, receiving, status
from tests.waiting import wait_until

NEW_YEAR = "2030-01-01T00:00:00.000000Z"
EVENT_ID = "X-Workflow-Webhook-Id"


@pytest.fixture
def frozen(emulator: Emulator) -> Emulator:
    """A sandbox at New Year 2030, where cases take two seconds."""
    emulator.control("PATCH", "", {"delay": 2})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
    return emulator


@pytest.fixture(params=["receiver", "inbox"])
def kept_or_sent(frozen: Emulator, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """The same sandbox, once with a receiver and once without."""
    if request.param == "inbox":
        yield frozen
        return
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url + "/hook"})
        yield frozen


def plan(emulator: Emulator, kind: str, **more: Any) -> str:
    """The name of a fault that was taken."""
    answer = emulator.control("POST", "faults", {"kind": kind, **more})
    assert answer.status_code == 201, answer.text
    return f"{kind} ({answer.json()['id']})"


def advance(emulator: Emulator, seconds: float) -> list[tuple[float, str]]:
    """What became of webhooks meanwhile: when, in seconds since New Year, and which."""
    answer = emulator.control("POST", "clock/advance", {"seconds": seconds})
    assert answer.status_code == 200, answer.text
    told = [e for e in answer.json()["happened"] if e["kind"] in ("delivery_attempted", "webhook_kept")]
    return [(since_new_year(event["at"]), event["delivery_id"]) for event in told]


def since_new_year(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(NEW_YEAR)).total_seconds()


def deliveries(emulator: Emulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = emulator.control("GET", "deliveries").json()["deliveries"]
    return found


def open_one(emulator: Emulator, external_id: str = "order-1") -> None:
    emulator.aplyid.open_case(activity__external_id=external_id)


def arrived(emulator: Emulator, receiver: Receiver | None, many: int) -> list[Any]:
    """The bodies that a receiver got, or that the inbox keeps, in their order."""
    if receiver:
        return [receiver.next().json for _ in range(many)]
    kept = [json.loads(webhook["body"]) for webhook in emulator.inbox()]
    assert len(kept) == many
    return kept


# One by one --------------------------------------------------------------------------------------------------------


def test_a_dropped_webhook_is_given_up_unsent_and_can_be_sent_by_hand(frozen: Emulator) -> None:
    name = plan(frozen, "drop", times=1)
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        open_one(frozen)
        assert advance(frozen, 3600) == []
        [lost] = deliveries(frozen)
        assert (lost["state"], lost["reason"], lost["faults"]) == ("failed", "dropped by a fault", [name])
        assert (lost["attempts"], lost["next_attempt_at"], receiver.nothing_came()) == ([], None, True)
        assert frozen.control("POST", f"deliveries/{lost['id']}/redeliver", {}).status_code == 202
        assert receiver.next().header(EVENT_ID) == lost["id"]
    assert frozen.control("GET", "cases/aplyid/1024").json()["state"] == "completed"


def test_a_dropped_webhook_is_not_in_the_inbox_either(frozen: Emulator) -> None:
    plan(frozen, "drop")
    open_one(frozen)
    assert (advance(frozen, 2), frozen.inbox()) == ([], [])
    [lost] = deliveries(frozen)
    assert (lost["state"], lost["url"]) == ("failed", None)


@pytest.mark.parametrize(("copies", "after"), [(1, 0), (3, 0), (1, 5), (2, 0.5)])
def test_a_duplicate_has_the_same_id_and_bytes(kept_or_sent: Emulator, copies: int, after: float) -> None:
    name = plan(kept_or_sent, "duplicate", copies=copies, after=after)
    open_one(kept_or_sent)
    came = advance(kept_or_sent, 60)
    assert [at for at, _ in came] == [2 + after * number for number in range(copies + 1)]
    all_of_it = deliveries(kept_or_sent)
    assert {tuple(delivery["faults"]) for delivery in all_of_it} == {(name,)}
    assert len({(delivery["headers"][EVENT_ID], delivery["body"]) for delivery in all_of_it}) == 1
    assert len({delivery["id"] for delivery in all_of_it}) == copies + 1


def test_a_receiver_gets_all_copies_alike(frozen: Emulator) -> None:
    plan(frozen, "duplicate", copies=2)
    with receiving() as receiver:
        frozen.sphinxhq.open_case(webhook_url=receiver.url)
        advance(frozen, 2)
        got = [receiver.next() for _ in range(3)]
        assert receiver.nothing_came()
    assert len({(webhook.body, tuple(webhook.headers)) for webhook in got}) == 1


def test_a_delayed_webhook_is_due_exactly_so_much_later(kept_or_sent: Emulator) -> None:
    plan(kept_or_sent, "delay", seconds=86_400.25)
    open_one(kept_or_sent)
    assert advance(kept_or_sent, 2) == []
    assert since_new_year(deliveries(kept_or_sent)[0]["next_attempt_at"]) == 86_402.25
    assert advance(kept_or_sent, 86_400.2) == []
    assert [at for at, _ in advance(kept_or_sent, 0.05)] == [86_402.25]


@pytest.mark.parametrize("with_receiver", [True, False])
def test_a_reordered_webhook_arrives_after_the_next(frozen: Emulator, with_receiver: bool) -> None:
    plan(frozen, "reorder", times=1)
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url if with_receiver else None})
        open_one(frozen, "first")
        assert advance(frozen, 10) == []
        open_one(frozen, "second")
        assert [at for at, _ in advance(frozen, 3)] == [12, 12]
        bodies = arrived(frozen, receiver if with_receiver else None, 2)
    assert [body["external_id"] for body in bodies] == ["second", "first"]


@pytest.mark.parametrize("with_receiver", [True, False])
def test_of_many_reordered_ones_every_other_goes_first(frozen: Emulator, with_receiver: bool) -> None:
    plan(frozen, "reorder")
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url if with_receiver else None})
        for name in "abcd":
            open_one(frozen, name)
            advance(frozen, 2)
        bodies = arrived(frozen, receiver if with_receiver else None, 4)
    assert [body["external_id"] for body in bodies] == ["b", "a", "d", "c"]


def test_a_reordered_webhook_waits_no_longer_than_its_hold(kept_or_sent: Emulator) -> None:
    plan(kept_or_sent, "reorder", hold=45)
    open_one(kept_or_sent)
    assert advance(kept_or_sent, 46.9) == []
    assert [at for at, _ in advance(kept_or_sent, 0.1)] == [47]


def test_a_webhook_to_another_target_lets_nobody_go(frozen: Emulator) -> None:
    plan(frozen, "reorder", times=1)
    with receiving() as one, receiving() as other:
        for receiver in (one, other):
            frozen.sphinxhq.open_case(webhook_url=f"{receiver.url}/hook")
            advance(frozen, 2)
        assert other.next().json["id"] == 2
        assert one.nothing_came()
        frozen.sphinxhq.open_case(webhook_url=f"{one.url}/elsewhere")
        advance(frozen, 2)
        assert [one.next().json["id"] for _ in range(2)] == [3, 1]


def test_the_inbox_of_one_api_does_not_let_go_what_a_receiver_waits_for(frozen: Emulator) -> None:
    plan(frozen, "reorder", provider="sphinxhq")
    with receiving() as receiver:
        frozen.sphinxhq.open_case(webhook_url=receiver.url)
        open_one(frozen)
        advance(frozen, 2)
        assert (len(frozen.inbox()), receiver.nothing_came()) == (1, True)


def test_reordered_and_delayed_the_second_still_keeps_its_delay(frozen: Emulator) -> None:
    plan(frozen, "reorder", hold=3000)
    plan(frozen, "delay", seconds=60)
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        for name in ("first", "second"):
            open_one(frozen, name)
            advance(frozen, 2)
        assert [at for at, _ in advance(frozen, 120)] == [64, 64]
        assert [receiver.next().json["external_id"] for _ in range(2)] == ["second", "first"]


@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_an_early_webhook_is_there_before_the_create_call_answers(frozen: Emulator, provider: str) -> None:
    name = plan(frozen, "early")
    order: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        order.append("webhook")
        status(200)(handler)

    with receiving(note) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        answer = frozen.aplyid.create() if provider == "aplyid" else frozen.sphinxhq.create(webhook_url=receiver.url)
        order.append("answer")
        body = receiver.next().json
    assert (answer.status_code, order) == (201, ["webhook", "answer"])
    assert answer.json()["status"] in ("in_progress", "OPEN", "PENDING")
    assert body["status"] in ("completed", "COMPLETED")
    [told] = deliveries(frozen)
    assert (told["state"], told["faults"], told["created_at"]) == ("delivered", [name], NEW_YEAR)
    assert frozen.control("GET", "clock").json()["now"] == NEW_YEAR


@pytest.fixture
def _waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A create call that waits for the wrong thing does not come back while anybody has patience."""
    monkeypatch.setattr(haste, "LONGEST", 3600.0)


@pytest.mark.usefixtures("_waits_for_ever")
def test_with_nobody_listening_an_early_webhook_holds_its_create_call_up_for_one_attempt(frozen: Emulator) -> None:
    plan(frozen, "early")
    frozen.control("PATCH", "", {"webhook_url": f"http://127.0.0.1:{free_port()}/"})
    open_one(frozen)
    [told] = deliveries(frozen)
    assert (told["state"], len(told["attempts"])) == ("scheduled", 1)
    assert since_new_year(told["next_attempt_at"]) == 5


@pytest.mark.usefixtures("_waits_for_ever")
@pytest.mark.parametrize(
    "other",
    [{"kind": "delay", "seconds": 60}, {"kind": "reorder"}, {"kind": "duplicate", "after": 9}, {"kind": "drop"}],
)
def test_early_waits_for_nothing_that_another_fault_puts_off(kept_or_sent: Emulator, other: dict[str, Any]) -> None:
    plan(kept_or_sent, "early")
    plan(kept_or_sent, **other)
    open_one(kept_or_sent)
    assert kept_or_sent.control("GET", "cases/aplyid/1024").json()["state"] == "completed"


def test_early_is_matched_by_the_request_and_used_up(frozen: Emulator) -> None:
    plan(frozen, "early", times=1, provider="aplyid", when={"client.name": {"contains": "Hasty"}})
    open_one(frozen)
    frozen.aplyid.open_case(client__name="Jo Stuck Hasty Stuck")  # which never ends, so it cannot end early
    frozen.sphinxhq.open_case(customer={"full_name": "Jo Hasty"})
    assert deliveries(frozen) == []
    for external_id in ("one", "two"):
        frozen.aplyid.open_case(client__name="Jo Hasty", activity__external_id=external_id)
    assert [json.loads(told["body"])["external_id"] for told in deliveries(frozen)] == ["one"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (None, {"status": "changed"}),
        ({"status": "cancelled", "client": {"name": "Somebody Else"}}, {"status": "cancelled"}),
        ({"new": [1, {"a": None}]}, {"new": [1, {"a": None}], "status": "completed"}),
        ({"client": "gone"}, {"client": "gone"}),
    ],
)
def test_a_changed_body_follows_under_the_same_id(frozen: Emulator, change: Any, expected: dict[str, Any]) -> None:
    plan(frozen, "changed_body", after=7, **({"change": change} if change else {}))
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        open_one(frozen)
        assert [at for at, _ in advance(frozen, 60)] == [2, 9]
        first, second = receiver.next(), receiver.next()
    assert first.header(EVENT_ID) == second.header(EVENT_ID)
    assert first.json["status"] == "completed"
    assert {**second.json, **expected} == second.json != first.json
    assert int(second.header("Content-Length") or 0) == len(second.body)
    if change and isinstance(change.get("client"), dict):
        assert second.json["client"] == {**first.json["client"], "name": "Somebody Else"}


@pytest.mark.parametrize("event", [None, "case.Exploded/2"])
def test_an_unknown_event_is_named_where_the_api_names_one(frozen: Emulator, event: str | None) -> None:
    plan(frozen, "unknown_event", **({"event": event} if event else {}))
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        open_one(frozen)
        advance(frozen, 2)
        got = receiver.next()
        frozen.sphinxhq.open_case(webhook_url=receiver.url)
        advance(frozen, 2)
        assert receiver.next().header("X-Workflow-Event-Type") is None
    assert got.header("X-Workflow-Event-Type") == (event or "case.unknown")
    assert got.json["status"] == "completed"
    assert frozen.control("GET", f"deliveries?event={event or 'case.unknown'}").json()["count"] == 2


@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_extra_fields_leave_the_documented_ones_in_their_order(frozen: Emulator, provider: str) -> None:
    fields = {"zzz": 1, "client": {"risk": "\u00e4 \ud800"}, "customer": {"tier": None}, "aaa": [True]}
    bodies = []
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        for _ in range(2):
            frozen.aplyid.open_case() if provider == "aplyid" else frozen.sphinxhq.open_case(webhook_url=receiver.url)
            advance(frozen, 2)
            bodies.append(receiver.next())
            plan(frozen, "extra_fields", fields=fields)
    plain, extended = (body.json for body in bodies)
    part = "client" if provider == "aplyid" else "customer"
    assert list(extended)[: len(plain)] == list(plain)
    assert list(extended[part])[: len(plain[part])] == list(plain[part])
    assert extended[part].items() >= fields[part].items()  # type: ignore[attr-defined]
    assert (extended["zzz"], extended["aaa"]) == (1, [True])
    assert b", " not in bodies[1].body  # compact, as ever


@contextmanager
def raw_receiver() -> Iterator[tuple[str, list[tuple[float, bytes]]]]:
    """Notes each piece with the moment it came, and answers once the body is whole."""
    pieces: list[tuple[float, bytes]] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                while not is_whole(b"".join(piece for _, piece in pieces)):
                    pieces.append((monotonic(), line.recv(65_536)))
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", pieces
        thread.join(PATIENCE)


def is_whole(read: bytes) -> bool:
    head, end, body = read.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end and length and len(body) >= int(length[1]))


def test_a_slow_sender_sends_its_body_in_pieces_of_the_length_it_promised(frozen: Emulator) -> None:
    plan(frozen, "slow_sender", seconds=0.5)
    with raw_receiver() as (url, pieces):
        frozen.sphinxhq.open_case(webhook_url=url)
        advance(frozen, 2)
    head, _, body = b"".join(piece for _, piece in pieces).partition(b"\r\n\r\n")
    [told] = deliveries(frozen)
    assert (told["state"], body) == ("delivered", told["body"].encode())
    assert b"transfer-encoding" not in head.lower()
    assert len(pieces) >= 5
    assert pieces[-1][0] - pieces[0][0] >= 0.4  # the first piece comes with the first pause behind it
    assert told["attempts"][0]["latency_ms"] >= 500


# Together ----------------------------------------------------------------------------------------------------------


def test_two_faults_act_one_after_the_other(frozen: Emulator) -> None:
    names = [plan(frozen, "duplicate"), plan(frozen, "extra_fields", fields={"extra": 1})]
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        open_one(frozen)
        advance(frozen, 2)
        assert [receiver.next().json["extra"] for _ in range(2)] == [1, 1]
    assert [told["faults"] for told in deliveries(frozen)] == [names, names]


@pytest.mark.parametrize(
    "kinds", [("drop", "duplicate"), ("duplicate", "drop"), ("reorder", "drop"), ("drop", "delay")]
)
def test_what_is_dropped_stays_dropped(kept_or_sent: Emulator, kinds: tuple[str, str]) -> None:
    for kind in kinds:
        plan(kept_or_sent, kind, **({"seconds": 5} if kind == "delay" else {}))
    for _ in range(2):
        open_one(kept_or_sent)
        assert advance(kept_or_sent, 100) == []
    assert {(told["state"], told["next_attempt_at"]) for told in deliveries(kept_or_sent)} == {("failed", None)}


def test_duplicated_twice_there_are_three_with_ids_of_their_own(kept_or_sent: Emulator) -> None:
    for _ in range(2):
        plan(kept_or_sent, "duplicate")
    plan(kept_or_sent, "changed_body")
    open_one(kept_or_sent)
    assert len(advance(kept_or_sent, 2)) == 4
    told = deliveries(kept_or_sent)
    assert (len({each["id"] for each in told}), len({each["headers"][EVENT_ID] for each in told})) == (4, 1)
    assert sorted(json.loads(each["body"])["status"] for each in told) == ["changed"] + ["completed"] * 3


def test_a_faulted_webhook_is_sent_again_as_it_is(frozen: Emulator) -> None:
    plan(frozen, "extra_fields", times=1)
    plan(frozen, "unknown_event", times=1)
    with receiving(status(500), status(503), status(200)) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url, "retry": "1,5"})
        open_one(frozen)
        assert [at for at, _ in advance(frozen, 60)] == [2, 3, 8]
        sent = [receiver.next() for _ in range(3)]
    assert len({(webhook.body, webhook.header(EVENT_ID)) for webhook in sent}) == 1
    assert {webhook.header("X-Workflow-Event-Type") for webhook in sent} == {"case.unknown"}
    assert [told["state"] for told in deliveries(frozen)] == ["delivered"]


def test_each_copy_is_retried_for_itself(frozen: Emulator) -> None:
    plan(frozen, "duplicate", after=3)
    with receiving(status(500), status(200), status(500), status(200)) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url, "retry": "1"})
        open_one(frozen)
        assert [at for at, _ in advance(frozen, 60)] == [2, 3, 5, 6]
        assert len({receiver.next().body for _ in range(4)}) == 1
    assert [len(told["attempts"]) for told in deliveries(frozen)] == [2, 2]


# Which -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "dropped"),
    [
        ({}, {"aplyid", "sphinxhq"}),
        ({"provider": "sphinxhq"}, {"sphinxhq"}),
        ({"path": "/hook/a"}, {"aplyid"}),
        ({"path": "/hook"}, {"aplyid", "sphinxhq"}),
        ({"path": "/integrations"}, set()),
        ({"when": {"client.approval_status": "approved"}}, {"aplyid"}),
        ({"when": {"status": {"starts_with": "COMPL"}}}, {"sphinxhq"}),
        ({"when": {"checks.check_type": "PEP"}}, {"sphinxhq"}),
        ({"when": {"client.approval_status": "denied"}}, set()),
    ],
)
def test_a_fault_is_aimed_by_target_path_and_fields_of_the_body(
    frozen: Emulator, match: dict[str, Any], dropped: set[str]
) -> None:
    plan(frozen, "drop", **match)
    with receiving() as receiver:
        frozen.control("PATCH", "", {"webhook_url": f"{receiver.url}/hook/aplyid"})
        open_one(frozen)
        frozen.sphinxhq.open_case(webhook_url=f"{receiver.url}/hook/sphinxhq", checks=[{"check_type": "PEP"}])
        advance(frozen, 2)
    assert {told["provider"] for told in deliveries(frozen) if told["state"] == "failed"} == dropped


def test_a_path_is_nothing_that_a_webhook_without_receiver_has(frozen: Emulator) -> None:
    plan(frozen, "drop", path="/")
    open_one(frozen)
    advance(frozen, 2)
    assert len(frozen.inbox()) == 1


def test_it_strikes_so_often_and_as_the_seed_says(frozen: Emulator) -> None:
    def dropped(seed: int, **more: Any) -> list[bool]:
        frozen.control("POST", "reset", {})
        frozen.control("PATCH", "", {"seed": seed})
        plan(frozen, "drop", **more)
        for number in range(20):
            open_one(frozen, str(number))
            frozen.control("POST", f"cases/aplyid/{1024 + number}/complete", {"outcome": "approved"})
        return [told["state"] == "failed" for told in deliveries(frozen)]

    assert dropped(1, times=3) == [True] * 3 + [False] * 17
    half = dropped(1, probability=0.5)
    assert (half == dropped(1, probability=0.5), half == dropped(2, probability=0.5)) == (True, False)
    assert 2 < half.count(True) < 18


def test_what_was_planned_in_another_sandbox_strikes_nothing_here(frozen: Emulator) -> None:
    plan(frozen.of(f"{frozen.sandbox[:50]}-other"), "drop")
    open_one(frozen)
    advance(frozen, 2)
    assert [told["faults"] for told in deliveries(frozen)] == [[]]


def test_on_wall_time_a_delayed_and_doubled_webhook_reaches_its_receiver_too(emulator: Emulator) -> None:
    plan(emulator, "delay", seconds=0.2)
    plan(emulator, "duplicate", after=0.2)
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        started = monotonic()
        open_one(emulator)
        first: Received = receiver.next()
        assert receiver.next().body == first.body
        assert monotonic() - started >= 0.4
    wait_until(lambda: [told["state"] for told in deliveries(emulator)] == ["delivered"] * 2)

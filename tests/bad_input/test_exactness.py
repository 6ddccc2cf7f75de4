"""Row 130: free JSON goes through answer, read and webhook without a changed digit, key or code point."""

import json
from typing import Any

import pytest

from tests.bad_input.answers import exact, until
from tests.bad_input.rows_sphinxhq import ANY_JSON
from tests.bad_input.rows_strings import KEPT
from tests.bad_input.table import body, post
from tests.emulators import Emulator
from tests.receivers import Receiver, receiving

PLACE = "checks.0.input_details"
TEXTS = {what: text for named in KEPT.values() for what, text in named.items()}


@pytest.fixture
def receiver() -> Any:
    with receiving() as listening:
        yield listening


def order(receiver: Receiver, place: str, value: Any) -> bytes:
    """A case that ends, and tells the receiver."""
    sent = body("sphinxhq", place, value).replace(b"Mary Stuck", b"Mary Chen")
    return sent.replace(b"{", b'{"webhook_url":"%s/hook",' % receiver.url.encode(), 1)


def create(emulator: Emulator, sent: bytes) -> dict[str, Any]:
    request = post("sphinxhq", sent).replace(b"@SANDBOX@", emulator.sandbox.encode())
    answer = emulator.raw(request.replace(b"@PORT@", str(emulator.port).encode()))
    assert answer.status == 201, answer
    case: dict[str, Any] = answer.json
    return case


@pytest.mark.parametrize("what", ANY_JSON)
def test_free_json_arrives_exactly(emulator: Emulator, receiver: Receiver, what: str) -> None:
    raw, value = ANY_JSON[what]
    case = create(emulator, order(receiver, PLACE, raw))
    told = receiver.next().json
    read = emulator.sphinxhq.get(f"{case['id']}/").json()
    for shown in (case, told, read):
        assert exact(shown["checks"][0]["input_details"]) == exact(value)
    assert exact(told) == exact(read)


def test_a_large_number_keeps_its_digits_on_the_wire(emulator: Emulator, receiver: Receiver) -> None:
    create(emulator, order(receiver, PLACE, str(2**70).encode()))
    assert b'"input_details":1180591620717411303424,' in receiver.next().body


@pytest.mark.parametrize("place", ["notes", "rfi", "customer.external_id"])
def test_texts_arrive_exactly(emulator: Emulator, receiver: Receiver, place: str) -> None:
    sent = "|".join(TEXTS.values())[:255]
    create(emulator, order(receiver, place, sent))
    told = receiver.next().json
    shown = told["customer"]["external_id"] if "." in place else told[place]
    assert shown == sent


def test_the_reference_of_the_other_api_arrives_exactly(emulator: Emulator) -> None:
    for text in TEXTS.values():
        case = emulator.aplyid.open_case(activity__external_id=text, client__name=f"{text[:40]}.")
        assert (case["external_id"], case["client"]["name"]) == (text, f"{text[:40]}.")
    kept = until(lambda: len(emulator.inbox()) == len(TEXTS) and emulator.inbox())
    assert kept
    bodies = [json.loads(webhook["body"]) for webhook in kept]
    assert {told["external_id"] for told in bodies} == set(TEXTS.values())
    assert {told["client"]["name"] for told in bodies} == {f"{text[:40]}." for text in TEXTS.values()}

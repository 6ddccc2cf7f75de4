"""Rows 42 to 53 as far as they are about the shape of a body that is good JSON."""

import json
from typing import Any

from tests.bad_input.rows_json import with_extra
from tests.bad_input.table import PROVIDERS, Row, accepted, body, post, short

OBJECTS = {"aplyid": ("activity", "client"), "sphinxhq": ("customer", "checks.0")}
OWNED = {
    "__proto__": {"isAdmin": True},
    "__class__": "x",
    "constructor": {"prototype": {}},
    "_id": 7,
    "tenant": "other",
    "sandbox": "other",
    "created_at": "1999-01-01T00:00:00Z",
    "updated_at": "x",
    "": "empty key",
    "case": {},
}
OWNED_AT_TOP: dict[str, dict[str, Any]] = {
    "aplyid": {"id": 7, "case_id": 7, "guided_flow_id": 7, "status": "completed", "approval_status": "approved"},
    "sphinxhq": {"id": 7, "status": "COMPLETED", "outcome": "ACCEPTED", "risk_score": 0.9, "provider": "aplyid"},
}
FRESH: dict[str, tuple[tuple[str, Any], ...]] = {
    "aplyid": (
        *(("case_id", 1024), ("guided_flow_id", 5567), ("status", "in_progress")),
        *(("client.id", 8843), ("client.approval_status", "no_decision_yet")),
    ),
    "sphinxhq": (
        *(("id", 1), ("status", "PENDING"), ("outcome", "PENDING"), ("risk_score", None), ("customer.id", 124)),
        *(("checks.0.id", 1), ("checks.0.status", "PENDING"), ("checks.0.outcome", "PENDING")),
    ),
}


def _rows_of(provider: str) -> list[Row]:
    good, is_a = body(provider), provider == "aplyid"
    wrong_shape = "missing" if is_a else "invalid"
    shapes = {
        "null": b"null",
        "true": b"true",
        "number": b"5",
        "string": b'"x"',
        "list": b"[]",
        "in-a-list": b"[%s]" % good,
    }
    misplaced = {
        "data": b'{"data":%s}' % good,
        "case": b'{"case":%s}' % good,
        "text": json.dumps({"data": good.decode()}).encode(),
    }

    def row(number: int, what: str, sent: bytes, *voices: str) -> Row:
        return Row(number, provider, what, post(provider, sent), voices)

    return [
        *(row(42, what, sent, wrong_shape) for what, sent in shapes.items()),
        *(_owned(provider, place) for place in ("", *OBJECTS[provider])),
        *(_unknown(provider, place) for place in ("", *OBJECTS[provider])),
        *(row(53, what, sent, "missing") for what, sent in misplaced.items()),
        row(53, "one-level-up", _flattened(provider), "missing"),
    ]


def _owned(provider: str, place: str) -> Row:
    """Keys that the service owns are not the caller's to set, on any level."""
    extra = {k: v for k, v in (OWNED | OWNED_AT_TOP[provider]).items() if (place, k) != ("activity", "status")}
    what = f"owned-keys-{short(place) or 'top'}"
    return Row(50, provider, what, post(provider, with_extra(provider, place, extra)), ("accepted",), FRESH[provider])


def _unknown(provider: str, place: str) -> Row:
    names = (
        "externalId",
        "external-id",
        "External_Id",
        "external_id ",
        "EXTERNAL_ID",
        "extrenal_id",
        "fullName",
        "Notes",
    )
    extra = dict.fromkeys(names, "not-mine")
    shown = {"aplyid": ("external_id", "order-1"), "sphinxhq": ("customer.external_id", "cust-1")}[provider]
    what = f"unknown-keys-{short(place) or 'top'}"
    return Row(49, provider, what, post(provider, with_extra(provider, place, extra)), ("accepted",), (shown,))


def _flattened(provider: str) -> bytes:
    """The fields of the inner objects, one level too high."""
    order = json.loads(body(provider))
    inner = [order.pop(name) for name in ("activity", "client", "customer") if name in order]
    return json.dumps({k: v for part in inner for k, v in part.items()} | order).encode()


def _twice(place: str, first: bytes, last: Any) -> bytes:
    """The valid body with that field sent twice."""
    provider = "aplyid" if place.startswith(("activity", "client")) else "sphinxhq"
    key = place.rpartition(".")[2].encode()
    return body(provider, place, first + b',"' + key + b'":' + json.dumps(last).encode())


def _duplicate(place: str, what: str, first: bytes, last: Any, shown: str) -> Row:
    provider = "aplyid" if place.startswith(("activity", "client")) else "sphinxhq"
    request = post(provider, _twice(place, first, last))
    return Row(47, provider, f"{what}-{short(place)}", request, ("accepted",), ((shown, last),))


ROWS = (
    *(row for provider in PROVIDERS for row in _rows_of(provider)),
    _duplicate("client.name", "different", b'"First Stuck"', "Last Stuck", "client.name"),
    _duplicate("client.name", "equal", b'"Same Stuck"', "Same Stuck", "client.name"),
    _duplicate("client.name", "bad-then-good", b"[]", "Last Stuck", "client.name"),
    _duplicate("activity.external_id", "different", b'"a"', "b", "external_id"),
    _duplicate("notes", "different", b'"a"', "b", "notes"),
    _duplicate("notes", "bad-then-good", b"null", "b", "notes"),
    _duplicate("delete_after", "different", b"5", 6, "delete_after"),
    _duplicate("customer.full_name", "different", b'"A Stuck"', "B Stuck", "customer.full_name"),
    _duplicate("checks.0.check_type", "bad-then-good", b'"NOPE"', "IDV", "checks.0.check_type"),
    Row(47, "sphinxhq", "good-then-bad", post("sphinxhq", _twice("notes", b'"a"', None)), ("invalid",)),
    Row(47, "aplyid", "good-then-bad", post("aplyid", _twice("client.name", b'"a"', "")), ("invalid",)),
    accepted(47, "checks.0.input_details", "free", b'{"a":1,"a":2,"b":{"a":3,"a":4}}', {"a": 2, "b": {"a": 4}}),
    *(
        Row(47, p, "whole-object", post(p, body(p)[:-1] + b',"%s":{}}' % name), (voice,))
        for p, name, voice in (("aplyid", b"client", "missing"), ("sphinxhq", b"customer", "invalid"))
    ),
)

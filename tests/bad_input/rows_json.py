"""Rows 40 to 53: the syntax of the body and its shape."""

import json
from typing import Any

from tests.bad_input.table import MIB, PROVIDERS, Row, accepted, body, post, refused, short

NUMBERS = {"aplyid": ("activity.max_transaction_value",), "sphinxhq": ("delete_after", "checks.0.input_details")}
STRINGS = {
    "aplyid": ("client.name", "activity.external_id"),
    "sphinxhq": ("notes", "customer.full_name", "webhook_url", "checks.0.input_details"),
}
OBJECTS = {"aplyid": ("activity", "client"), "sphinxhq": ("customer", "checks.0")}
BAD_NUMBERS = (
    *(
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"0x10",
        b"1_000",
        b"-",
        b"--1",
        b"1e",
        b"1e+",
        b"00",
        b"-01",
        b"0b1",
        b"0o7",
        b"1,000",
    ),
    *(b"1 000", b"1f", b"1n", b"NaN", b"Infinity", b"-Infinity", b"+Infinity", b"-NaN", b"nan", b"1e5.5", "١".encode()),
)
BAD_STRINGS = (
    *((f"raw-{code:02x}", bytes([code])) for code in (0x00, 0x01, 0x08, 0x09, 0x0A, 0x0D, 0x1B, 0x1F)),
    *(("escape-x", rb"\x41"), ("escape-u12g4", rb"\u12G4"), ("escape-short", rb"\u12"), ("escape-quote", rb"\'")),
    *(
        ("escape-u-plus", rb"\u+123"),
        ("escape-U", rb"\U0001F600"),
        ("escape-octal", rb"\101"),
        ("escape-brace", rb"\u{41}"),
    ),
    *(("escape-0", rb"\0"), ("escape-newline", b"\\\n"), ("escape-a", rb"\a"), ("escape-u-blank", rb"\u 123")),
)
OWNED = {
    **{"__proto__": {"isAdmin": True}, "__class__": "x", "constructor": {"prototype": {}}, "_id": 7, "tenant": "other"},
    **{"sandbox": "other", "created_at": "1999-01-01T00:00:00Z", "updated_at": "x", "": "empty key", "case": {}},
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


def _nested(provider: str, depth: int, opening: str = "[") -> bytes:
    """The valid body with an unknown key (A) or free JSON (B) in it, nested so deep in all."""
    around = 1 if provider == "aplyid" else 3  # the body itself; B: checks and its object as well
    many = depth - around
    value = "[" * many + "]" * many if opening == "[" else '{"a":' * (many - 1) + "{}" + "}" * (many - 1)
    good = body(provider, "checks.0.input_details", value.encode()) if provider == "sphinxhq" else body(provider)
    return good if provider == "sphinxhq" else b'{"deep":' + value.encode() + b"," + good[1:]


def _with_keys(provider: str, many: int) -> bytes:
    """The valid body with unknown keys, so many keys in all."""
    order = json.loads(body(provider))
    order.update({f"k{i}": 0 for i in range(many - _count_keys(order))})
    return json.dumps(order).encode()


def _count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_count_keys, value.values()))
    return sum(map(_count_keys, value)) if isinstance(value, list) else 0


def _with(provider: str, place: str, extra: dict[str, Any]) -> bytes:
    order = json.loads(body(provider))
    part = order
    for step in filter(None, place.split(".")):
        part = part[int(step) if isinstance(part, list) else step]
    part.update(extra)
    return json.dumps(order).encode()


def _twice(place: str, first: bytes, last: Any) -> bytes:
    """The valid body with that field sent twice."""
    provider = "aplyid" if place.startswith(("activity", "client")) else "sphinxhq"
    key = place.rpartition(".")[2].encode()
    return body(provider, place, first + b',"' + key + b'":' + json.dumps(last).encode())


def _rows_of(provider: str) -> list[Row]:
    good = body(provider)
    top, is_a = good[:-1], provider == "aplyid"
    wrong_shape = "missing" if is_a else "invalid"

    def row(number: int, what: str, sent: bytes, *voices: str, naming: str = "") -> Row:
        return Row(number, provider, what, post(provider, sent), voices, naming=naming)

    broken = {
        "trailing-comma": top + b",}",
        "leading-comma": b"{," + good[1:],
        "doubled-comma": top + b',,"x":1}',
        "trailing-comma-in-list": top + b',"x":[1,]}',
        "single-quotes": good.replace(b'"', b"'"),
        "block-comment": b"/* c */" + good,
        "line-comment": good + b"\n// c",
        "hash-comment": b"# c\n" + good,
        "comment-inside": b"{/* c */" + good[1:],
        "unquoted-key": top + b",x:1}",
        "number-as-key": top + b",1:1}",
        "no-colon": top + b',"x" 1}',
        "no-value": top + b',"x":}',
        "trailing-text": good + b" x",
        "trailing-brace": good + b"}",
        "trailing-nul": good + b"\x00",
        "two-documents": good + good,
        "two-documents-by-line": good + b"\n" + good,
        "unterminated": top,
        "unterminated-string": top + b',"x":"abc',
        "half-a-body": good[: len(good) // 2],
        "only-an-opening": b"{",
        "mismatched": top + b"]",
        "bad-literal": top + b',"x":True}',
        "undefined": top + b',"x":undefined}',
        "vertical-tab-as-blank": b"\x0b" + good,
        "nbsp-as-blank": "\u00a0".encode() + good,
        "blanks-only": b"   ",
        "backticks": top + b',"x":`a`}',
    }
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
    return [
        row(
            40,
            "empty-object",
            b"{}",
            "missing",
            naming="Client must exist" if is_a else "Either customer_id or customer",
        ),
        *(row(41, what, sent, "malformed") for what, sent in broken.items()),
        *(row(42, what, sent, wrong_shape) for what, sent in shapes.items()),
        *(refused(43, p, n.decode(), n, "malformed") for p in NUMBERS[provider] for n in BAD_NUMBERS),
        *(refused(44, p, w, b'"a' + raw + b'b"', "malformed") for p in STRINGS[provider] for w, raw in BAD_STRINGS),
        *(row(46, f"64-deep-{kind}", _nested(provider, 64, kind), "accepted") for kind in "[{"),
        *(row(46, f"65-deep-{kind}", _nested(provider, 65, kind), "malformed") for kind in "[{"),
        *(
            row(46, f"{deep}-deep-{kind}", _nested(provider, deep, kind), "malformed")
            for kind in "[{"
            for deep in (200, 5_000)
        ),
        row(46, "500000-openings", b"[" * 500_000, "malformed"),
        row(46, "100000-objects", b'{"a":' * 100_000, "malformed"),
        row(46, "many-brackets-in-a-string", _with(provider, "", {"flat": "[{" * 500}), "accepted"),
        row(46, "10000-keys", _with_keys(provider, 10_000), "accepted"),
        row(46, "10001-keys", _with_keys(provider, 10_001), "malformed"),
        row(50, "key-of-1-mb", _with(provider, "", {"k" * 1_000_000: 1}), "accepted", "invalid"),
        row(
            50,
            "10-keys-of-100-kb",
            _with(provider, "", {f"{i}" * 100_000: 1 for i in range(10)}),
            "accepted",
            "invalid",
        ),
        *(_owned(provider, place) for place in ("", *OBJECTS[provider])),
        *(_unknown(provider, place) for place in ("", *OBJECTS[provider])),
        row(52, "1-mb-of-blanks-around", b" \t\r\n" * 125_000 + good + b" " * 400_000, "accepted"),
        row(52, "1-mb-of-blanks-inside", b"{" + b"\n" * (MIB - len(good)) + good[1:], "accepted"),
        *(row(53, what, sent, "missing") for what, sent in misplaced.items()),
        row(53, "one-level-up", _flattened(provider), "missing"),
    ]


def _owned(provider: str, place: str) -> Row:
    """Keys that the service owns are not the caller's to set, on any level."""
    extra = {k: v for k, v in (OWNED | OWNED_AT_TOP[provider]).items() if (place, k) != ("activity", "status")}
    what = f"owned-keys-{short(place) or 'top'}"
    return Row(50, provider, what, post(provider, _with(provider, place, extra)), ("accepted",), FRESH[provider])


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
    return Row(49, provider, what, post(provider, _with(provider, place, extra)), ("accepted",), (shown,))


def _flattened(provider: str) -> bytes:
    """The fields of the inner objects, one level too high."""
    order = json.loads(body(provider))
    inner = [order.pop(name) for name in ("activity", "client", "customer") if name in order]
    return json.dumps({k: v for part in inner for k, v in part.items()} | order).encode()


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
    accepted(47, "checks.0.input_details", "free", b'{"a":1,"a":2,"b":{"a":3,"a":4}}'),
    *(
        Row(47, p, "whole-object", post(p, body(p)[:-1] + b',"%s":{}}' % name), (voice,))
        for p, name, voice in (("aplyid", b"client", "missing"), ("sphinxhq", b"customer", "invalid"))
    ),
)

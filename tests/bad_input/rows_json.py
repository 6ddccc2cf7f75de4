"""Rows 40 to 53: the syntax of the body and its shape."""

import json
from typing import Any

from tests.bad_input.table import MIB, PROVIDERS, Row, body, post, refused

NUMBERS = {"aplyid": ("activity.max_transaction_value",), "sphinxhq": ("delete_after", "checks.0.input_details")}
STRINGS = {
    "aplyid": ("client.name", "activity.external_id"),
    "sphinxhq": ("notes", "customer.full_name", "webhook_url", "checks.0.input_details"),
}
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


def _nested(provider: str, many: int, opening: str = "[") -> bytes:
    """The valid body with an unknown key (A) or free JSON (B) in it, whose value is nested so deep."""
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


def with_extra(provider: str, place: str, extra: dict[str, Any]) -> bytes:
    order = json.loads(body(provider))
    part = order
    for step in filter(None, place.split(".")):
        part = part[int(step) if isinstance(part, list) else step]
    part.update(extra)
    return json.dumps(order).encode()


def _rows_of(provider: str) -> list[Row]:
    good = body(provider)
    top, is_a = good[:-1], provider == "aplyid"

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
    return [
        row(
            40,
            "empty-object",
            b"{}",
            "missing",
            naming="Client must exist" if is_a else "Either customer_id or customer",
        ),
        *(row(41, what, sent, "malformed") for what, sent in broken.items()),
        *(refused(43, p, n.decode(), n, "malformed") for p in NUMBERS[provider] for n in BAD_NUMBERS),
        *(refused(44, p, w, b'"a' + raw + b'b"', "malformed") for p in STRINGS[provider] for w, raw in BAD_STRINGS),
        *(row(46, f"64-deep-{kind}", _nested(provider, 64, kind), "accepted") for kind in "[{"),
        *(row(46, f"65-deep-{kind}", _nested(provider, 65, kind), "malformed", "invalid") for kind in "[{"),
        *(
            row(46, f"{deep}-deep-{kind}", _nested(provider, deep, kind), "malformed")
            for kind in "[{"
            for deep in (200, 5_000)
        ),
        row(46, "500000-openings", b"[" * 500_000, "malformed"),
        row(46, "100000-objects", b'{"a":' * 100_000, "malformed"),
        row(46, "many-brackets-in-a-string", with_extra(provider, "", {"flat": "[{" * 500}), "accepted"),
        row(46, "10000-keys", _with_keys(provider, 10_000), "accepted"),
        row(46, "10001-keys", _with_keys(provider, 10_001), "malformed"),
        row(50, "key-of-1-mb", with_extra(provider, "", {"k" * 1_000_000: 1}), "accepted", "invalid"),
        row(
            50,
            "10-keys-of-100-kb",
            with_extra(provider, "", {f"{i}" * 100_000: 1 for i in range(10)}),
            "accepted",
            "invalid",
        ),
        row(52, "1-mb-of-blanks-around", b" \t\r\n" * 125_000 + good + b" " * 400_000, "accepted"),
        row(52, "1-mb-of-blanks-inside", b"{" + b"\n" * (MIB - len(good)) + good[1:], "accepted"),
    ]


ROWS = tuple(row for provider in PROVIDERS for row in _rows_of(provider))

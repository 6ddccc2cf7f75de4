"""Rows 55 to 62: integers, numbers, booleans and choices."""

import json
from typing import Any

from tests.bad_input.table import Row, accepted, refused

DAYS = ("delete_after", "customer.delete_after", "checks.0.delete_after")
DOCUMENTS = ("document_ids.0", "checks.0.document_ids.0")
INTEGERS = ("customer_id", *DAYS, *DOCUMENTS)
AMOUNT = "activity.max_transaction_value"
FREE = ("checks.0.input_details", "customer.input_details")
CHOICES = {
    "activity.status": "in_progress",
    "client.client_type": "individual",
    "customer.customer_type": "INDIVIDUAL",
    "checks.0.check_type": "INCORPORATION_DOC",
}
OUT_OF_RANGE = {
    "2-63": 2**63,
    "minus-2-63-1": -(2**63) - 1,
    "2-64": 2**64,
    "10-300": 10**300,
    "2-31": 2**31,
    "2-53-1": 2**53 + 1,
    "minus-2": -2,
    "1e308": 1e308,
    "1e400": b"1e400",
    "minus-1e400": b"-1e400",
    "4000-digits": b"9" * 4_000,
    "4300-digits": b"9" * 4_300,
    "minus-4000-digits": b"-" + b"9" * 4_000,
}
NO_INTEGERS: dict[str, Any] = {
    "hex": "0x1",
    "true": True,
    "false": False,
    "list": [],
    "list-of-one": [1],
    "object": {},
    "word": "x",
    "empty": "",
    "blank": "  ",
    "minus-minus": "--1",
    "underscore-first": "_1",
    "doubled-underscore": "1__0",
    "thousands": "1,000",
    "exponent-text": "1e1",
    "superscript": "²",
    "half": "½",
    "roman": "Ⅷ",
    "nan": "NaN",
    "infinity": "Infinity",
    "none": "None",
    "with-nul": "1\x00",
    "with-surrogate": b'"1\\ud800"',
    "zero-width": "1\u200b",
    "minus-sign": "\u22121",
    "binary": "0b1",
    "day": "2026-01-01",
    "5000-digits-text": "9" * 5_000,
    "null": None,
}
# As text: how the framework reads a whole number.
WHOLE_TEXTS: dict[str, tuple[Any, int]] = {
    "text": ("1", 1),
    "text-in-blanks": (" 12 ", 12),
    "underscore": ("1_0", 10),
    "underscore-in-blanks": (" 1_0 ", 10),
    "arabic": ("١", 1),
    "devanagari": ("५", 5),
    "full-width": ("５", 5),
    "plus": ("+5", 5),
    "leading-zeros": ("007", 7),
    "minus-zero": ("-0", 0),
    "dot-zero": ("5.0", 5),
    "float": (30.0, 30),
    "exponent": (b"3e1", 30),
    "nbsp": ("\u00a05", 5),
}
EXISTING: dict[str, Any] = {
    "text": "123",
    "text-in-blanks": " 123 ",
    "underscore": "12_3",
    "underscore-in-blanks": " 12_3 ",
    "arabic": "١٢٣",
    "full-width": "１２３",
    "plus": "+123",
    "leading-zeros": "00123",
    "float": 123.0,
    "exponent": b"1.23e2",
}
AMOUNTS_TAKEN = {
    "one": 1,
    "tiny": b"1e-9",
    "smallest-double": b"5e-324",
    "1000-decimals": b"0." + b"3" * 1_000,
    "huge": b"1e308",
    "30-digits": b"1" * 30,
    "2-63": 2**63,
    "2-70": 2**70,
    "text": "10",
    "text-in-blanks": " 10 ",
    "exponent-text": "1e5",
    "underscore-text": "1_0",
    "null": None,
    "empty": "",
    "blank": "  ",
    "list": [],
    "object": {},
}
AMOUNTS_REFUSED = {
    "zero": 0,
    "minus-zero": b"-0.0",
    "minus-one": -1,
    "1e400": b"1e400",
    "minus-1e400": b"-1e400",
    "1e-400": b"1e-400",
    "word": "abc",
    "true": True,
    "false": False,
    "hex": "0x10",
    "arabic": "٣",
    "full-width": "１",
    "nan-text": "NaN",
    "infinity-text": "Infinity",
    "comma": "1,5",
    "two-numbers": "1 2",
    "currency": "$5",
    "percent": "5%",
    "fraction": "1/2",
    "trailing-dot": "5.",
    "doubled-underscore": "1__0",
    "with-nul": "5\x00",
    "with-surrogate": b'"5\\udc00"',
    "nbsp": "5\u00a0",
    "minus-text": "-5",
    "zero-text": "0",
}
NO_TEXTS: tuple[Any, ...] = (True, False, [], {}, ["a"])
NO_SCALARS: tuple[Any, ...] = ([], {}, ["to_do"])


def _no_choices(choice: str) -> dict[str, Any]:
    """What looks like the choice, and is none."""
    return {
        "other-case": choice.swapcase(),
        "capitalised": choice.capitalize(),
        "trailing-blank": f"{choice} ",
        "leading-blank": f" {choice}",
        "trailing-newline": f"{choice}\n",
        "trailing-nul": f"{choice}\x00",
        "zero-width": f"{choice}\u200b",
        "unknown": "organisation",
        "prefix": choice[:-1],
        "number": 1,
        "zero": 0,
        "true": True,
        "false": False,
        "float": 1.5,
        "1e400": b"1e400",
        "dotless-i": choice.replace("i", "ı").replace("I", "İ"),
        "cyrillic": choice.replace("i", "і").replace("E", "Е").replace("I", "І"),
        "full-width": "".join(chr(ord(c) + 0xFEE0) for c in choice),
        "blank": "  ",
        "surrogate": b'"\\ud800"',
        "surrogate-at-the-end": f'"{choice}\\ud800"'.encode(),
        "100-kb": choice * 10_000,
        "markup": "<script>alert(1)</script>",
    }


def _choice_rows(place: str, choice: str) -> list[Row]:
    rows = [refused(62, place, what, value) for what, value in _no_choices(choice).items()]
    if place.startswith("c") and place != "client.client_type":
        rows += [refused(62, place, f"in-a-{kind}", v) for kind, v in (("list", [choice]), ("object", {"a": choice}))]
    return rows


ROWS = (
    *(refused(55, place, what, value) for place in INTEGERS for what, value in OUT_OF_RANGE.items()),
    *(refused(56, place, "5000-digits", b"9" * 5_000, "invalid", "malformed") for place in INTEGERS),
    refused(56, AMOUNT, "5000-digits", b"9" * 5_000, "invalid", "malformed", "accepted"),
    refused(56, AMOUNT, "4000-digits", b"9" * 4_000, "invalid", "accepted"),
    refused(56, "checks.0.input_details", "5000-digits", b"9" * 5_000, "malformed", "accepted"),
    *(refused(58, place, what, value) for place in INTEGERS for what, value in NO_INTEGERS.items()),
    *(accepted(58, place, what, sent, days) for place in DAYS for what, (sent, days) in WHOLE_TEXTS.items()),
    *(accepted(58, "customer_id", what, sent, 123) for what, sent in EXISTING.items()),
    *(accepted(58, place, what, sent) for place in DOCUMENTS for what, sent in EXISTING.items()),
    accepted(58, "customer_id", "truncated", 123.5, 123),
    refused(58, "customer_id", "dot-zero-text", "123.0"),
    *(accepted(59, AMOUNT, what, value) for what, value in AMOUNTS_TAKEN.items()),
    *(refused(59, AMOUNT, what, value, naming="Max transaction value") for what, value in AMOUNTS_REFUSED.items()),
    *(refused(59, place, "1e400", b"1e400", naming="valid JSON") for place in FREE),
    *(refused(59, place, "1e400-inside", b'{"a":[1,-1e400]}', naming="valid JSON") for place in FREE),
    accepted(59, FREE[0], "1e-400", b"1e-400", 0.0),
    accepted(59, FREE[0], "smallest-double", b"5e-324", 5e-324),
    accepted(59, FREE[0], "1000-decimals", b"0." + b"3" * 1_000, 0.3333333333333333),
    accepted(59, FREE[0], "minus-zero", b"-0.0", -0.0),
    accepted(59, FREE[0], "1e308", b"1e308", 1e308),
    accepted(59, "notes", "number-as-text", 1.5, "1.5"),
    # There is no boolean in either body; where something else is meant, one is refused or taken as text.
    *(
        refused(61, place, str(value).lower(), value)
        for place in ("notes", "rfi", "webhook_url", "customer.full_name", "customer.external_id")
        for value in NO_TEXTS
    ),
    accepted(61, "client.name", "true", True, "t"),
    accepted(61, "client.name", "false", False, "f"),
    accepted(61, "activity.external_id", "true", True, "t"),
    refused(61, "client.email", "true", True),
    *(accepted(62, place, "itself", choice) for place, choice in CHOICES.items() if place != "activity.status"),
    *(row for place, choice in CHOICES.items() for row in _choice_rows(place, choice)),
    *(refused(62, "activity.status", what, v) for what, v in (("null", None), ("empty", ""))),
    *(refused(62, "client.client_type", f"in-a-{kind}", v) for kind, v in (("list", ["individual"]), ("object", {}))),
    *(refused(62, "client.client_type", what, v) for what, v in (("null", None), ("empty", ""))),
    *(refused(62, "checks.0.check_type", what, v) for what, v in (("null", None), ("empty", ""))),
    accepted(62, "customer.customer_type", "null", None),
    accepted(62, "customer.customer_type", "empty", ""),
    *(
        accepted(62, "activity.status", s, s)
        for s in ("in_progress", "in_review", "on_hold", "to_do", "completed", "cancelled")
    ),
    *(accepted(62, "activity.status", f"dropped-{json.dumps(v)}", v, "in_progress") for v in NO_SCALARS),
)

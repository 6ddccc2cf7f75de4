"""Rows 79 to 86: dates, identifiers and the state a request asks for."""

from typing import Any

from tests.bad_input.answers import BROKEN
from tests.bad_input.table import PROVIDERS, Row, accepted, body, post, refused

BORN = "client.clientable_attributes.date_of_birth"
# No date is ever refused: what the framework cannot cast is null, and the answer advises.
UNCASTABLE: dict[str, Any] = {
    "february-30": "1990-02-30",
    "february-29-of-no-leap-year": "1991-02-29",
    "month-13": "1990-13-01",
    "day-0": "1990-01-00",
    "american": "01/15/1990",
    "year-only": "1990",
    "seconds": "632361600",
    "word": "yesterday",
    "full-width": "１９９０-０１-１５",
    "arabic": "١٩٩٠-٠١-١٥",
    "empty-parts": "--",
    "list": ["1990-01-15"],
    "object": {"year": 1990},
    "number": 19900115,
    "float": 1.5,
    "1e400": b"1e400",
    "true": True,
    "false": False,
    "10-kb": "9" * 10_000,
    "zero-date": "0000-00-00",
}
CASTABLE: dict[str, Any] = {
    "leap-second": "2016-12-31T23:59:60Z",
    "24-00": "1990-01-15T24:00:00",
    "bad-offset": "1990-01-15T00:00:00+99:99",
    "minus-zero-offset": "1990-01-15T00:00:00-00:00",
    "naive": "1990-01-15T00:00:00",
    "lower-case": "1990-01-15t00:00:00z",
    "blank-for-t": "1990-01-15 00:00:00Z",
    "nanoseconds": "1990-01-15T00:00:00.123456789Z",
    "future": "2999-01-01",
    "year-1": "0001-01-01",
    "200-years-ago": "1826-01-01",
    "year-9999": "9999-12-31",
    "leap-day": "1992-02-29",
}
NOT_GIVEN: dict[str, Any] = {"null": None, "empty": "", "blank": "   "}
UUID = "0b0e6a70-3c5e-4e1c-9a4e-3a3f4f6b7c8d"
UUIDS = {
    "braces": f"{{{UUID}}}",
    "urn": f"urn:uuid:{UUID}",
    "upper-case": UUID.upper(),
    "no-hyphens": UUID.replace("-", ""),
    "16-characters": "\x01" * 16,
    "itself": UUID,
}
REFERENCES = ("activity.external_id", "client.external_id", "customer.external_id")
DATE_ROWS = {
    79: ("leap-second", "24-00", "bad-offset", "minus-zero-offset"),
    80: ("naive", "lower-case", "blank-for-t", "nanoseconds"),
}


def _date_rows() -> list[Row]:
    numbers = {what: number for number, named in DATE_ROWS.items() for what in named}
    dates = {**UNCASTABLE, **CASTABLE, **NOT_GIVEN}
    return [accepted(numbers.get(what, 82), BORN, what, value) for what, value in dates.items()]


def _unstorable_rows() -> list[Row]:
    """What no database takes is refused in any other field; a date may be dropped instead."""
    sent = {"nul": "1990-01-15\x00", "high": b'"1990-01-15\\ud800"', "low": b'"\\udc00"'}
    return [refused(67, BORN, what, value, "invalid", "accepted") for what, value in sent.items()]


def _reference_rows(place: str) -> list[Row]:
    """A reference is a text: a UUID in any spelling is one, and the caller's own spelling comes back."""
    sixteen = list(range(16))
    is_a = place != "customer.external_id"
    rows = [accepted(83, place, f"uuid-{what}", value) for what, value in UUIDS.items() if is_a or "16" not in what]
    rows += [
        accepted(83, place, "uuid-as-integer", 2**127, str(2**127)),
        accepted(83, place, "zero", 0, "0"),
        accepted(83, place, "null", None),
        accepted(83, place, "empty", ""),
    ]
    if is_a:  # strong parameters drop what is no scalar
        return [*rows, *(accepted(83, place, f"dropped-{type(v).__name__}", v, None) for v in (sixteen, {"a": 1}))]
    return [*rows, *(refused(83, place, type(v).__name__, v) for v in (sixteen, {"a": 1}))]


def _keys_of(provider: str) -> list[Row]:
    """No idempotency header is read, whatever it holds; one that breaks the message is refused with it."""
    good = body(provider)

    def row(what: str, *headers: tuple[str, str], voices: tuple[str, ...] = ("accepted",)) -> Row:
        return Row(86, provider, what, post(provider, good, *headers), voices)

    return [
        *(row(f"key-of-{n}", ("Idempotency-Key", "k" * n)) for n in (0, 1, 255, 10_000)),
        row("x-key", ("X-Idempotency-Key", "k")),
        row("key-twice", ("Idempotency-Key", "a"), ("Idempotency-Key", "b")),
        row("key-not-ascii", ("Idempotency-Key", "\xe9\xff")),
        row("key-with-lf", ("Idempotency-Key", "a\nb"), voices=BROKEN),
        row("key-with-cr", ("Idempotency-Key", "a\rb"), voices=BROKEN),
        row("key-with-cr-lf", ("Idempotency-Key", "a\r\nb"), voices=BROKEN),
        row("key-with-nul", ("Idempotency-Key", "a\x00b"), voices=("accepted", *BROKEN)),
        row("request-id", ("X-Request-Id", "../../x\x1b[31m"), voices=("accepted", *BROKEN)),
    ]


ROWS = (
    *_date_rows(),
    *_unstorable_rows(),
    *(row for place in REFERENCES for row in _reference_rows(place)),
    *(row for provider in PROVIDERS for row in _keys_of(provider)),
)

"""The rows of a snapshot: as the store holds them, and as a person reads them."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from emulator.core.errors import Unreadable
from emulator.core.sandbox_clock import from_micros, to_micros, to_text
from emulator.masking import masked, masked_body

T = TypeVar("T")
Column = str | int | float | bytes | None
Row = Mapping[str, Column]  # columns by their names
# The kinds of the columns of a snapshot, by table and column. A ? marks a column that may be null.
TABLES: Mapping[str, Mapping[str, str]] = {
    "counters": {"provider": "text", "kind": "text", "next": "whole"},
    "clients": {
        "provider": "text",
        "id": "whole",
        "external_id": "text?",
        "reuse_key": "text?",
        "name": "text",
        "kind": "text?",
        "details": "object",
        "retention_days": "whole?",
        "created_at": "moment",
        "updated_at": "moment",
    },
    "documents": {
        "provider": "text",
        "id": "whole",
        "name": "text",
        "media_type": "text",
        "size": "whole",
        "digest": "text",
        "case_id": "whole?",
        "check_id": "whole?",
        "client_id": "whole?",
        "retention_days": "whole?",
        "created_at": "moment",
        "updated_at": "moment",
        "expires_at": "moment?",
    },
    "cases": {
        "provider": "text",
        "id": "whole",
        "client_id": "whole",
        "external_id": "text?",
        "state": "text",
        "outcome": "text?",
        "risk_score": "number?",
        "rule": "text",
        "ending": "text",
        "planned_risk": "number?",
        "webhook_url": "text?",
        "retention_days": "whole?",
        "details": "object",
        "has_checks": "whole",
        "created_at": "moment",
        "updated_at": "moment",
        "due_at": "moment?",
        "finish_at": "moment?",
        "expires_at": "moment?",
        "revision": "whole",
        "archived_at": "moment?",
        "replaces": "whole?",
        "unique_key": "text?",
        "started_at": "moment?",
        "takes": "whole?",
    },
    "checks": {
        "provider": "text",
        "id": "whole",
        "case_id": "whole",
        "kind": "text?",
        "details": "object",
        "state": "text",
        "outcome": "text?",
        "risk_score": "number?",
        "title": "text?",
        "note": "text?",
        "reasoning": "text?",
        "retention_days": "whole?",
        "created_at": "moment",
        "updated_at": "moment",
        "expires_at": "moment?",
    },
    "deliveries": {
        "id": "text",
        "provider": "text",
        "case_id": "whole",
        "event": "text",
        "url": "text?",
        "target": "text?",
        "headers": "texts",
        "body": "bytes",
        "state": "text",
        "reason": "text?",
        "attempts": "whole",
        "created_at": "moment",
        "due_at": "moment?",
        "faults": "names",
        "slowly": "number?",
        "held": "whole",
        "position": "whole",
    },
    "attempts": {
        "delivery_id": "text",
        "number": "whole",
        "ended_at": "moment",
        "took": "whole",
        "status": "whole?",
        "error": "text?",
        "answer": "bytes",
        "answer_headers": "texts",
    },
}


# What the columns that were added since a schema hold in a row of that schema.
Added = Mapping[str, Callable[[Mapping[str, object]], Mapping[str, object]]]
SINCE_SCHEMA_1: Added = {
    "clients": lambda _: {"retention_days": None},
    "documents": lambda row: {
        "name": "sample.pdf",
        "media_type": "application/pdf",
        "size": 0,
        "digest": "",
        "case_id": None,
        "check_id": None,
        "client_id": None,
        "retention_days": None,
        "updated_at": row.get("created_at"),
        "expires_at": None,
    },
    "cases": lambda _: {"revision": 0, "archived_at": None, "replaces": None},
    "checks": lambda _: {"retention_days": None, "expires_at": None},
}
SINCE_SCHEMA_2: Added = {
    "cases": lambda _: {"unique_key": None, "started_at": None, "takes": None},
    "attempts": lambda _: {"answer_headers": {}},
}
SINCE = {1: SINCE_SCHEMA_1, 2: SINCE_SCHEMA_2}


def of_older_schema(schema: object, table: str, row: Mapping[str, object]) -> Mapping[str, object]:
    """Return a row of a snapshot of that schema as one of the present schema."""
    for older, added in SINCE.items():
        if isinstance(schema, int) and schema <= older and table in added:
            row = {**added[table](row), **row}
    return row


def as_shown(table: str, row: Row) -> dict[str, object]:
    """Return the columns as a person reads them: times as text, JSON as JSON, bytes as text where they are UTF-8."""
    return {name: _show(TABLES[table][name].rstrip("?"), _masked(table, name, value)) for name, value in row.items()}


def _masked(table: str, name: str, value: Column) -> Column:
    mask = MASKED.get((table, name))
    return mask(value) if mask and value is not None else value


def _show(kind: str, value: Column) -> object:
    return SHOWN[kind](value) if kind in SHOWN and value is not None else value


def _show_bytes(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


SHOWN: Mapping[str, Callable[[Any], object]] = {
    "moment": lambda value: to_text(from_micros(value)),
    "object": json.loads,
    "texts": json.loads,
    "names": json.loads,
    "bytes": _show_bytes,
}
# Columns with what others wrote, shown without secrets; the addresses and what is sent stay as `restore` needs them.
MASKED: Mapping[tuple[str, str], Callable[[Any], Column]] = {
    ("deliveries", "reason"): masked,
    ("attempts", "error"): masked,
    ("attempts", "answer"): masked_body,
}


def as_kept(table: str, row: Mapping[str, object]) -> dict[str, Column]:
    """Return the columns as the store holds them; raise Unreadable for unknown, missing or wrong ones."""
    columns = TABLES[table]
    if row.keys() != columns.keys():
        odd = sorted(map(str, row.keys() ^ columns.keys()))[:5]
        raise Unreadable(f"{table}: every one of {', '.join(columns)} is needed and nothing else; see {', '.join(odd)}")
    try:
        return {name: _read(kind, row[name]) for name, kind in columns.items()}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"{table}: {error!r:.200}") from error


def _read(kind: str, value: object) -> Column:
    if value is None and kind.endswith("?"):
        return None
    return READERS[kind.rstrip("?")](value)


def _of(types: type[T] | tuple[type[T], ...], value: object) -> T:
    if isinstance(value, bool) or not isinstance(value, types):  # in Python a bool is an int; in JSON it is not
        raise TypeError(f"{value!r:.50} is of the wrong type")
    return value


def _whole(value: object) -> int:
    number = _of(int, value)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{number} is too large")
    return number


def _text(value: object) -> str:
    text = _of(str, value)
    text.encode()  # raises ValueError for half a surrogate pair, which cannot be stored
    return text


def _bytes(value: object) -> bytes:
    return _text(value).encode() if isinstance(value, str) else base64.b64decode(_of(dict, value)["base64"])


def moment_of(value: object) -> datetime:
    """Return the moment of an ISO 8601 text; raise TypeError for another type, ValueError without a time zone."""
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return moment


READERS: Mapping[str, Callable[[object], Column]] = {
    "text": _text,
    "whole": _whole,
    "number": lambda value: float(_of((int, float), value)),
    "moment": lambda value: to_micros(moment_of(value)),
    "object": lambda value: json.dumps(_of(dict, value)),
    "texts": lambda value: json.dumps({name: _of(str, text) for name, text in _of(dict, value).items()}),
    "names": lambda value: json.dumps([_of(str, name) for name in _of(list, value)]),
    "bytes": _bytes,
}

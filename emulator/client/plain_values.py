"""What a Python program gives the handle, as JSON and as the parameters of a query."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

Moment = date | str  # a datetime is a date, too
Step = float | timedelta | str  # how far a clock is moved
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
AMOUNT = r"\d+(?:\.\d+)?"
SHORTHAND = re.compile(rf"(?:{AMOUNT}[smhdw])+", re.ASCII)


def moment_text(moment: Moment | None) -> str | None:
    """Return a moment as ISO 8601; a datetime without a zone is UTC, and a date its midnight in UTC."""
    if moment is None or isinstance(moment, str):
        return moment
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def step_to_json(step: Step) -> dict[str, float | str]:
    """Return how far to move a clock as the control API takes it: in seconds, or as the text that it is.

    A number and a shorthand (90, 1h30m, 2d) are seconds; any other text is left for the emulator to judge.
    """
    if isinstance(step, timedelta):
        return {"seconds": step.total_seconds()}
    seconds = _seconds(step) if isinstance(step, str) else step
    return {"duration": str(step)} if seconds is None else {"seconds": seconds}


def _seconds(text: str) -> float | None:
    """Return the seconds that a number or a shorthand means; None for any other text."""
    if re.fullmatch(AMOUNT, text, re.ASCII):
        seconds = float(text)
    elif SHORTHAND.fullmatch(text):
        seconds = sum(float(part[:-1]) * UNITS[part[-1]] for part in re.findall(f"{AMOUNT}[smhdw]", text))
    else:
        return None
    return None if math.isinf(seconds) else seconds


def plain(value: object) -> object:
    """Return what JSON has in place of a value: seconds for a timedelta, text for a date; raise TypeError."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has: {value!r}")


def to_json(value: object) -> bytes:
    """Return a value as JSON; raise TypeError or ValueError for what JSON has not."""
    return json.dumps(value, allow_nan=False, default=plain).encode()


def to_text(value: object) -> str:
    """Return a value as a parameter of a query has it: a text as it is, anything else as JSON."""
    if isinstance(value, date | UUID):
        return str(plain(value))
    return str(value) if isinstance(value, str) else json.dumps(value, default=plain, ensure_ascii=False)


def to_query(parameters: Mapping[str, object] | None) -> str:
    """Return the parameters as a query, with its question mark; those that are None are left out."""
    given = [(name, to_text(value)) for name, value in (parameters or {}).items() if value is not None]
    return f"?{urlencode(given)}" if given else ""

"""Write an exchange of the journal as JSON, and read it back."""

import json
from base64 import b64decode, b64encode
from dataclasses import fields
from operator import attrgetter
from typing import Any

from emulator.core.journal import Exchange
from emulator.core.sandbox_clock import from_micros, to_micros

LISTS = ("faults", "advice", "needed")
BYTES = ("body", "answer")
NAMES = tuple(field.name for field in fields(Exchange))
values_of = attrgetter(*NAMES)


def text_of(exchange: Exchange) -> str:
    """Return the exchange as JSON text."""
    written = dict(zip(NAMES, values_of(exchange), strict=True))
    written["at"] = to_micros(exchange.at)
    for name in BYTES:
        written[name] = written[name] if written[name] is None else b64encode(written[name]).decode()
    return json.dumps(written)


def exchange_of(number: int, text: str) -> Exchange:
    """Return the exchange that was written so, under the number that it got."""
    written: dict[str, Any] = json.loads(text)
    for name in BYTES:
        written[name] = written[name] if written[name] is None else b64decode(written[name])
    lists = {name: tuple(written[name]) for name in LISTS}
    return Exchange(**written | lists | {"number": number, "at": from_micros(written["at"])})

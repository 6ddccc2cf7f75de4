"""Write an exchange of the journal as JSON, and read it back."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

from emulator.core.journal import Exchange
from emulator.core.sandbox_clock import from_micros, to_micros

LISTS = ("faults", "advice", "needed")
BYTES = ("body", "answer")


def text_of(exchange: Exchange) -> str:
    """Return the exchange as JSON text."""
    fields = asdict(exchange) | {"at": to_micros(exchange.at)}
    for name in BYTES:
        fields[name] = fields[name] if fields[name] is None else b64encode(fields[name]).decode()
    return json.dumps(fields)


def exchange_of(number: int, text: str) -> Exchange:
    """Return the exchange that was written so, under the number that it got."""
    fields: dict[str, Any] = json.loads(text)
    for name in BYTES:
        fields[name] = fields[name] if fields[name] is None else b64decode(fields[name])
    lists = {name: tuple(fields[name]) for name in LISTS}
    return Exchange(**fields | lists | {"number": number, "at": from_micros(fields["at"])})

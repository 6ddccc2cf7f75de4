"""Read a body as strict JSON: UTF-8 only, no NaN, bounded in size, depth and keys.

Plain `json.loads` would guess UTF-16, take NaN, and end in a RecursionError (which is no ValueError) on deep nesting.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from emulator.core.errors import Fact
from emulator.server import orders
from emulator.web.errors import Malformed, TooLarge, Undecodable
from emulator.web.request_state import state_of

LARGEST_BODY = 1024 * 1024
DEEPEST = 64  # levels of one value; the levels of the request around it come on top
MOST_KEYS = 10_000
BOM = "\ufeff"


def read_json(environ: dict[str, Any], envelope: int, largest: int = LARGEST_BODY, most_keys: int = MOST_KEYS) -> Any:
    """The JSON value of a body, {} of an empty one; raises TooLarge, Undecodable or Malformed.

    `envelope` is how many levels of the request stand around its freest value.
    """
    raw = raw_body(environ, largest)
    try:
        return parse(raw, DEEPEST + envelope, most_keys) if raw else {}
    except Fact:
        orders.order(environ, orders.CLOSE)  # what follows on the connection may be the rest of this body
        raise


def raw_body(environ: dict[str, Any], largest: int = LARGEST_BODY) -> bytes:
    """The bytes of a body, read once however often they are asked for; raises TooLarge."""
    state = state_of(environ)
    if state.raw_body is None:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > largest:
            raise TooLarge(largest)
        state.raw_body = environ["wsgi.input"].read(length)
    return state.raw_body


def parse(raw: bytes, deepest: int = DEEPEST, most_keys: int = MOST_KEYS) -> Any:
    """The JSON value; raises Undecodable or Malformed. A number like 1e400 is `inf`: its field refuses it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Undecodable(str(error)) from error
    try:
        if text.startswith(BOM):
            raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
        value = DECODER.decode(text)
    except RecursionError:
        raise Malformed(f"nested more than {DEEPEST} deep") from None
    except json.JSONDecodeError as error:
        raise Malformed(_worded(error)) from error
    except ValueError as error:
        raise Malformed(str(error).partition("; use sys.")[0]) from error
    _check_bounds(raw, value, deepest, most_keys)
    return value


def _worded(error: json.JSONDecodeError) -> str:
    """The same words on every Python: from 3.13 on it has new ones for a trailing comma."""
    if not error.msg.startswith("Illegal trailing comma"):
        return str(error)
    rest = error.doc[error.pos + 1 :]
    place = len(error.doc) - len(rest.lstrip(" \t\n\r"))
    told = "Expecting value" if rest.lstrip()[:1] == "]" else "Expecting property name enclosed in double quotes"
    return str(json.JSONDecodeError(told, error.doc, place))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _check_bounds(raw: bytes, value: Any, deepest: int, most_keys: int) -> None:
    # Counting bytes first keeps the walk off nearly every request.
    deep, wide = raw.count(b"{") + raw.count(b"[") > deepest, raw.count(b":") > most_keys
    if not (deep or wide):
        return
    keys = 0
    for depth, found in containers(value):
        keys += found
        if depth > deepest:
            raise Malformed(f"nested more than {DEEPEST} deep")
        if keys > most_keys:
            raise Malformed(f"more than {most_keys} keys")


def containers(value: Any) -> Iterator[tuple[int, int]]:
    """Depth and number of keys of each object and array."""
    waiting = [(1, value)]
    while waiting:
        depth, item = waiting.pop()
        if not isinstance(item, dict | list):
            continue
        yield depth, len(item) if isinstance(item, dict) else 0
        waiting.extend((depth + 1, part) for part in (item.values() if isinstance(item, dict) else item))

"""Read a body as strict JSON: UTF-8 only, no NaN, bounded in size, depth and keys.

Plain `json.loads` would guess UTF-16, accept NaN, and raise RecursionError (which is no ValueError) on deep nesting.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn
from wsgiref.types import WSGIEnvironment

from emulator.core.errors import Fact
from emulator.person_files import UTF8_MARK
from emulator.server import orders
from emulator.web.advice import advise
from emulator.web.errors import Malformed, TooLarge, Undecodable
from emulator.web.request_state import state_of

LARGEST_BODY = 1024 * 1024
DEEPEST = 64  # levels of one value; the levels of the request around that value come on top
MOST_KEYS = 10_000
LEAST_PAIR = 4  # bytes of a key and its value
BOM = "\ufeff"
MOST_REPEATED = 5
LONGEST_KEY = 100  # in advice


def read_json(
    environ: WSGIEnvironment, envelope: int, largest: int = LARGEST_BODY, most_keys: int = MOST_KEYS
) -> object:
    """Return the JSON value of a request's body, {} for an empty body.

    `largest` is in bytes; `envelope` is how many levels of the request stand around the value that may nest most.
    Raise TooLarge, Undecodable or Malformed.
    """
    raw = raw_body(environ, largest)
    repeated: list[str] = []
    try:
        value = parse(raw, DEEPEST + envelope, most_keys, repeated.append) if raw else {}
    except Fact:
        orders.order(environ, orders.CLOSE)  # what follows on the connection may be the rest of this body
        raise
    for key in repeated[:MOST_REPEATED]:
        advise(f"the key {key[:LONGEST_KEY]} stands twice in one object: the last one counts")
    return value


def raw_body(environ: WSGIEnvironment, largest: int = LARGEST_BODY) -> bytes:
    """Return the bytes of a request's body, which is read once and then remembered; raise TooLarge."""
    state = state_of(environ)
    if state.raw_body is None:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > largest:
            raise TooLarge(largest)
        raw: bytes = environ["wsgi.input"].read(length)
        state.raw_body = raw
    return state.raw_body


def drop_mark(environ: WSGIEnvironment, largest: int) -> None:
    """Take off the byte order mark with which some editors begin a file that is sent as a body; raise TooLarge."""
    state_of(environ).raw_body = raw_body(environ, largest).removeprefix(UTF8_MARK)


def parse(
    raw: bytes,
    deepest: int = DEEPEST,
    most_keys: int = MOST_KEYS,
    note_repeated: Callable[[str], object] = lambda key: None,
) -> object:
    """Return the JSON value in these bytes; raise Undecodable or Malformed.

    `note_repeated` is given each key that stands more than once in one object. A number like 1e400 is read as `inf`, so
    that the field it stands in refuses it.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Undecodable(str(error)) from error
    try:
        if text.startswith(BOM):
            raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
        value = _decode(text, note_repeated)
    except RecursionError:
        raise Malformed(f"nested more than {DEEPEST} deep") from None
    except json.JSONDecodeError as error:
        raise Malformed(_reason(error)) from error
    except ValueError as error:
        raise Malformed(str(error).partition("; use sys.")[0]) from error
    _check_bounds(raw, value, deepest, most_keys)
    return value


def _reason(error: json.JSONDecodeError) -> str:
    """Return the same text on every Python: from 3.13 on, Python words a trailing comma in another way."""
    if not error.msg.startswith("Illegal trailing comma"):
        return str(error)
    rest = error.doc[error.pos + 1 :]
    position = len(error.doc) - len(rest.lstrip(" \t\n\r"))
    message = "Expecting value" if rest.lstrip()[:1] == "]" else "Expecting property name enclosed in double quotes"
    return str(json.JSONDecodeError(message, error.doc, position))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")


class _Repeated(Exception):
    """A key stands more than once in one object."""


def _make_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _Repeated
    return value


# It looks for repeated keys while it makes the objects, when nearly nothing is left to do.
DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_make_object)


def _decode(text: str, note_repeated: Callable[[str], object]) -> object:
    try:
        return DECODER.decode(text)
    except _Repeated:  # rare, so that it may be read twice
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=partial(_note_all, note_repeated))


def _note_all(note_repeated: Callable[[str], object], pairs: list[tuple[str, object]]) -> dict[str, object]:
    times = Counter(name for name, _ in pairs)
    for name in times:
        if times[name] > 1:
            note_repeated(name)
    return dict(pairs)


def _check_bounds(raw: bytes, value: object, deepest: int, most_keys: int) -> None:
    # Counting bytes is cheap, and spares nearly every request the walk through its value.
    may_be_deep = raw.count(b"{") + (raw.count(b"[") if b"[" in raw else 0) > deepest
    may_be_wide = len(raw) > most_keys * LEAST_PAIR and raw.count(b":") > most_keys
    if not (may_be_deep or may_be_wide):
        return
    keys = 0
    for depth, own_keys in containers(value):
        keys += own_keys
        if depth > deepest:
            raise Malformed(f"nested more than {DEEPEST} deep")
        if keys > most_keys:
            raise Malformed(f"more than {most_keys} keys")


def containers(value: object) -> Iterator[tuple[int, int]]:
    """Yield depth (from 1) and number of keys of each object and array in a JSON value; an array has no keys."""
    waiting = [(1, value)]
    while waiting:
        depth, item = waiting.pop()
        if not isinstance(item, dict | list):
            continue
        yield depth, len(item) if isinstance(item, dict) else 0
        waiting.extend((depth + 1, part) for part in (item.values() if isinstance(item, dict) else item))

"""Lay JSON out for people, token by token, so that a page shows exactly what was sent."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from shlex import quote
from typing import Any

from emulator.quick_dataclass import dataclass
from emulator.ui.field_docs import NOTHING, FieldDoc

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
LONGEST = 65_536  # characters; a longer body is shown as it is, and cut
DEEPEST = 100
DEEPEST_STEP = 10
NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One line: its depth, the key with what it means, and the value or bracket that follows."""

    depth: int
    key: str | None
    place: str
    kind: str  # of the value: text, or other; empty for brackets
    value: str
    comma: str
    field_doc: FieldDoc
    before: str | None = None  # the JSON text of the value before it changed; None: it did not change

    @property
    def indent(self) -> str:
        """The blanks before it."""
        return "  " * self.depth

    @property
    def step(self) -> int:
        """By how much a line that is too long hangs over, as the number of a class; the deepest ones do alike."""
        return min(self.depth, DEEPEST_STEP)


def lines_of(text: str, field_docs: Mapping[str, FieldDoc], before: Mapping[str, str] = NONE) -> list[JsonLine] | None:
    """Return the lines of a JSON text; None: it is not JSON, or too long or too deep to be laid out.

    `before` has, by place, the former values of the fields that changed; the place of an item is its number.
    """
    if len(text) > LONGEST:
        return None
    try:
        json.loads(text)
        return list(_lines(TOKEN.findall(text), field_docs, before))
    except (ValueError, RecursionError):
        return None


@dataclass(slots=True)
class _Level:
    """An object or a list that is open: its bracket, the key that leads to it, and how many items it had so far."""

    bracket: str
    name: str
    number: int  # in the list around it
    items: int = 0


def _place_of(levels: list[_Level], name: str) -> str:
    """Return the dotted place of a field as the documents name it, without the numbers of items."""
    return ".".join(filter(None, [*(level.name for level in levels), name]))


def _numbered_place_of(levels: list[_Level], name: str) -> str:
    """Return the dotted place of a value, with the numbers of items."""
    parts = [level.name or str(level.number) for level in levels[1:]]
    here = name or (str(levels[-1].items - 1) if levels else "")
    return ".".join([*parts, here])


def _lines(tokens: list[str], field_docs: Mapping[str, FieldDoc], before: Mapping[str, str]) -> Iterator[JsonLine]:
    levels: list[_Level] = []
    key: str | None = None
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in ",:":
            continue
        if following == ":":
            key = token
            continue
        if token in "}]":
            comma = "," if following == "," else ""
            if levels.pop().bracket != tokens[at - 1]:  # an empty one was closed on the line that opened it
                yield JsonLine(len(levels), None, "", "", token, comma, NOTHING)
            key = None
            continue
        name = json.loads(key) if key else ""
        if levels:
            levels[-1].items += 1
        place = _place_of(levels, name)
        field_doc = field_docs.get(place, NOTHING) if key else NOTHING
        if token in "{[":
            is_empty = following in ("}", "]")
            after = tokens[at + 2] if is_empty and at + 2 < len(tokens) else ""
            value = token + following if is_empty else token
            yield JsonLine(len(levels), key, place, "", value, "," if after == "," else "", field_doc)
            levels.append(_Level(token, name, levels[-1].items - 1 if levels else 0))
            if len(levels) > DEEPEST:
                raise ValueError("nested too deep to be laid out")
        else:
            kind = "text" if token.startswith('"') else "other"
            comma = "," if following == "," else ""
            former = before.get(_numbered_place_of(levels, name))
            yield JsonLine(len(levels), key, place, kind, token, comma, field_doc, former)
        key = None


@dataclass(frozen=True, slots=True)
class JsonPane:
    """A body as a page shows it: its lines if it is JSON (None otherwise), and the exact text."""

    lines: list[JsonLine] | None
    exact: str
    shown: str  # the exact text, cut if it is too long


def pane_of(
    text: str | None, field_docs: Mapping[str, FieldDoc] | None = None, before: Mapping[str, str] = NONE
) -> JsonPane:
    """Return a body laid out as JSON, with what its fields mean, and what those were before that changed."""
    return replace(exact_pane(text), lines=lines_of(text or "", field_docs or {}, before))


def exact_pane(text: str | None) -> JsonPane:
    """Return a body as its exact text alone."""
    exact = text or ""
    more = f"\n... and {len(exact) - LONGEST} more characters" if len(exact) > LONGEST else ""
    return JsonPane(None, exact, exact[:LONGEST] + more)


def curl_of(exchange: Mapping[str, Any], address: str, about: Mapping[str, Any]) -> str:
    """Return a request of the journal as a curl command, with the key, which the journal masks, of the API `about`."""
    key: Mapping[str, str] = about.get("key", {})
    if about.get("current_key", {}).keys() & exchange["headers"].keys():
        key = about["current_key"]
    own = {"host", "content-length", "connection", "user-agent", "accept-encoding", "accept", "cookie"}
    own |= {name.lower() for name in key}
    sent = {name: value for name, value in exchange["headers"].items() if name.lower() not in own and value != "***"}
    return curl(exchange["method"], address + exchange["path"], sent | dict(key), exchange["body"])


def curl(method: str, url: str, headers: Mapping[str, str], body: str | None) -> str:
    """Return a request as a curl command to paste into a shell."""
    options = [f"-H {quote(f'{name}: {value}')}" for name, value in headers.items()]
    options += [f"--data-binary {quote(body)}"] if body else []
    return " \\\n  ".join([f"curl -X {method} {quote(url)}", *options])

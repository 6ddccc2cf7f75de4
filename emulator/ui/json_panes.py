"""Lay JSON out for people, token by token, so that a page shows exactly what was sent."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any

from emulator.ui.field_docs import NOTHING, FieldDoc

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
LONGEST = 65_536  # characters; a longer body is shown as it is, and cut
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One line: its indent, the key with what it means, and the value or bracket that follows."""

    indent: str
    key: str | None
    place: str
    kind: str  # of the value: text, or other; empty for brackets
    value: str
    comma: str
    field_doc: FieldDoc


def lines_of(text: str, field_docs: Mapping[str, FieldDoc]) -> list[JsonLine] | None:
    """Return the lines of a JSON text; None: it is not JSON, or too long or too deep to be laid out."""
    if len(text) > LONGEST:
        return None
    try:
        json.loads(text)
        return list(_lines(TOKEN.findall(text), field_docs))
    except (ValueError, RecursionError):
        return None


def _lines(tokens: list[str], field_docs: Mapping[str, FieldDoc]) -> Iterator[JsonLine]:
    way: list[str] = []  # the keys that lead to the present value, empty for an item of a list
    opened: list[str] = []
    key: str | None = None
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token in ",:":
            continue
        if following == ":":
            key = token
            continue
        name = json.loads(key) if key else ""
        place = ".".join([*filter(None, way), *([name] if name else [])])
        field_doc = field_docs.get(place, NOTHING) if key else NOTHING
        if token in "}]":
            way.pop()
            comma = "," if following == "," else ""
            if opened.pop() == tokens[at - 1]:  # an empty one was closed on the line that opened it
                continue
            yield JsonLine("  " * len(opened), None, "", "", token, comma, NOTHING)
        elif token in "{[":
            is_empty = following in ("}", "]")
            after = tokens[at + 2] if is_empty and at + 2 < len(tokens) else ""
            value = token + following if is_empty else token
            yield JsonLine("  " * len(opened), key, place, "", value, "," if after == "," else "", field_doc)
            opened.append(token)
            way.append(name)
            if len(opened) > DEEPEST:
                raise ValueError("nested too deep to be laid out")
        else:
            kind = "text" if token.startswith('"') else "other"
            yield JsonLine("  " * len(opened), key, place, kind, token, "," if following == "," else "", field_doc)
        key = None


@dataclass(frozen=True, slots=True)
class JsonPane:
    """A body as a page shows it: its lines if it is JSON (None otherwise), and the exact text."""

    lines: list[JsonLine] | None
    exact: str
    shown: str  # the exact text, cut if it is too long


def pane_of(text: str | None, field_docs: Mapping[str, FieldDoc] | None = None) -> JsonPane:
    """Return a body laid out as JSON, with what its fields mean."""
    return replace(exact_pane(text), lines=lines_of(text or "", field_docs or {}))


def exact_pane(text: str | None) -> JsonPane:
    """Return a body as its exact text alone."""
    exact = text or ""
    more = f"\n... and {len(exact) - LONGEST} more characters" if len(exact) > LONGEST else ""
    return JsonPane(None, exact, exact[:LONGEST] + more)


def curl_of(exchange: Mapping[str, Any], address: str, key: Mapping[str, str]) -> str:
    """Return a request of the journal as a curl command, with the header `key` that the journal masks."""
    own = {"host", "content-length", "connection", "user-agent", "accept-encoding", "accept", "cookie"}
    own |= {name.lower() for name in key}
    sent = {name: value for name, value in exchange["headers"].items() if name.lower() not in own and value != "***"}
    return curl(exchange["method"], address + exchange["path"], sent | dict(key), exchange["body"])


def curl(method: str, url: str, headers: Mapping[str, str], body: str | None) -> str:
    """Return a request as a curl command to paste into a shell."""
    options = [f"-H {quote(f'{name}: {value}')}" for name, value in headers.items()]
    options += [f"--data-binary {quote(body)}"] if body else []
    return " \\\n  ".join([f"curl -X {method} {quote(url)}", *options])

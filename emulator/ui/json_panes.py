"""JSON laid out for reading, token by token, so that what is shown says what was sent and nothing else."""

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
    """One line: how far it is moved in, the key with what it means, and what follows it."""

    indent: str
    key: str | None
    place: str
    kind: str  # of the value: text, or other; empty for brackets
    value: str
    comma: str
    field_doc: FieldDoc


def lines_of(text: str, field_docs: Mapping[str, FieldDoc]) -> list[JsonLine] | None:
    """The lines of a JSON text; None: it is none, or too long to be laid out."""
    if len(text) > LONGEST:
        return None
    try:
        json.loads(text)
        return list(_lines(TOKEN.findall(text), field_docs))
    except (ValueError, RecursionError):
        return None


def _lines(tokens: list[str], field_docs: Mapping[str, FieldDoc]) -> Iterator[JsonLine]:
    way: list[str] = []  # the key of each object and list around the present value
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
        told = field_docs.get(place, NOTHING) if key else NOTHING
        if token in "}]":
            way.pop()
            comma = "," if following == "," else ""
            if opened.pop() == tokens[at - 1]:  # nothing is in it: closed on the line that opened it
                continue
            yield JsonLine("  " * len(opened), None, "", "", token, comma, NOTHING)
        elif token in "{[":
            is_empty = following in ("}", "]")
            after = tokens[at + 2] if is_empty and at + 2 < len(tokens) else ""
            value = token + following if is_empty else token
            yield JsonLine("  " * len(opened), key, place, "", value, "," if after == "," else "", told)
            opened.append(token)
            way.append(name)
            if len(opened) > DEEPEST:
                raise ValueError("nested too deep to be laid out")
        else:
            kind = "text" if token.startswith('"') else "other"
            yield JsonLine("  " * len(opened), key, place, kind, token, "," if following == "," else "", told)
        key = None


@dataclass(frozen=True, slots=True)
class JsonPane:
    """A body as a page shows it: laid out where it is JSON, and the exact text beside that."""

    lines: list[JsonLine] | None
    exact: str
    shown: str  # the exact text, cut where it is too long


def pane_of(text: str | None, field_docs: Mapping[str, FieldDoc] | None = None) -> JsonPane:
    """A body, with what its fields mean."""
    return replace(exact_pane(text), lines=lines_of(text or "", field_docs or {}))


def exact_pane(text: str | None) -> JsonPane:
    """A body as its exact text alone."""
    exact = text or ""
    more = f"\n... and {len(exact) - LONGEST} more characters" if len(exact) > LONGEST else ""
    return JsonPane(None, exact, exact[:LONGEST] + more)


def curl_of(exchange: Mapping[str, Any], address: str, key: Mapping[str, str]) -> str:
    """A request of the journal as a command to paste, with the key that the journal masks."""
    own = {"host", "content-length", "connection", "user-agent", "accept-encoding", "accept", "cookie"}
    own |= {name.lower() for name in key}
    sent = {name: value for name, value in exchange["headers"].items() if name.lower() not in own and value != "***"}
    return curl(exchange["method"], address + exchange["path"], sent | dict(key), exchange["body"])


def curl(method: str, url: str, headers: Mapping[str, str], body: str | None) -> str:
    """A request as a command to paste into a shell."""
    told = [f"-H {quote(f'{name}: {value}')}" for name, value in headers.items()]
    data = [f"--data-binary {quote(body)}"] if body else []
    return " \\\n  ".join([f"curl -X {method} {quote(url)}", *told, *data])

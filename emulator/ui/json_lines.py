"""Lay a JSON text out line by line, token by token, so that a page shows exactly what was sent."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

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
        return list(_Layout(TOKEN.findall(text), field_docs, before).lines())
    except (ValueError, RecursionError):
        return None


@dataclass(slots=True)
class _Level:
    """An object or a list that is open: its bracket, the key that leads to it, and how many items it had so far."""

    bracket: str
    name: str
    number: int  # in the list around it
    items: int = 0


class _Layout:
    """Turns the tokens of a JSON text into lines; it knows what is open, and the key whose value comes next."""

    def __init__(self, tokens: Sequence[str], field_docs: Mapping[str, FieldDoc], before: Mapping[str, str]) -> None:
        self.tokens, self.field_docs, self.before = tokens, field_docs, before
        self.levels: list[_Level] = []
        self.key: str | None = None  # as JSON

    def lines(self) -> Iterator[JsonLine]:
        """Yield a line for each value and for each closing bracket; raise ValueError for a text that is too deep."""
        for at, token in enumerate(self.tokens):
            if token in ",:":
                continue
            if self._token(at + 1) == ":":
                self.key = token
                continue
            if token in "}]":
                yield from self._closing(at)
            else:
                yield self._value(at)
            self.key = None

    def _token(self, at: int) -> str:
        return self.tokens[at] if at < len(self.tokens) else ""

    def _comma(self, at: int) -> str:
        """Return the comma that follows the token; empty without one."""
        return "," if self._token(at + 1) == "," else ""

    def _closing(self, at: int) -> Iterator[JsonLine]:
        """Yield the line of a closing bracket; none where an empty one was closed on the line that opened it."""
        if self.levels.pop().bracket != self.tokens[at - 1]:
            yield JsonLine(len(self.levels), None, "", "", self.tokens[at], self._comma(at), NOTHING)

    def _value(self, at: int) -> JsonLine:
        name = json.loads(self.key) if self.key else ""
        if self.levels:
            self.levels[-1].items += 1
        place = ".".join(filter(None, [*(level.name for level in self.levels), name]))
        field_doc = self.field_docs.get(place, NOTHING) if self.key else NOTHING
        if self.tokens[at] in "{[":
            return self._opening(at, name, place, field_doc)
        kind = "text" if self.tokens[at].startswith('"') else "other"
        former = self.before.get(self._numbered_place(name))
        return JsonLine(len(self.levels), self.key, place, kind, self.tokens[at], self._comma(at), field_doc, former)

    def _numbered_place(self, name: str) -> str:
        """Return the dotted place of a value, with the numbers of items."""
        parts = [level.name or str(level.number) for level in self.levels[1:]]
        here = name or (str(self.levels[-1].items - 1) if self.levels else "")
        return ".".join([*parts, here])

    def _opening(self, at: int, name: str, place: str, field_doc: FieldDoc) -> JsonLine:
        """Return the line of an opening bracket, with the closing one if nothing is between them."""
        bracket, is_empty = self.tokens[at], self._token(at + 1) in ("}", "]")
        value, comma = (bracket + self.tokens[at + 1], self._comma(at + 1)) if is_empty else (bracket, "")
        line = JsonLine(len(self.levels), self.key, place, "", value, comma, field_doc)
        self.levels.append(_Level(bracket, name, self.levels[-1].items - 1 if self.levels else 0))
        if len(self.levels) > DEEPEST:
            raise ValueError("nested too deep to be laid out")
        return line

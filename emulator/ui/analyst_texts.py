"""Lay out what an analyst wrote: paragraphs, lists, and bold or slanted words, of the Markdown that checks use."""

import re
from collections.abc import Iterator, Sequence

from emulator.quick_dataclass import dataclass

SPAN = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|\*(?P<slanted>[^*\n]+)\*")
BULLET = "- "


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; `style` is bold, slanted, or empty."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, which has one line, or a list with a line an item."""

    is_list: bool
    lines: Sequence[Sequence[Span]]


def blocks_of(text: str | None) -> list[Block]:
    """Return a text in blocks; whatever else it may hold is shown as it is."""
    parts = re.split(r"\n\s*\n", text.strip()) if text and text.strip() else []
    return [block for part in parts for block in _blocks(part.split("\n"))]


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    plain = [line for line in lines if not line.startswith(BULLET)]
    items = [line.removeprefix(BULLET) for line in lines if line.startswith(BULLET)]
    if plain:
        yield Block(False, [list(_spans(" ".join(plain)))])
    if items:
        yield Block(True, [list(_spans(item)) for item in items])


def _spans(line: str) -> Iterator[Span]:
    end = 0
    for match in SPAN.finditer(line):
        if match.start() > end:
            yield Span(line[end : match.start()])
        yield Span(match["bold"] or match["slanted"], "bold" if match["bold"] else "slanted")
        end = match.end()
    if end < len(line):
        yield Span(line[end:])

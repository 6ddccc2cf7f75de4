"""Fit a name on a drawn document: on up to three lines, as large as there is room for."""

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

from emulator.quick_dataclass import dataclass

ROOM = 200  # pixels of a line
NARROW, WIDE = frozenset("fijlrtI .,:;'’-()"), frozenset("mwMWQO@%&")
SIZES = ((17, 2), (13, 3))  # pixels of a letter, and the most lines


@dataclass(frozen=True, slots=True)
class CardName:
    """The lines of a name, and how large they are written."""

    lines: Sequence[str]
    size: int

    def placed(self) -> Iterator[tuple[int, str]]:
        """Yield each line with the height of its base line."""
        yield from ((72 + (self.size + 1) * number, line) for number, line in enumerate(self.lines, 1))


def card_name(name: str) -> CardName:
    """Return a name in the largest size in which it fits; one that fits in none is cut."""
    for size, most in SIZES:
        lines = list(_lines(name.split(), ROOM / size))
        if len(lines) <= most:
            return CardName(lines, size)
    return CardName([*lines[: most - 1], f"{lines[most - 1][:-1]}…"], size)


def _lines(words: Sequence[str], room: float) -> Iterator[str]:
    """Yield lines that are at most so wide; a word that is wider than a line is parted."""
    line = ""
    for word in words:
        if line and _width(f"{line} {word}") <= room:
            line = f"{line} {word}"
            continue
        if line:
            yield line
        *full, line = _parted(word, room)
        yield from full
    yield line


def _parted(word: str, room: float) -> Iterator[str]:
    part = ""
    for letter in word:
        if part and _width(part + letter) > room:
            cut = part.rfind("-") + 1 or len(part)
            yield part[:cut]
            part = part[cut:]
        part += letter
    yield part


def _width(text: str) -> float:
    """Return roughly how wide a text in bold letters is, in letters' heights: rather too wide than too narrow."""
    return sum(map(_width_of, text))


def _width_of(letter: str) -> float:
    if combining(letter):
        return 0.0
    if letter in NARROW:
        return 0.45
    if letter in WIDE or east_asian_width(letter) in "WF":
        return 1.1
    return 0.72 if letter.islower() or letter.isdigit() else 0.85

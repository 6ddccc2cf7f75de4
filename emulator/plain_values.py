"""Refuse what a shell, a file or a copied sentence left in a value that is passed on as it stands."""

import unicodedata
from collections.abc import Iterator

QUOTES = "\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
JOINERS = "\u200c\u200d"  # invisible, but some scripts spell with them
INVISIBLE = ("Cc", "Cf", "Zl", "Zp")  # categories of Unicode: controls, formats, separators of lines and paragraphs
NAMES = {
    "\r": "a carriage return, as at the end of each line of a file written on Windows",
    "\n": "the end of a line",
    "\t": "a tab",
    "\ufeff": "a byte order mark",
}


def check_plain(value: object) -> None:
    """Raise ValueError for a text, or a list with one, that has quotes around it or holds signs that nobody sees."""
    for text in _texts(value):
        for sign in text:
            if unicodedata.category(sign) in INVISIBLE and sign not in JOINERS:
                name = NAMES.get(sign, f"the invisible sign U+{ord(sign):04X}")
                raise ValueError(f"it holds {name}: write it without")
        check_quotes(text)


def check_quotes(text: str) -> None:
    """Raise ValueError for a text that begins or ends with a quote."""
    seen = text.strip()
    if seen and (seen[0] in QUOTES or seen[-1] in QUOTES):
        raise ValueError("its quotes would be taken as a part of it: write it without them")


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, str):
            yield item

"""Refuse what a shell, a file or a copied sentence left in a value that is passed on as it stands."""

import unicodedata
from collections.abc import Iterator

from emulator.masking import masked_url

QUOTES = "\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
JOINERS = "\u200c\u200d"  # invisible, but some scripts spell with them
INVISIBLE = ("Cc", "Cf", "Zl", "Zp")  # categories of Unicode: controls, formats, separators of lines and paragraphs
LONGEST_SHOWN = 300  # signs of a value in a message
NAMES = {
    "\r": "a carriage return, as at the end of each line of a file written on Windows",
    "\n": "the end of a line",
    "\t": "a tab",
    "\ufeff": "a byte order mark",
}


class NotPlain(ValueError):
    """A value is not plain: `reason` says why, and the whole text what to write, which may be a secret."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: write {remedy}")
        self.reason = reason


def check_plain(value: object) -> None:
    """Raise NotPlain for a text, or a list with one, that has quotes around it or holds signs that nobody sees."""
    for text in _texts(value):
        invisible = [sign for sign in text if _is_invisible(sign)]
        if invisible:
            name = NAMES.get(invisible[0], f"the sign U+{ord(invisible[0]):04X}")
            reason = f"no control characters are allowed, nor other signs that nobody sees, and it holds {name}"
            raise NotPlain(reason, _cleaned(text))
        check_quotes(text)


def check_quotes(text: str) -> None:
    """Raise NotPlain for a text that begins or ends with a quote."""
    seen = text.strip()
    if seen and (seen[0] in QUOTES or seen[-1] in QUOTES):
        raise NotPlain("the quotes would be part of the value", f"{_cleaned(text)} without quotes")


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in INVISIBLE and sign not in JOINERS


def _cleaned(text: str) -> str:
    """Return what was probably meant, as it may be shown."""
    visible = "".join(sign for sign in text if not _is_invisible(sign))
    return masked_url(visible.strip().strip(QUOTES))[:LONGEST_SHOWN]


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, str):
            yield item

"""How values reach PostgreSQL and come back, so that they read as SQLite keeps them.

PostgreSQL keeps neither NUL nor half of a surrogate pair in a text. Both are written as an escape character with four
digits behind it, and so is the escape character itself: no two texts are written alike, and each comes back as it was.
"""

import re
from typing import Any

from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.types.numeric import Int8Dumper

ESCAPE = "\x1b"
UNKEPT = re.compile("[\x00\x1b\ud800-\udfff]")
ESCAPED = re.compile(ESCAPE + "([0-9a-f]{4})")
BIGGEST = 2**63


def escaped(text: str) -> str:
    """Return the text as PostgreSQL keeps it."""
    return UNKEPT.sub(lambda found: f"{ESCAPE}{ord(found[0]):04x}", text)


def unescaped(text: str) -> str:
    """Return the text that was written so."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def text_bytes(text: str) -> bytes:
    """Return a text as it is sent."""
    try:
        written = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return escaped(text).encode()
    return escaped(text).encode() if b"\x00" in written or b"\x1b" in written else written


def number_bytes(number: int) -> bytes:
    """Return a whole number or a truth value as it is sent; raise OverflowError for one that SQLite does not keep."""
    if not -BIGGEST <= number < BIGGEST:
        raise OverflowError("a number of more than 64 bits cannot be kept")
    return b"%d" % number


class TextDumper(Dumper):
    """Writes a text, of whatever type the database takes it to be."""

    def dump(self, obj: Any) -> Buffer:
        """Return the bytes of a text."""
        return text_bytes(str(obj))


class TextLoader(Loader):
    """Reads a text."""

    def load(self, data: Buffer) -> str:
        """Return the text of these bytes."""
        read = bytes(data)
        text = read.decode()
        return unescaped(text) if b"\x1b" in read else text


class NumberDumper(Int8Dumper):
    """Writes a whole number or a truth value as a bigint, so that a query is prepared once."""

    def dump(self, obj: Any) -> Buffer | None:
        """Return the digits of a number; raise OverflowError for one that SQLite does not keep either."""
        return number_bytes(int(obj))

    def quote(self, obj: Any) -> Buffer:
        """Return the number as it stands in SQL."""
        return b" %d" % int(obj)

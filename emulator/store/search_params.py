"""The parameters of queries that look for a text."""

import re

from emulator.store.rows import Params

LONGEST_NUMBER = 18  # digits


def text_params(text: str | None) -> Params:
    """Return how a query looks for a text anywhere in another one, and for the number that the text may be."""
    escaped = re.sub("[!%_]", r"!\g<0>", text) if text else None
    is_number = text is not None and text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER
    return {
        "text": escaped and f"%{escaped.lower()}%",
        "as_typed": f"%{escaped}%" if escaped and not escaped.isascii() else None,
        "number": int(text) if text and is_number else None,
    }

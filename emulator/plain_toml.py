"""Read TOML that a person writes, as values that JSON knows."""

import re
from collections.abc import Iterator
from datetime import date, time

DEEPEST = 20
MOST_BITS = 64
# A date or time where a value may stand; strings and comments come first, so that nothing is found in them.
STRINGS = r'"""(?:\\[\s\S]|[^\\])*?"""{1,3}|' + r"'''[\s\S]*?'''{1,3}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*"
CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
MOMENT = rf"\d{{4}}-\d\d-\d\d(?:[Tt ]{CLOCK}(?:[Zz]|[+-]\d\d:\d\d)?)?|{CLOCK}"
STRING_OR_MOMENT = rf"{STRINGS}|(?<![\w.+-])(?P<moment>{MOMENT})(?![\w-])"


def read_toml(text: str) -> dict[str, object]:
    """Return the value of a TOML text, with each date and time as the text that stands there.

    Raise ValueError for what is no TOML or a number that no setting can mean, and RecursionError for deep nesting,
    which dotted keys make without brackets.
    """
    import tomllib

    document = tomllib.loads(text)
    has_moments = False
    for depth, value in _values(document):
        if depth > DEEPEST:
            raise RecursionError
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise ValueError("a whole number in it has more than 64 bits")
        has_moments |= isinstance(value, date | time)
    return tomllib.loads(re.sub(STRING_OR_MOMENT, _quoted, text, flags=re.ASCII)) if has_moments else document


def _quoted(match: re.Match[str]) -> str:
    return f'"{match[0]}"' if match["moment"] else match[0]


def _values(document: object) -> Iterator[tuple[int, object]]:
    """Yield every value in the document, each with its depth."""
    waiting = [(0, document)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(depth + 1, each) for each in inner]

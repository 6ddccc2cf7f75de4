"""Read TOML that a person writes, as values that JSON knows."""

import re
from collections.abc import Iterator
from datetime import date, time

# A date or time where a value may stand; strings and comments come first, so that nothing is found in them.
STRINGS = r'"""(?:\\[\s\S]|[^\\])*?"""{1,3}|' + r"'''[\s\S]*?'''{1,3}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*"
CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
MOMENT = rf"\d{{4}}-\d\d-\d\d(?:[Tt ]{CLOCK}(?:[Zz]|[+-]\d\d:\d\d)?)?|{CLOCK}"
STRING_OR_MOMENT = rf"{STRINGS}|(?<![\w.+-])(?P<moment>{MOMENT})(?![\w-])"


def read_toml(text: str) -> dict[str, object]:
    """Return the value of a TOML text, with each date and time as the text that stands there.

    Raise tomllib.TOMLDecodeError, a ValueError, or RecursionError for deep nesting.
    """
    import tomllib

    document = tomllib.loads(text)
    if any(isinstance(value, date | time) for value in _values(document)):
        return tomllib.loads(re.sub(STRING_OR_MOMENT, _quoted, text, flags=re.ASCII))
    return document


def _quoted(match: re.Match[str]) -> str:
    return f'"{match[0]}"' if match["moment"] else match[0]


def _values(document: object) -> Iterator[object]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        yield value
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()

"""Find the keys that a person wrote twice into JSON, of which Python would keep the last in silence."""

import json
import re

# A string, with what makes it a key, or a bracket.
PART = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}\[\]]')


def repeated_key(text: str) -> tuple[str, int] | None:
    """Return the first key that stands twice in one object, and its line; None if there is none.

    `text` has to be JSON that was read before.
    """
    open_objects: list[set[str]] = []
    for part in PART.finditer(text):
        if part[0] in "{[":
            open_objects.append(set())
        elif part[0] in "}]":
            open_objects.pop()
        elif part[2]:
            key: str = json.loads(part[1])
            if key in open_objects[-1]:
                return key, text.count("\n", 0, part.start()) + 1
            open_objects[-1].add(key)
    return None

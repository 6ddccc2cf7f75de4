"""JSON laid out for a page: short lines, and few of them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

WIDTH = 102  # about what a page on GitHub shows of a sample without scrolling


def quoted(name: str) -> str:
    """Return the name as JSON writes it."""
    return json.dumps(name)


def bare(name: str) -> str:
    """Return the name as JavaScript may write it."""
    return name


def laid_out(value: Any, indent: int = 0, name: Callable[[str], str] = quoted, before: int = 0) -> str:
    """Return the value in lines of at most `WIDTH` characters: what fits is on one line, members fill the others.

    `indent` is the column where its last line starts, `before` the length of what stands before it on its first line.
    """
    flat = _flat(value, name)
    if not isinstance(value, dict | list) or indent + before + len(flat) < WIDTH:
        return flat
    if isinstance(value, list) and len(value) == 1:
        return f"[{laid_out(value[0], indent, name, before + 1)}]"
    lines = ",\n".join(" " * (indent + 2) + line for line in _filled(_members(value, indent + 2, name), indent + 2))
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    return f"{opened}\n{lines}\n{' ' * indent}{closed}"


def _flat(value: Any, name: Callable[[str], str]) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name(key)}: {_flat(part, name)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flat(part, name) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _members(value: Any, indent: int, name: Callable[[str], str]) -> Iterator[str]:
    if isinstance(value, list):
        yield from (laid_out(part, indent, name) for part in value)
        return
    for key, part in value.items():
        before = f"{name(key)}: "
        yield before + laid_out(part, indent, name, len(before))


def _filled(members: Iterator[str], indent: int) -> list[str]:
    """Return the lines; members that are one line each share a line while they fit on it."""
    lines: list[str] = []
    for member in members:
        together = f"{lines[-1]}, {member}" if lines else member
        if lines and "\n" not in together and indent + len(together) < WIDTH:
            lines[-1] = together
        else:
            lines.append(member)
    return lines

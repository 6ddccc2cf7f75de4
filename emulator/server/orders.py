"""What an application may order of the connection that its answer goes out on: a word in the WSGI environ."""

from collections.abc import MutableMapping
from typing import Any

KEY = "emulator.connection"
# Close after the answer: what follows may be the rest of a body and must not be read as another request.
CLOSE = "close"
# Planned faults: reset the connection, or close it without a byte of an answer.
RESET, EMPTY = "reset", "empty"
CUTS = (RESET, EMPTY)


def order(environ: MutableMapping[str, Any], what: str) -> None:
    """Order that of the connection; the last order counts."""
    environ[KEY] = what


def is_cut(environ: MutableMapping[str, Any]) -> bool:
    """Return whether the connection is to end without its answer."""
    return environ.get(KEY) in CUTS

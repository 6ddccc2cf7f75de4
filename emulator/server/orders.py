"""What the application may order of the connection that carries its answer: one value in the WSGI environ."""

from collections.abc import Mapping, MutableMapping
from typing import Any

KEY = "emulator.connection"
HELD = "emulator.held"  # the environ key of the seconds for which an answer is held back
# Close the connection after the answer: the bytes that follow may be the rest of a body, and no next request.
CLOSE = "close"
# Planned faults: reset the connection, or close it without sending a byte of an answer.
RESET, EMPTY = "reset", "empty"
CUTS = (RESET, EMPTY)
# In the environ of a request that is answered on the loop, where nothing may wait.
ON_LOOP = "emulator.on_loop"


class TakesLong(BaseException):
    """Ends a request on the loop, so that it is answered anew in a thread; no handler of errors may catch it."""


def order(environ: MutableMapping[str, object], action: str) -> None:
    """Order CLOSE, RESET or EMPTY of the connection that carries this request; the last order counts."""
    environ[KEY] = action


def hold(environ: MutableMapping[str, object], seconds: float) -> None:
    """Order that this answer is sent that much later, and is the last one of its connection.

    Only our own server can, and no thread waits for it. Others send it at once.
    """
    environ[HELD] = seconds
    order(environ, CLOSE)


def held_seconds(environ: Mapping[str, object]) -> float:
    """Return for how many seconds the answer is held back."""
    seconds: Any = environ.get(HELD, 0.0)
    return float(seconds)


def is_cut(environ: Mapping[str, object]) -> bool:
    """Return whether the connection is to end without its answer."""
    return environ.get(KEY) in CUTS


def leave_loop(environ: Mapping[str, object]) -> None:
    """Have the request answered in a thread, if it is not yet: to be called before it changes anything."""
    if ON_LOOP in environ:
        raise TakesLong

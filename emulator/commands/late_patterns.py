"""Import marshmallow without the regular expression for the hosts of e-mail addresses.

To compile it takes a tenth of a start, on import, and no request of ours is checked by it.
"""

import re
import sys
from collections.abc import Callable
from typing import Any

MODULE = "marshmallow.validate"


class LatePattern:
    """A pattern that is compiled when somebody uses it."""

    def __init__(self, compile_now: Callable[..., Any], *arguments: Any) -> None:
        self._compile_now, self._arguments = compile_now, arguments

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # which Python itself looks for in all that a class holds
            raise AttributeError(name)
        return getattr(self._compile_now(*self._arguments), name)  # `re` keeps what it has compiled


def import_marshmallow() -> None:
    """Import it with late patterns; to be called while no other thread runs, because `re` is another one meanwhile."""
    compile_now: Callable[..., Any] = re.compile

    def compile_later(*arguments: Any) -> Any:
        is_its_own = sys._getframe(1).f_globals["__name__"] == MODULE
        return LatePattern(compile_now, *arguments) if is_its_own else compile_now(*arguments)

    re.compile = compile_later  # type: ignore[assignment]
    try:
        import marshmallow  # noqa: F401 (imported for those who import it afterwards)
    finally:
        re.compile = compile_now

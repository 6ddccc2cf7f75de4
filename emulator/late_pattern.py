"""Regular expressions that are compiled when somebody uses them, because a start has no use for most."""

import re
from collections.abc import Callable
from typing import Any, cast


class LatePattern:
    """A pattern that `compile_now` makes of the arguments on first use."""

    def __init__(self, compile_now: Callable[..., Any], *arguments: Any) -> None:
        self._compile_now, self._arguments = compile_now, arguments
        self._pattern: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # which Python itself looks for in all that a class holds
            raise AttributeError(name)
        if self._pattern is None:
            self._pattern = self._compile_now(*self._arguments)
        return getattr(self._pattern, name)


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what can be used as the pattern."""
    return cast(re.Pattern[str], LatePattern(re.compile, pattern, flags))

"""Import marshmallow without the regular expression for the hosts of e-mail addresses.

To compile it takes a tenth of a start, on import, and no request of ours is checked by it.
"""

import re
import sys
from collections.abc import Callable
from typing import Any

from emulator.late_pattern import LatePattern

MODULE = "marshmallow.validate"


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

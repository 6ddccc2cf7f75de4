"""What whoever wires a server gives to it besides the application."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field

from emulator.core.clock import WallClock
from emulator.quick_dataclass import dataclass
from emulator.server.loop_health import LoopHealth
from emulator.server.refusals import RefusalReport


def _none_is_quick(verb: str, path: str) -> str | None:
    return None


def _ignore(refused: RefusalReport) -> None:
    pass


def _all_is_certain() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class ServerHooks:
    """What an application tells the server. By default no request is quick, and refusals of the server go unnoted."""

    # The route of a request, by verb and path, if it is quick: it takes about a millisecond and waits for nothing.
    quick_route: Callable[[str, str], str | None] = _none_is_quick
    note: Callable[[RefusalReport], None] = _ignore
    # Entered by the thread of the loop for as long as it runs.
    around_loop: Callable[[], AbstractContextManager[object]] = nullcontext
    # Makes certain what was answered on the loop since the last call, before any of it is sent. Returns False if it was
    # undone: those requests are answered anew, in threads.
    confirm: Callable[[], bool] = _all_is_certain
    clock: WallClock = field(default_factory=WallClock)
    health: LoopHealth = field(default_factory=LoopHealth)

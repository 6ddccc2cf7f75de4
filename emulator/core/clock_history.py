"""Remember how the clocks of sandboxes were set, so that what happened by wall time is told by theirs."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from threading import Lock

from emulator.core.sandbox_clock import SandboxClock
from emulator.quick_dataclass import dataclass

MOST_CHANGES = 1_000  # of one sandbox
MOST_SANDBOXES = 10_000
Change = tuple[datetime, SandboxClock]  # the wall time until which the clock ran so


@dataclass
class ClockHistory:
    """The latest changes of every clock, in memory like the journal, whose wall times it translates."""

    _changes: OrderedDict[str, deque[Change]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, sandbox: str, before: SandboxClock, wall: datetime) -> None:
        """Note that the clock of a sandbox ran like `before` up to a wall time."""
        with self._lock:
            changes = self._changes.setdefault(sandbox, deque(maxlen=MOST_CHANGES))
            self._changes.move_to_end(sandbox)
            changes.append((wall, before))
            if len(self._changes) > MOST_SANDBOXES:
                self._changes.popitem(last=False)

    def forget(self, sandbox: str) -> None:
        """Forget a sandbox whose journal is dropped."""
        with self._lock:
            self._changes.pop(sandbox, None)

    def changes(self, sandbox: str) -> Sequence[Change]:
        """Return the changes of a clock that are remembered, in the order in which they were noted."""
        with self._lock:
            return tuple(self._changes.get(sandbox, ()))

    def readings(self, sandbox: str, present: SandboxClock, walls: Sequence[datetime]) -> Sequence[datetime]:
        """Return what the clock read at these wall times; `present` is how it runs now."""
        changes = self.changes(sandbox) if walls else ()
        return [next((before for until, before in changes if wall < until), present).now(wall) for wall in walls]

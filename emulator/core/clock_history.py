"""Remember how the clocks of sandboxes were set, so that what happened by wall time is told by theirs."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from emulator.core.sandbox_clock import SandboxClock

MOST_CHANGES = 1_000  # of one sandbox
MOST_SANDBOXES = 10_000
Change = tuple[datetime, SandboxClock]  # the wall time from which the clock ran so


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

    def reading(self, sandbox: str, present: SandboxClock, wall: datetime) -> datetime:
        """Return what the clock read at a wall time; `present` is how it runs now."""
        with self._lock:
            changes = tuple(self._changes.get(sandbox, ()))
        return next((before for until, before in changes if wall < until), present).now(wall)

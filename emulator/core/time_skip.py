"""Move a clock that stands still from one moment at which something happens to the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.core.time_machine import TimeMachine


@dataclass(frozen=True)
class TimeSkip:
    """Skips the time in which nothing happens in a sandbox."""

    machine: TimeMachine
    sandbox: str

    @property
    def stands_still(self) -> bool:
        """Whether the clock does, so that nothing happens unless it is moved."""
        return self.machine.read(self.sandbox).clock.factor == 0

    def to_next(self) -> timedelta | None:
        """Advance the clock to the next moment at which something happens; return how far, None without one."""
        before, at = self.machine.read(self.sandbox).now, self._next_moment()
        if at is None:
            return None
        now, _ = self.machine.advance(self.sandbox, max(at - before, timedelta()))
        return now - before

    def _next_moment(self) -> datetime | None:
        """Return when a step or an attempt is due, or else something is deleted."""
        with self.machine.store.reading() as read:
            due = read.next_due_of(self.sandbox).first
            return due or read.next_expiry_of(self.sandbox, self.machine.sandboxes.view(read, self.sandbox).now)

    def settle(self) -> bool:
        """Wait for attempts in flight and do what is due now; return whether there was anything to wait for or do."""
        busy = self.machine.outbox.in_flight.is_busy(self.sandbox)
        _, happened = self.machine.advance(self.sandbox, timedelta())
        return busy or bool(happened)

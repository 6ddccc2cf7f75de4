"""Move a clock that stands still from one moment at which something happens to the next."""

from datetime import datetime, timedelta

from emulator.core.time_machine import TimeMachine
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True)
class TimeSkip:
    """Skips the time in which nothing happens in a sandbox."""

    machine: TimeMachine
    sandbox: str

    @property
    def stands_still(self) -> bool:
        """Whether the clock does, so that nothing happens unless it is moved."""
        return self.machine.read(self.sandbox).clock.factor == 0

    @property
    def is_busy(self) -> bool:
        """Whether attempts are in flight, here or on another process."""
        with self.machine.store.reading() as read:
            return read.next_due_of(self.sandbox).in_flight

    def next_moment(self) -> datetime | None:
        """Return when a step or an attempt is due, or else something is deleted."""
        with self.machine.store.reading() as read:
            due = read.next_due_of(self.sandbox).first
            return due or read.next_expiry_of(self.sandbox, self.machine.sandboxes.view(read, self.sandbox).now)

    def to(self, moment: datetime) -> timedelta:
        """Advance the clock to that moment, unless it is there already; return how far."""
        before = self.machine.read(self.sandbox).now
        now, _ = self.machine.advance(self.sandbox, max(moment - before, timedelta()))
        return now - before

    def settle(self) -> bool:
        """Wait for attempts in flight and do what is due now; return whether there was anything to wait for or do."""
        busy = self.is_busy
        _, happened = self.machine.advance(self.sandbox, timedelta())
        return busy or bool(happened)

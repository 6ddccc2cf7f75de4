"""The changes of clocks where several processes share a database, which holds them like the journal."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from emulator.core.clock_history import MOST_CHANGES, Change, ClockHistory
from emulator.core.errors import StoreUnavailable
from emulator.core.sandbox_clock import SandboxClock, from_micros, to_micros
from emulator.store.postgres_blocks import Lending
from emulator.store.sandbox_rows import clock_of


class PostgresClockHistory(ClockHistory):
    """The latest changes of every clock, whichever process made them.

    One that cannot be written is lost, as an exchange of the journal is: no advance of a clock fails for it.
    """

    def __init__(self, lending: Lending) -> None:
        super().__init__()
        self._lending = lending

    def note(self, sandbox: str, before: SandboxClock, wall: datetime) -> None:
        """Note that the clock of a sandbox ran like `before` up to a wall time."""
        own = {"sandbox": sandbox, "until": to_micros(wall), "most": MOST_CHANGES}
        ran = {"at": to_micros(before.at), "anchor": to_micros(before.anchor), "factor": before.factor}
        with suppress(StoreUnavailable), self._lending.lent() as (ask, db):
            ask.note_clock_change(db, **own, **ran)

    def forget(self, sandbox: str) -> None:
        """Forget a sandbox whose journal is dropped."""
        with self._lending.lent() as (ask, db):
            ask.forget_clock_changes(db, sandbox=sandbox)

    def changes(self, sandbox: str) -> Sequence[Change]:
        """Return the changes of a clock that are remembered, in the order in which they were noted."""
        with self._lending.lent() as (ask, db):
            rows = ask.clock_changes(db, sandbox=sandbox)
        return [(from_micros(until), clock_of(*clock)) for until, *clock in rows]

"""Convert rows of sandboxes into values of the core, and back."""

from datetime import datetime

from emulator.core.model import Dues, Sandbox
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock, from_micros, to_micros
from emulator.store.rows import Params, Row, maybe_datetime


def sandbox_of(row: Row) -> Sandbox:
    """Read a sandbox from a row of the queries `sandbox` and `move_clock`."""
    return Sandbox(settings=row[0], clock=clock_of(*row[1:4]), advancing=bool(row[4]), born=row[5])


def clock_of(at: int, anchor: int, factor: float) -> SandboxClock:
    """Return the clock of these columns; one that never differed is WALL_TIME, which it compares by identity."""
    own_clock = SandboxClock(at=from_micros(at), anchor=from_micros(anchor), factor=factor)
    return own_clock if factor != 1 or at or anchor else WALL_TIME


def clock_params(clock: SandboxClock, *, advancing: bool) -> Params:
    """Return the columns of a sandbox's clock."""
    return {
        "at": to_micros(clock.at),
        "anchor": to_micros(clock.anchor),
        "factor": clock.factor,
        "own": int(clock != WALL_TIME),
        "advancing": int(advancing),
    }


def dues_of(row: Row) -> Dues:
    """Read what is due next from a row of the query `next_due_of`."""
    return Dues(maybe_datetime(row[0]), maybe_datetime(row[1]), bool(row[2]))


def wall_time_of_next(row: Row, wall: datetime) -> datetime | None:
    """Return when something is next due in a sandbox with its own clock, from a row of the query `own_clocks`."""
    clock = SandboxClock(at=from_micros(row[0]), anchor=from_micros(row[1]), factor=row[2])
    dues = [from_micros(micros) for micros in row[3:5] if micros is not None]
    return clock.wall_time_of(min(dues), wall) if dues else None

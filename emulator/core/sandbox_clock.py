"""Sandbox clocks as values (real, frozen or scaled), and moments as numbers and texts."""

from datetime import UTC, datetime, timedelta

from emulator.quick_dataclass import dataclass

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)  # no clock is set or moved beyond it
MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return the microseconds since 1970; raise TypeError for a moment without a time zone."""
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment, in UTC, of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


def to_text(moment: datetime) -> str:
    """Return ISO 8601 with microseconds and Z, the form of every time in the control API and in snapshots."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxClock:
    """A clock that read `at` when wall time was `anchor`, and has run `factor` times as fast since."""

    at: datetime = EPOCH
    anchor: datetime = EPOCH
    factor: float = 1.0

    @property
    def mode(self) -> str:
        """`real` (as fast as wall time, perhaps ahead of it), `frozen`, or `scaled`."""
        if self.factor == 0:
            return "frozen"
        return "real" if self.factor == 1 else "scaled"

    def now(self, wall: datetime) -> datetime:
        """Return what the clock reads at that wall time."""
        if self is WALL_TIME:
            return wall
        return self.at if self.factor == 0 else self.at + (wall - self.anchor) * self.factor

    def wall_time_of(self, moment: datetime, wall: datetime) -> datetime | None:
        """Return the wall time, not before `wall`, when the clock reads `moment`; None when it stands still before."""
        if moment <= self.now(wall):
            return wall
        return None if self.factor == 0 else self.anchor + (moment - self.at) / self.factor


WALL_TIME = SandboxClock()

"""A sandbox's clock as a value: real, frozen or scaled."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)  # no clock is set or moved beyond it
MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970; raises for a naive datetime."""
    return (moment - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware moment."""
    return EPOCH + timedelta(microseconds=micros)


def to_text(moment: datetime) -> str:
    """ISO 8601 with microseconds and Z, as every answer here tells a time."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxClock:
    """Read `at` when wall time was `anchor`, and since then runs `factor` times as fast."""

    at: datetime = EPOCH
    anchor: datetime = EPOCH
    factor: float = 1.0

    @property
    def mode(self) -> str:
        """Real (perhaps ahead of wall time), frozen, or scaled."""
        if self.factor == 0:
            return "frozen"
        return "real" if self.factor == 1 else "scaled"

    def now(self, wall: datetime) -> datetime:
        """What it reads at that wall time."""
        if self is WALL_TIME:
            return wall
        return self.at if self.factor == 0 else self.at + (wall - self.anchor) * self.factor

    def wall_time_of(self, moment: datetime, wall: datetime) -> datetime | None:
        """When it will read that moment, at the earliest now; None: never by itself."""
        if moment <= self.now(wall):
            return wall
        return None if self.factor == 0 else self.anchor + (moment - self.at) / self.factor


WALL_TIME = SandboxClock()

"""The only place that reads the time."""

import time
from datetime import UTC, datetime


class WallClock:
    """Real time: the time of day, from which sandbox clocks are derived, and a monotonic stopwatch."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def stopwatch(self) -> float:
        """Return seconds that never go back, for leases, time-outs and latencies."""
        return time.monotonic()

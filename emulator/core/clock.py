"""The only place that reads the time."""

import time
from datetime import UTC, datetime


class WallClock:
    """The time of day, as every sandbox sees it, and a stop-watch that nobody sees."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    def stopwatch(self) -> float:
        """Seconds that only ever grow: for leases, time-outs and latencies."""
        return time.monotonic()

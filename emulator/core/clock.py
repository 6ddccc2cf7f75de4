"""The only place that reads the time."""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock


class WallClock:
    """Real time: the time of day, from which sandbox clocks are derived, and a monotonic stopwatch.

    The time of day never goes back. When somebody sets back the clock of the machine, it goes on by the stopwatch until
    the machine's clock has caught up, so that what is due in two seconds is due in two seconds.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._at, self._read = self._machine(), self.stopwatch()  # the latest time, and when it was read

    def now(self) -> datetime:
        """Return the current time in UTC."""
        with self._turn:
            # In this order: a pause in between then puts the time behind, which the next look mends, never ahead.
            machine, stopwatch = self._machine(), self.stopwatch()
            self._at = max(machine, self._at + timedelta(seconds=max(0.0, stopwatch - self._read)))
            self._read = max(stopwatch, self._read)
            return self._at

    def not_before(self, moment: datetime) -> None:
        """Let the time go on from `moment` if that is later: nothing happens before what is stored already."""
        with self._turn:
            self._at = max(moment, self._at)

    def stopwatch(self) -> float:
        """Return seconds that never go back, for leases, time-outs and latencies."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        time.sleep(seconds)

    def processor_time(self) -> float:
        """Return the seconds that this thread has computed, which do not pass while others have the processor."""
        return time.thread_time()

    def _machine(self) -> datetime:
        """Return what the clock of the machine reads, which anybody may set."""
        return datetime.now(UTC)

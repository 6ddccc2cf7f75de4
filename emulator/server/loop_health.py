"""How well the loop does: how long it keeps others waiting, and which request held it for too long."""

import gc
import logging
from math import inf

from emulator.core.clock import WallClock
from emulator.server.limits import HELD_SECONDS

log = logging.getLogger("emulator.server.held")
WINDOW = 60.0  # seconds
READ_SECONDS = 0.01  # for which a reading of the processor time is good


class LoopHealth:
    """The lag of one loop; it may be read from any thread."""

    def __init__(self) -> None:
        self._until = 0.0  # of the current window
        self._longest, self._longest_before = 0.0, 0.0
        self.is_measured = False

    def note_turn(self, ended: float, took: float) -> None:
        """Note a turn of the loop that ended at that time; whatever came in meanwhile waited for its end."""
        if ended >= self._until:
            self._longest_before = self._longest if ended < self._until + WINDOW else 0.0
            self._longest, self._until, self.is_measured = 0.0, ended + WINDOW, True
        if took > self._longest:
            self._longest = took

    @property
    def lag(self) -> float:
        """The longest turn, in seconds, of the last one or two minutes."""
        return max(self._longest, self._longest_before)

    def judge(self, route: str, used: float, collections: int) -> None:
        """Log a request that used too much processor time on the loop: it belongs into a thread.

        `collections` is what `full_collections` returned before; one since then is most likely what took so long.
        """
        if used > HELD_SECONDS and collections == full_collections():
            log.error("a bug of the emulator, please report it: %s held the loop for %.0f ms", route, used * 1000)


class HoldTimer:
    """Measures the processor time of requests on the loop; asks the system for it only where one took long."""

    def __init__(self, clock: WallClock, health: LoopHealth) -> None:
        self._clock, self._health = clock, health
        self._read_at, self._used, self._collections = -inf, 0.0, 0

    def begin(self) -> float:
        """Return the time, for `end`."""
        now = self._clock.stopwatch()
        if now - self._read_at > READ_SECONDS:
            self._read_at, self._used, self._collections = now, self._clock.processor_time(), full_collections()
        return now

    def end(self, route: str, begun: float) -> None:
        """Judge a request that began at that time and ends now."""
        if self._clock.stopwatch() - begun <= HELD_SECONDS:
            return
        # What passed between the reading and its begin may have been computed for others.
        used = self._clock.processor_time() - self._used - (begun - self._read_at)
        self._health.judge(route, used, self._collections)
        self._read_at = -inf  # or others would be judged by it


def full_collections() -> int:
    """Return how often all objects of this process were looked through for garbage."""
    return int(gc.get_stats()[-1]["collections"])

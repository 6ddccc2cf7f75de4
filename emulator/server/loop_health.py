"""How well the loop does: how long it keeps others waiting, and which request held it for too long."""

import gc
import logging

from emulator.server.limits import HELD_SECONDS

log = logging.getLogger("emulator.server.held")
WINDOW = 60.0  # seconds


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


def full_collections() -> int:
    """Return how often all objects of this process were looked through for garbage."""
    return int(gc.get_stats()[-1]["collections"])

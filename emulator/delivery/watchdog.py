"""Cut attempts that take too long: one thread for all of them."""

import heapq
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Thread

from emulator.core.clock import WallClock


@dataclass(slots=True, order=True)
class _Watched:
    deadline: float
    number: int  # so that two of one deadline can be compared
    cut: Callable[[], object] | None = field(compare=False)  # None: it ended in time


class Watchdog:
    """Calls a function for each block that takes too long.

    A thread for each attempt costs a third of the attempt, and more where many threads want to run. This one lives for
    as long as there is something to watch.
    """

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock
        self._condition = Condition()
        self._watched: list[_Watched] = []
        self._numbers = count()
        self._open = 0  # blocks that have not ended
        self._thread: Thread | None = None
        self._latest = math.inf  # no deadline is later

    @property
    def is_hurried(self) -> bool:
        """Whether all blocks have to end soon."""
        return self._latest < math.inf

    def hurry(self, seconds: float) -> None:
        """Cut every block, also those that begin later, at the latest after that many seconds from now on."""
        with self._condition:
            self._latest = self._clock.stopwatch() + seconds
            for watched in self._watched:
                watched.deadline = min(watched.deadline, self._latest)
            heapq.heapify(self._watched)
            self._condition.notify()

    @contextmanager
    def watching(self, seconds: float, cut: Callable[[], object]) -> Iterator[None]:
        """Call `cut` in another thread when the block takes longer."""
        watched = _Watched(self._clock.stopwatch() + seconds, next(self._numbers), cut)
        self._begin(watched)
        try:
            yield
        finally:
            self._end(watched)

    def _begin(self, watched: _Watched) -> None:
        with self._condition:
            if self._thread is None:
                thread = Thread(target=self._run, name="watchdog", daemon=True)
                thread.start()  # before anything is noted: the system may have no thread left
                self._thread = thread
            self._open += 1
            watched.deadline = min(watched.deadline, self._latest)
            heapq.heappush(self._watched, watched)
            if self._watched[0] is watched:
                self._condition.notify()

    def _end(self, watched: _Watched) -> None:
        with self._condition:
            watched.cut = None
            self._open -= 1
            if not self._open:
                self._condition.notify()

    def _run(self) -> None:
        while watched := self._next():
            if cut := watched.cut:
                cut()

    def _next(self) -> _Watched | None:
        """Wait for the first deadline; return None, and be forgotten, once there is nothing to watch."""
        with self._condition:
            while self._open:
                left = self._watched[0].deadline - self._clock.stopwatch() if self._watched else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._watched)
                self._condition.wait(left)
            self._watched.clear()
            self._thread = None
            return None

"""Let requests and what is due take turns, so that neither keeps the other from the processor and the store."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

PATIENCE = 0.02  # seconds that a request waits at most
AHEAD = 8  # requests that may go at once when as many things were done before they came


Away = Callable[[], AbstractContextManager[None]]  # `Turns.away`, for those who wait for a receiver


class Turns:
    """Where requests give way to cases that are to be completed and to webhooks that are to be sent.

    While work on something due can go on, each request waits until one more thing is done. Work that waits for a
    receiver cannot go on, so a slow receiver holds up nobody. Without this, requests that come as fast as they can
    leave a small share of the processor to what is due, because they are answered by more threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._working = 0  # threads that work on what is due, and attempts that one is about to make
        self._ahead = 0
        self._waiting: deque[Lock] = deque()  # requests, each behind a closed door

    def give_way(self) -> None:
        """Return when the request may go: nothing is being worked on, one more thing was done, or 20 ms have passed."""
        if not self._working:
            return
        with self._lock:
            if not self._working or self._ahead:
                self._ahead = max(0, self._ahead - 1)
                return
            door = Lock()
            door.acquire()
            self._waiting.append(door)
        if not door.acquire(timeout=PATIENCE):
            self._give_up(door)

    def _give_up(self, door: Lock) -> None:
        with self._lock:
            if door in self._waiting:
                self._waiting.remove(door)

    def begin(self) -> None:
        """Count work on something due that can go on."""
        with self._lock:
            self._working += 1

    def end(self) -> None:
        """Count one less; when no work can go on, all requests may."""
        with self._lock:
            self._working -= 1
            if not self._working:
                self._ahead = 0
                while self._waiting:
                    self._waiting.popleft().release()

    def done(self, things: int = 1) -> None:
        """Note that so many due things are done: as many requests may go, those first that came first."""
        with self._lock:
            for _ in range(things):
                if self._waiting:
                    self._waiting.popleft().release()
                else:
                    self._ahead = min(AHEAD, self._ahead + 1)

    @contextmanager
    def work(self) -> Iterator[None]:
        """Work on what is due for the time of the block."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Wait, within such work, for something that is not ours for the time of the block."""
        self.end()
        try:
            yield
        finally:
            self.begin()

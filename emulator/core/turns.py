"""Let requests and what is due take turns, so that neither keeps the other from the processor and the store."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

from emulator.core.waiting_line import WaitingLine

PATIENCE = 0.02  # seconds in which one request goes at least
AHEAD = 8  # requests that may go before what they wait for is done, or be let go by what was done before
SPARE = 4  # of so many things done, one lets no request go, so that a backlog gets smaller
Away = Callable[[], AbstractContextManager[None]]  # `Turns.away`, for those who wait for a receiver


class Turns:
    """Where requests give way to cases that are to be completed and to webhooks that are to be sent.

    While work on something due can go on, a request waits until one more thing is done. Work that waits for a receiver
    cannot go on, so a slow receiver holds up nobody. Without this, requests that come as fast as they can leave a small
    share of the processor to what is due, because they are answered by more threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._working = 0  # threads that work on what is due, and attempts that one is about to make
        self._away = 0  # attempts that wait for their receiver
        self._done = 0
        self._credit = 0  # requests that may go at once; below 0, things that have to be done before one may
        self._gone = 0  # requests that waited and went
        self._waiting = WaitingLine()  # requests

    def try_to_go(self) -> bool:
        """Return whether the request may go at once. If so it counts as gone, and `give_way` is not to be called."""
        if not self._working and not self._away:
            return True
        with self._lock:
            return self._goes()

    def give_way(self) -> None:
        """Return when the request may go: nothing is being worked on, or one more thing was done.

        It may go as well when no request went for 20 ms, so that requests get slower and never stand still.
        """
        if not self._working and not self._away:
            return
        with self._lock:
            if self._goes():
                return
            door = self._waiting.join()
        self._wait_at(door)

    def _wait_at(self, door: Lock) -> None:
        gone = self._gone
        while not door.acquire(timeout=PATIENCE):
            with self._lock:
                if gone == self._gone and self._waiting and self._waiting[0] is door:
                    self._borrow()
                    self._let_one_go()
                gone = self._gone

    def _goes(self) -> bool:
        """Let the request go, if it may; to be called with the lock."""
        may_go = not self._working or self._credit > 0
        if may_go:
            self._borrow()
        return may_go

    def _borrow(self) -> None:
        """Note that a request goes before anything is done for it: what is done next is done for that one."""
        self._credit = max(-AHEAD, self._credit - 1)

    def _let_one_go(self) -> None:
        self._gone += 1
        self._waiting.let_first_go()

    def done(self) -> None:
        """Note that one due thing is done: a request may go, the one that came first."""
        with self._lock:
            self._done += 1
            if self._done % SPARE == 0:
                return
            if self._waiting and self._credit >= 0:
                self._let_one_go()
            else:
                self._credit = min(AHEAD, self._credit + 1)

    def begin(self) -> None:
        """Count work on something due that can go on."""
        with self._lock:
            self._working += 1

    def end(self) -> None:
        """Count one less; when no work can go on, all requests may."""
        with self._lock:
            self._working -= 1
            self._let_all_go()

    def _let_all_go(self) -> None:
        if self._working:
            return
        while self._waiting:
            self._borrow()
            self._let_one_go()
        if not self._away:
            self._credit = 0

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
        with self._lock:
            self._working, self._away = self._working - 1, self._away + 1
            self._let_all_go()
        try:
            yield
        finally:
            with self._lock:
                self._working, self._away = self._working + 1, self._away - 1

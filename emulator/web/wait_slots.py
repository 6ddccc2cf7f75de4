"""Seats for requests that wait, so that however many wait, others are served."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from emulator.web.problem_json import Problem

MOST_WAITING = 48  # of the server's 64 threads, so that 16 always serve


@dataclass(frozen=True)
class WaitSlots:
    """So many requests may wait at once: long polls, whoever advances a clock, and those held up by a fault."""

    free: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

    @contextmanager
    def take(self) -> Iterator[None]:
        """A seat for the time of the block; raises Problem 503 when all are taken."""
        with self.try_to_take() as has_slot:
            if not has_slot:
                raise Problem(503, "too many requests wait already: ask again", retry_after=1)
            yield

    @contextmanager
    def try_to_take(self) -> Iterator[bool]:
        """A seat for the time of the block, if there is one."""
        has_slot = self.free.acquire(blocking=False)
        try:
            yield has_slot
        finally:
            if has_slot:
                self.free.release()

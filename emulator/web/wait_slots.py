"""Limit the requests that wait at the same time, so that others are served however many wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from threading import BoundedSemaphore

from flask import request

from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.web.problem_json import Problem

MOST_WAITING = 48  # of the server's 64 threads, so that 16 are always free for what does not wait


@dataclass(frozen=True)
class WaitSlots:
    """The wait slots that are free; long polls, advances of a clock and requests delayed by a fault take one each."""

    free: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

    @contextmanager
    def take(self) -> Iterator[None]:
        """Take a slot for the time of the block; raise Problem 503 when none is free."""
        with self.try_to_take() as has_slot:
            if not has_slot:
                raise Problem(503, "too many requests wait already: ask again", retry_after=1)
            yield

    @contextmanager
    def try_to_take(self) -> Iterator[bool]:
        """Take a slot for the time of the block if one is free; yield whether one was."""
        has_slot = self.free.acquire(blocking=False)
        try:
            yield has_slot
        finally:
            if has_slot:
                self.free.release()

    @contextmanager
    def try_to_take_late(self) -> Iterator[bool]:
        """Do the same for a request that has changed something already; on the server's loop it may not wait."""
        if orders.ON_LOOP in request.environ:
            yield False
            return
        with self.try_to_take() as has_slot:
            yield has_slot

"""What the control API works with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from marshmallow import Schema

from emulator.core.advance import TimeMachine
from emulator.core.cases import Cases
from emulator.core.completion import Completion
from emulator.core.sandboxes import Sandboxes
from emulator.core.tracking import Tracking
from emulator.web.problem import Refused

MOST_WAITING = 48  # of the server's 64 threads, so that 16 always serve


@dataclass(frozen=True, kw_only=True)
class ControlRoom:
    """The use cases, and seats for requests that wait."""

    cases: Cases
    sandboxes: Sandboxes
    tracking: Tracking
    completion: Completion
    machine: TimeMachine
    endings: Mapping[str, Schema]  # by provider: how a case of its is said to end
    descriptions: Mapping[str, Callable[[str], dict[str, Any]]]  # by provider: its OpenAPI document, given our address
    address: str  # where others reach us
    seats: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

    @contextmanager
    def seat(self) -> Iterator[None]:
        """A place to wait in, for the time of the block; raises Refused 503 when all are taken."""
        if not self.seats.acquire(blocking=False):
            raise Refused(503, "too many requests wait already: ask again", retry_after=1)
        try:
            yield
        finally:
            self.seats.release()

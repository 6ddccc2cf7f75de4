"""What the control API works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from marshmallow import Schema

from emulator.core.cases import Cases
from emulator.core.completion import Completion
from emulator.core.sandboxes import Sandboxes
from emulator.core.tracking import Tracking

MOST_WAITING = 48  # of the server's 64 threads, so that 16 always serve


@dataclass(frozen=True, kw_only=True)
class ControlRoom:
    """The use cases, and seats for requests that wait."""

    cases: Cases
    sandboxes: Sandboxes
    tracking: Tracking
    completion: Completion
    endings: Mapping[str, Schema]  # by provider: how a case of its is said to end
    seats: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

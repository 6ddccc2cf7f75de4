"""A sender that is created for the first due webhook, because importing requests takes a third of a start."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.turns import Away
from emulator.delivery.targets import Targets
from emulator.quick_dataclass import dataclass

if TYPE_CHECKING:
    from emulator.delivery.sender import HttpSender


@dataclass
class LazySender:
    """The HTTP sender, created on the first attempt."""

    targets: Targets
    clock: WallClock
    agent: str
    away: Away = nullcontext
    note: Callable[[str], None] = lambda kind: None

    @cached_property
    def _sender(self) -> "HttpSender":
        from emulator.delivery.sender import HttpSender

        return HttpSender(self.targets, self.clock, self.agent, self.away, note=self.note)

    def hurry(self) -> None:
        """Give up attempts in flight soon, as `HttpSender.hurry`."""
        if "_sender" in vars(self):
            self._sender.hurry()

    def send(self, delivery: Delivery) -> Attempt:
        """Make one attempt, as `HttpSender.send`."""
        return self._sender.send(delivery)

"""Hold a webhook back for a moment, so that the one of another case to the same target goes first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from threading import Event, Lock

from emulator.core.deliveries import Delivery
from emulator.core.turns import Away
from emulator.quick_dataclass import dataclass

MOMENT = 0.25  # seconds that a webhook waits for another one
LONGEST = 8.0  # seconds that it waits until that one was answered


@dataclass
class Waiter:
    """A webhook that waits: for another one to begin, and then for its end."""

    case: tuple[str, int]
    begun: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)


@dataclass
class Overtaking:
    """The webhooks that wait, by sandbox and target; at most one of each."""

    _waiting: dict[tuple[str, str | None], Waiter] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, delivery: Delivery, away: Away, note: Callable[[], None]) -> None:
        """Return when another webhook has overtaken this one, or none came; call `note` where one did."""
        key, waiter = _key(delivery), Waiter(_case(delivery))
        with self._lock:
            if key in self._waiting:
                return  # this one is to overtake
            self._waiting[key] = waiter
        with away():
            waiter.begun.wait(MOMENT)
            with self._lock:
                self._waiting.pop(key, None)
            if waiter.begun.is_set():
                waiter.ended.wait(LONGEST)
                note()

    @contextmanager
    def passing(self, delivery: Delivery) -> Iterator[None]:
        """Let this webhook overtake a waiting one of another case, which goes on after the block."""
        waiter = self._pass(delivery) if self._waiting else None
        try:
            yield
        finally:
            if waiter:
                waiter.ended.set()

    def _pass(self, delivery: Delivery) -> Waiter | None:
        with self._lock:
            waiter = self._waiting.get(_key(delivery))
            if waiter is None or waiter.case == _case(delivery):
                return None
            del self._waiting[_key(delivery)]
            waiter.begun.set()
            return waiter


def _key(delivery: Delivery) -> tuple[str, str | None]:
    return delivery.sandbox, delivery.target


def _case(delivery: Delivery) -> tuple[str, int]:
    return delivery.provider, delivery.case_id

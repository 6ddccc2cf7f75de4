"""Count the attempts in flight of each sandbox."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from emulator.core.deliveries import Delivery


class InFlight:
    """How many attempts each sandbox has under way, for whoever must see them end.

    An attempt counts from its lease on, not from its first byte: who looks into the store later than it was leased
    must find it counted.
    """

    def __init__(self) -> None:
        self._condition = Condition()
        self._many: Counter[str] = Counter()

    @contextmanager
    def counting(self) -> Iterator[Callable[[Delivery], Delivery]]:
        """Counts each delivery it is given, around the transaction that leases them; none, where that is undone."""
        counted: list[Delivery] = []

        def count(delivery: Delivery) -> Delivery:
            counted.append(delivery)
            with self._condition:
                self._many[delivery.sandbox] += 1
            return delivery

        try:
            yield count
        except BaseException:
            for delivery in counted:
                self.end(delivery.sandbox)
            raise

    def end(self, sandbox: str) -> None:
        """It is over, whatever came of it."""
        with self._condition:
            self._many[sandbox] -= 1
            self._many += Counter()  # drops what is zero
            self._condition.notify_all()

    def wait_for(self, sandbox: str, seconds: float) -> None:
        """Return once no attempt of the sandbox is under way, or after so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: not self._many[sandbox], seconds)

"""Count the attempts in flight of each sandbox."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from emulator.core.deliveries import Delivery
from emulator.core.turns import Turns


class InFlight:
    """The number of attempts in flight in each sandbox, for callers that wait until none is left.

    An attempt counts from its lease, not from its first byte: whoever finds a leased delivery in the store must find
    it counted.
    """

    def __init__(self) -> None:
        self.turns = Turns()  # an attempt that waits for no receiver is work to which requests give way
        self._condition = Condition()
        self._counts: Counter[str] = Counter()
        self._leased: Counter[str] = Counter()  # by id: two sandboxes may have the same delivery

    @contextmanager
    def counting(self) -> Iterator[Callable[[Delivery], Delivery]]:
        """Give a function that counts each delivery passed to it; wrap the transaction that leases them.

        When the block raises, its deliveries are no longer counted.
        """
        counted: list[Delivery] = []

        def count(delivery: Delivery) -> Delivery:
            counted.append(delivery)
            self._begin(delivery.sandbox, delivery.id)
            return delivery

        try:
            yield count
        except BaseException:
            for delivery in counted:
                self.end(delivery.sandbox, delivery.id)
            raise

    @contextmanager
    def one_of(self, sandbox: str) -> Iterator[None]:
        """Count one attempt of the sandbox for the time of the block."""
        self._begin(sandbox)
        try:
            yield
        finally:
            self.end(sandbox)

    def _begin(self, sandbox: str, *leased: str) -> None:
        self.turns.begin()
        with self._condition:
            self._counts[sandbox] += 1
            self._leased.update(leased)

    def end(self, sandbox: str, *leased: str) -> None:
        """Count one attempt of the sandbox less, however it ended; `leased` is the delivery that was leased for it."""
        self.turns.end()
        with self._condition:
            self._counts[sandbox] -= 1
            self._counts += Counter()  # drops sandboxes without an attempt
            self._leased -= Counter(leased)
            self._condition.notify_all()

    def leased(self) -> list[str]:
        """Return the ids of the deliveries whose attempts this process makes."""
        with self._condition:
            return [*self._leased]

    def wait_for(self, sandbox: str, seconds: float) -> None:
        """Return when no attempt of the sandbox is in flight, or after that many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: not self._counts[sandbox], seconds)

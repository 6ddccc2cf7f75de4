"""Follow deliveries: find them, wait for them, send them again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from emulator.core.clock import WallClock
from emulator.core.deliveries import DeliveryFilter, DeliveryReport, DeliveryState
from emulator.core.errors import Conflict, EmulatorStops, NotFound
from emulator.core.ports import Store
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.quick_dataclass import dataclass

LIMIT = 1_000
SETTLED = {DeliveryState.DELIVERED, DeliveryState.BLOCKED, DeliveryState.INBOX}


@dataclass(frozen=True, kw_only=True)
class DeliveryQueries:
    """Questions about the deliveries of a sandbox."""

    store: Store
    clock: WallClock
    news: Signal
    wake: Callable[[datetime], None]
    sandboxes: Sandboxes

    def find(self, sandbox: str, query: DeliveryFilter, limit: int = LIMIT) -> Sequence[DeliveryReport]:
        """Return the newest deliveries that fit, at most 1,000, oldest first, each with its attempts."""
        with self.store.reading() as read:
            return read.find_deliveries(sandbox, query, min(limit, LIMIT))

    def one(self, sandbox: str, delivery_id: str) -> DeliveryReport:
        """Return a delivery with its attempts; raise NotFound."""
        found = self.find(sandbox, DeliveryFilter(id=delivery_id))
        if not found:
            raise NotFound("delivery", delivery_id)
        return found[0]

    def wait(
        self, sandbox: str, query: DeliveryFilter, seconds: float, is_enough: Callable[[DeliveryReport], bool]
    ) -> Sequence[DeliveryReport]:
        """Return the deliveries that fit as soon as `is_enough` is true of one of them or the time is over.

        Raise EmulatorStops when the emulator stops meanwhile: to say that nothing came would not be true.
        """
        deadline = self.clock.stopwatch() + seconds
        while True:
            seen = self.news.sent
            found = self.find(sandbox, query)
            left = deadline - self.clock.stopwatch()
            if left <= 0 or any(map(is_enough, found)):
                return found
            if self.news.is_closed:
                raise EmulatorStops
            self.news.wait(seen, left)
            self.sandboxes.in_flight.turns.give_way()  # every webhook wakes every poll

    def wait_for_all(
        self, sandbox: str, query: DeliveryFilter, seconds: float, is_enough: Callable[[DeliveryReport], bool]
    ) -> None:
        """Return as soon as `is_enough` is true of all deliveries that fit, the time is over, or the emulator stops."""
        deadline = self.clock.stopwatch() + seconds
        while not self.news.is_closed and (left := deadline - self.clock.stopwatch()) > 0:
            seen = self.news.sent
            if all(map(is_enough, self.find(sandbox, query))):
                return
            self.news.wait(seen, left)

    def overview(self) -> tuple[Mapping[tuple[str, str], int], Mapping[str, int], float]:
        """Count the cases of all sandboxes by provider and state, and their deliveries by state.

        The third figure is for how many seconds the oldest due delivery has been waiting, 0 when none is due.
        """
        with self.store.reading() as read:
            cases, deliveries = read.count_cases_by_state(), read.count_deliveries_by_state()
            due = read.oldest_due_delivery()
        lag = (self.clock.now() - due).total_seconds() if due else 0.0
        return cases, deliveries, max(0.0, lag)

    def counts(self, sandbox: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Count the cases of one sandbox by state, and its deliveries by state."""
        with self.store.reading() as read:
            return read.count_states_of(sandbox, self.sandboxes.view(read, sandbox).now)

    def events(self, sandbox: str) -> Sequence[str]:
        """Return the events of the webhooks of one sandbox, each once."""
        with self.store.reading() as read:
            return read.events_of(sandbox)

    def redeliver(self, sandbox: str, delivery_id: str) -> DeliveryReport:
        """Schedule a delivery again with the same id and bytes, and return it.

        Raise NotFound, or Conflict for one without a receiver and while an attempt is being made.
        """
        report = self.one(sandbox, delivery_id)
        if report.delivery.url is None:
            raise Conflict("this webhook had no receiver: set webhook_url for the next ones")
        with self.store.transaction() as tx:
            view = self.sandboxes.view_of(sandbox, tx.sandbox_as_it_is(sandbox))
            if not tx.redeliver(sandbox, delivery_id, view.now):
                raise Conflict("an attempt is under way")
        self.wake(self.clock.now())
        self.news.send()
        return self.one(sandbox, delivery_id)


def is_settled(report: DeliveryReport) -> bool:
    """Return whether the delivery reached a state that a test waits for: delivered, blocked or in the inbox."""
    return report.delivery.state in SETTLED

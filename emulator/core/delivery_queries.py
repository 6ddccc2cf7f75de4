"""Follow deliveries: find them, wait for them, send them again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emulator.core.clock import WallClock
from emulator.core.deliveries import DeliveryFilter, DeliveryReport, DeliveryState
from emulator.core.errors import Conflict, NotFound
from emulator.core.ports import Store
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal

LIMIT = 1_000
SETTLED = {DeliveryState.DELIVERED, DeliveryState.BLOCKED, DeliveryState.INBOX}


@dataclass(frozen=True, kw_only=True)
class DeliveryQueries:
    """What became of the webhooks of a sandbox."""

    store: Store
    clock: WallClock
    news: Signal
    wake: Callable[[datetime], None]
    sandboxes: Sandboxes

    def find(self, sandbox: str, wanted: DeliveryFilter, limit: int = LIMIT) -> Sequence[DeliveryReport]:
        """The newest deliveries that fit, 1,000 at most, oldest first, each with its attempts."""
        with self.store.reading() as read:
            return read.find_deliveries(sandbox, wanted, min(limit, LIMIT))

    def one(self, sandbox: str, delivery_id: str) -> DeliveryReport:
        """That delivery; raises NotFound."""
        found = self.find(sandbox, DeliveryFilter(id=delivery_id))
        if not found:
            raise NotFound("delivery", delivery_id)
        return found[0]

    def wait(
        self, sandbox: str, wanted: DeliveryFilter, seconds: float, is_enough: Callable[[DeliveryReport], bool]
    ) -> Sequence[DeliveryReport]:
        """What fits, as soon as one of it is enough or the time is over."""
        deadline = self.clock.stopwatch() + seconds
        while True:
            seen = self.news.sent
            found = self.find(sandbox, wanted)
            left = deadline - self.clock.stopwatch()
            if left <= 0 or any(map(is_enough, found)):
                return found
            self.news.wait(seen, left)

    def wait_for_all(
        self, sandbox: str, wanted: DeliveryFilter, seconds: float, is_enough: Callable[[DeliveryReport], bool]
    ) -> None:
        """Return as soon as all that fits is enough, or the time is over."""
        deadline = self.clock.stopwatch() + seconds
        while (left := deadline - self.clock.stopwatch()) > 0:
            seen = self.news.sent
            if all(map(is_enough, self.find(sandbox, wanted))):
                return
            self.news.wait(seen, left)

    def overview(self) -> tuple[Mapping[tuple[str, str], int], Mapping[str, int], float]:
        """Cases by provider and state, deliveries by state, and how many seconds the oldest due one waits by now."""
        with self.store.reading() as read:
            cases, deliveries = read.count_cases_by_state(), read.count_deliveries_by_state()
            due = read.oldest_due_delivery()
        lag = (self.clock.now() - due).total_seconds() if due else 0.0
        return cases, deliveries, max(0.0, lag)

    def counts(self, sandbox: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """The cases and the deliveries of one sandbox by state."""
        with self.store.reading() as read:
            return read.count_states_of(sandbox, self.sandboxes.view(read, sandbox).now)

    def redeliver(self, sandbox: str, delivery_id: str) -> DeliveryReport:
        """Send it again, with the same id and bytes; raises NotFound, or Conflict while that is not possible."""
        report = self.one(sandbox, delivery_id)
        if report.delivery.url is None:
            raise Conflict("this webhook had no receiver: set webhook_url for the next ones")
        with self.store.transaction() as tx:
            if not tx.redeliver(sandbox, delivery_id, self.sandboxes.view(tx, sandbox).now):
                raise Conflict("an attempt is under way")
        self.wake(self.clock.now())
        self.news.send()
        return self.one(sandbox, delivery_id)


def is_settled(report: DeliveryReport) -> bool:
    """Has it come to where a test waits for?"""
    return report.delivery.state in SETTLED

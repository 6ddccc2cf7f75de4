"""Send a webhook before the answer to the request that caused it: the fault `early`."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from emulator.core.completion import Completion
from emulator.core.deliveries import DeliveryFilter, DeliveryReport, DeliveryState
from emulator.core.delivery_queries import DeliveryQueries
from emulator.core.faults import STANDING
from emulator.core.model import Case
from emulator.core.webhook_faults import EarlyWebhook
from emulator.quick_dataclass import dataclass

LONGEST = 10.0  # seconds


@dataclass(frozen=True, kw_only=True)
class EarlyCompletion:
    """Ends a case at once and waits for the first attempt to send its webhook."""

    completion: Completion
    deliveries: DeliveryQueries
    take_slot: Callable[[], AbstractContextManager[bool]]  # whether this request may wait

    def __call__(self, case: Case, faults: Sequence[str]) -> None:
        """End the case and return when each of its webhooks was tried once, after at most ten seconds.

        Without a free wait slot the call does not wait.
        """
        self.completion.complete_early(case, faults)
        query = DeliveryFilter(provider=case.provider, case_id=case.id)
        with self.take_slot() as has_slot:
            if has_slot:
                self.deliveries.wait_for_all(case.sandbox, query, LONGEST, _needs_no_wait)
        is_standing = any(name.endswith(f"({STANDING})") for name in faults)
        if is_standing and any(report.attempts for report in self.deliveries.find(case.sandbox, query)):
            self.deliveries.sandboxes.strikes.note(EarlyWebhook.kind)


def _needs_no_wait(report: DeliveryReport) -> bool:
    """Return whether the webhook was tried, or will not be tried soon because another fault delays it."""
    delivery = report.delivery
    if report.attempts or delivery.state not in (DeliveryState.SCHEDULED, DeliveryState.IN_FLIGHT):
        return True
    return delivery.due_at is not None and delivery.due_at > delivery.created_at

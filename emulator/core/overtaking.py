"""Look ahead whether the webhook of another case may overtake one, for the fault `overtaken`."""

from dataclasses import replace
from datetime import timedelta

from emulator.core.deliveries import Delivery, DeliveryState
from emulator.core.ports import Transaction
from emulator.core.sandbox_view import SandboxView

NEAR = timedelta(seconds=0.5)  # between the ends of two cases that change places


def may_be_overtaken(tx: Transaction, view: SandboxView) -> bool:
    """Return whether the webhook of another case may come soon; on a clock that stands still, one has to be due."""
    due = tx.next_due_of(view.name).case
    return view.clock.factor != 0 or (due is not None and due <= view.now + NEAR)


def held_for_the_next(tx: Transaction, view: SandboxView, delivery: Delivery) -> Delivery:
    """Return the delivery as held until the next case ends, if that is near; of cases due now the sender sees to it."""
    due = tx.next_due_of(view.name).case
    if due is None or not view.now < due <= view.now + NEAR or delivery.state is not DeliveryState.SCHEDULED:
        return delivery
    return replace(delivery, held=True, due_at=due + timedelta(milliseconds=1))

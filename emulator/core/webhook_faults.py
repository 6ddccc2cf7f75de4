"""The kinds of webhook faults: one small class each, which replaces a webhook by the deliveries it becomes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

from emulator.core.body_faults import WebhookForm
from emulator.core.deliveries import COPY, Delivery, DeliveryState
from emulator.core.faults import FaultContext, FaultKind, Side, setting
from emulator.core.lies import ENDING_FAULT_KINDS
from emulator.core.overtaking import held_for_the_next, may_be_overtaken
from emulator.core.ports import Transaction
from emulator.core.retry import LONGEST_WAIT
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.wire_faults import WIRE_FAULT_KINDS, Overtaken, WireFault
from emulator.quick_dataclass import dataclass

LONGEST_HOLD = LONGEST_WAIT.total_seconds()


class WebhookFault(FaultKind, Protocol):
    """The kind of a fault that applies to webhooks."""

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries that take the place of these; the first one is the webhook itself."""


@dataclass(frozen=True, kw_only=True)
class Drop:
    """The webhook is never sent; its delivery counts as failed."""

    kind: ClassVar[str] = "drop"
    side: ClassVar[Side] = Side.WEBHOOK

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries as failed."""
        why = "dropped by a fault"
        return [replace(each, state=DeliveryState.FAILED, due_at=None, held=False, reason=why) for each in deliveries]


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """The webhook is sent more than once, each time with the same id and bytes."""

    kind: ClassVar[str] = "duplicate"
    side: ClassVar[Side] = Side.WEBHOOK
    copies: int = setting(1, "how many further times", low=1, high=10)
    after: float = setting(0.0, "seconds from one to the next, on the sandbox's clock", low=0, high=LONGEST_HOLD)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Add the copies, as deliveries of their own."""
        first = deliveries[0]
        later = timedelta(seconds=self.after)
        return [*deliveries, *(_again(first, len(deliveries) + i, later * (i + 1)) for i in range(self.copies))]


@dataclass(frozen=True, kw_only=True)
class Delay:
    """The webhook is sent later, on the sandbox's clock."""

    kind: ClassVar[str] = "delay"
    side: ClassVar[Side] = Side.WEBHOOK
    seconds: float = setting(..., "how much later", low=0, high=365 * 86_400)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries as due later."""
        return [_later(delivery, timedelta(seconds=self.seconds)) for delivery in deliveries]


@dataclass(frozen=True, kw_only=True)
class Reorder:
    """The webhook waits until another one was sent to the same target, so that the two arrive in the wrong order."""

    kind: ClassVar[str] = "reorder"
    side: ClassVar[Side] = Side.WEBHOOK
    hold: float = setting(30.0, "seconds that it waits at most, on the sandbox's clock", low=0, high=LONGEST_HOLD)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries as held."""
        return [replace(_later(delivery, timedelta(seconds=self.hold)), held=True) for delivery in deliveries]


@dataclass(frozen=True, kw_only=True)
class EarlyWebhook:
    """The case ends, and its webhook is sent, before the create call answers.

    The call waits for this at most 10 s, and never for a webhook that another fault delays. The fault is matched
    against the request, because there is no webhook yet.
    """

    kind: ClassVar[str] = "early"
    side: ClassVar[Side] = Side.WEBHOOK

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries unchanged: the fault took effect when the case was opened."""
        return deliveries


@dataclass(frozen=True, kw_only=True)
class ChangedBody:
    """The webhook is sent again under the same id, with another body."""

    kind: ClassVar[str] = "changed_body"
    side: ClassVar[Side] = Side.WEBHOOK
    change: dict[str, object] = setting({"status": "changed"}, "the changes, merged into the body", high=1000)
    after: float = setting(0.0, "seconds until then, on the sandbox's clock", low=0, high=LONGEST_HOLD)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Add a copy with the changed body."""
        copy = _again(deliveries[0], len(deliveries), timedelta(seconds=self.after))
        return [*deliveries, replace(copy, body=_merged(copy.body, self.change))]


@dataclass(frozen=True, kw_only=True)
class UnknownEvent:
    """The webhook names an event type that is not documented, if its provider's webhooks name one."""

    kind: ClassVar[str] = "unknown_event"
    side: ClassVar[Side] = Side.WEBHOOK
    event: str = setting("case.unknown", "the name", low=1, high=100, pattern=r"[\x21-\x7e]+")

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries with the event renamed, also in the headers."""
        return [self._renamed(delivery) for delivery in deliveries]

    def _renamed(self, delivery: Delivery) -> Delivery:
        headers = {n: self.event if value == delivery.event else value for n, value in delivery.headers.items()}
        return replace(delivery, event=self.event, headers=headers)


@dataclass(frozen=True, kw_only=True)
class ExtraFields:
    """The body has fields that are not documented."""

    kind: ClassVar[str] = "extra_fields"
    side: ClassVar[Side] = Side.WEBHOOK
    fields: dict[str, object] = setting(
        {"undocumented": "added by a fault"}, "the fields, merged into the body", high=1000
    )

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries with the fields in their bodies."""
        return [replace(delivery, body=_merged(delivery.body, self.fields)) for delivery in deliveries]


@dataclass(frozen=True, kw_only=True)
class SlowSender:
    """The body is sent in pieces, slowly; its Content-Length is right."""

    kind: ClassVar[str] = "slow_sender"
    side: ClassVar[Side] = Side.WEBHOOK
    seconds: float = setting(
        3.0, "seconds from the first piece to the last", low=0.05, high=8
    )  # an attempt ends after ten

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries as to be sent slowly."""
        return [replace(delivery, slowly=self.seconds) for delivery in deliveries]


WEBHOOK_FAULT_KINDS: tuple[type[WebhookFault], ...] = (
    Drop,
    Duplicate,
    Delay,
    Reorder,
    EarlyWebhook,
    ChangedBody,
    UnknownEvent,
    ExtraFields,
    SlowSender,
    WebhookForm,
    *WIRE_FAULT_KINDS,
    *ENDING_FAULT_KINDS,
)

KINDS_BY_NAME = {fault_kind.kind: fault_kind for fault_kind in WEBHOOK_FAULT_KINDS}
# These trigger when the webhook is written.
AT_BIRTH = KINDS_BY_NAME.keys() - {EarlyWebhook.kind, *(kind.kind for kind in ENDING_FAULT_KINDS)}


def apply_webhook_faults(
    sandboxes: Sandboxes, tx: Transaction, view: SandboxView, delivery: Delivery
) -> Sequence[Delivery]:
    """Return the deliveries that a webhook becomes by the faults of its sandbox: itself when none triggers."""
    context = FaultContext(
        provider=delivery.provider,
        path=_path_of(delivery.url),
        document=lambda: json.loads(delivery.body),
    )
    deliveries: Sequence[Delivery] = [delivery]
    for hit in sandboxes.trigger(tx, view, AT_BIRTH, context):
        fault_kind = KINDS_BY_NAME[hit.fault.kind](**json.loads(hit.fault.settings))
        if isinstance(fault_kind, Overtaken):
            if not may_be_overtaken(tx, view):
                continue
            deliveries = [held_for_the_next(tx, view, each) for each in deliveries]
        before = deliveries
        # A webhook that a held one waits for is not held itself: both would wait.
        if not (isinstance(fault_kind, Reorder) and tx.holds_one_for(delivery)):
            deliveries = fault_kind.apply(deliveries)
        if hit.fault.is_standing and _comes_to_pass(fault_kind, before, deliveries):
            sandboxes.strikes.note(hit.fault.kind)
        deliveries = [replace(each, faults=(*each.faults, hit.fault.name)) for each in deliveries]
    return deliveries


def _comes_to_pass(kind: WebhookFault, before: Sequence[Delivery], after: Sequence[Delivery]) -> bool:
    """Return whether the fault changed the webhook now; the sender says so of what happens on the wire."""
    return not isinstance(kind, WireFault | SlowSender) and list(before) != list(after)


def _path_of(url: str | None) -> str | None:
    try:
        return urlsplit(url).path if url else None
    except ValueError:
        return None


def _again(delivery: Delivery, number: int, later: timedelta) -> Delivery:
    """Return a copy as a delivery of its own, with the same headers and so with the same event id."""
    return _later(replace(delivery, id=f"{delivery.id}{COPY}{number}"), later)


def _later(delivery: Delivery, later: timedelta) -> Delivery:
    """Return the delivery as due later; one without a receiver reaches the inbox later."""
    if delivery.state not in (DeliveryState.SCHEDULED, DeliveryState.INBOX) or not later:
        return delivery
    due = (delivery.due_at or delivery.created_at) + later
    return replace(delivery, state=DeliveryState.SCHEDULED, due_at=due)


def _merged(body: bytes, changes: dict[str, object]) -> bytes:
    """Return the JSON with these fields in it, objects merged recursively, in the compact form of webhooks."""
    value = _merge(json.loads(body), changes)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _merge(value: object, changes: object) -> object:
    if not isinstance(value, dict) or not isinstance(changes, dict):
        return changes
    return value | {name: _merge(value.get(name), change) for name, change in changes.items()}

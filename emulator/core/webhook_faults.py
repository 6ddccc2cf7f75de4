"""The faults of webhooks: one small class a kind, which says what is sent instead of the webhook it is applied to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from emulator.core.deliveries import Delivery, DeliveryState
from emulator.core.faults import FaultContext, FaultKind, Side, setting
from emulator.core.ports import Transaction
from emulator.core.retry import LONGEST_WAIT
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes

LONGEST_HOLD = LONGEST_WAIT.total_seconds()


class WebhookFault(FaultKind, Protocol):
    """What a webhook fault does."""

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """What is sent instead."""


@dataclass(frozen=True, kw_only=True)
class Drop:
    """The webhook is never sent, and nobody is told: its delivery has failed."""

    kind: ClassVar[str] = "drop"
    side: ClassVar[Side] = Side.WEBHOOK

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Nothing is sent."""
        why = "dropped by a fault"
        return [replace(lost, state=DeliveryState.FAILED, due_at=None, held=False, reason=why) for lost in deliveries]


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """The webhook is sent more than once, each time with the same id and bytes."""

    kind: ClassVar[str] = "duplicate"
    side: ClassVar[Side] = Side.WEBHOOK
    copies: int = setting(1, "how many more", low=1, high=10)
    after: float = setting(0.0, "seconds from one to the next, on the sandbox's clock", low=0, high=LONGEST_HOLD)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """The copies follow, as deliveries of their own."""
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
        """All of it is due later."""
        return [_later(delivery, timedelta(seconds=self.seconds)) for delivery in deliveries]


@dataclass(frozen=True, kw_only=True)
class Reorder:
    """The webhook waits until another one went to the same target, so that they arrive in the wrong order."""

    kind: ClassVar[str] = "reorder"
    side: ClassVar[Side] = Side.WEBHOOK
    hold: float = setting(30.0, "seconds it waits at most, on the sandbox's clock", low=0, high=LONGEST_HOLD)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """All of it waits."""
        return [replace(_later(delivery, timedelta(seconds=self.hold)), held=True) for delivery in deliveries]


@dataclass(frozen=True, kw_only=True)
class EarlyWebhook:
    """The case ends and its webhook is sent before the create call answers (which waits for it, at most 10 s).

    What another fault puts off is not waited for. Matched against the request, because there is no webhook yet.
    """

    kind: ClassVar[str] = "early"
    side: ClassVar[Side] = Side.WEBHOOK

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """The webhook itself is as it should be."""
        return deliveries


@dataclass(frozen=True, kw_only=True)
class ChangedBody:
    """The webhook is sent again under the same id, with another body."""

    kind: ClassVar[str] = "changed_body"
    side: ClassVar[Side] = Side.WEBHOOK
    change: dict[str, Any] = setting({"status": "changed"}, "what is different in it, merged into the body", high=1000)
    after: float = setting(0.0, "seconds until then, on the sandbox's clock", low=0, high=LONGEST_HOLD)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """A copy follows, changed."""
        copy = _again(deliveries[0], len(deliveries), timedelta(seconds=self.after))
        return [*deliveries, replace(copy, body=_merged(copy.body, self.change))]


@dataclass(frozen=True, kw_only=True)
class UnknownEvent:
    """The webhook names an event type that nobody documented (where its provider names one at all)."""

    kind: ClassVar[str] = "unknown_event"
    side: ClassVar[Side] = Side.WEBHOOK
    event: str = setting("case.unknown", "the name", low=1, high=100, pattern=r"[\x21-\x7e]+")

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """The headers say so."""
        return [self._renamed(delivery) for delivery in deliveries]

    def _renamed(self, delivery: Delivery) -> Delivery:
        headers = {n: self.event if value == delivery.event else value for n, value in delivery.headers.items()}
        return replace(delivery, event=self.event, headers=headers)


@dataclass(frozen=True, kw_only=True)
class ExtraFields:
    """The body has fields that nobody documented."""

    kind: ClassVar[str] = "extra_fields"
    side: ClassVar[Side] = Side.WEBHOOK
    fields: dict[str, Any] = setting(
        {"undocumented": "added by a fault"}, "the fields, merged into the body", high=1000
    )

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """All of it has them."""
        return [replace(delivery, body=_merged(delivery.body, self.fields)) for delivery in deliveries]


@dataclass(frozen=True, kw_only=True)
class SlowSender:
    """The body arrives in pieces, over so many seconds; its Content-Length is right."""

    kind: ClassVar[str] = "slow_sender"
    side: ClassVar[Side] = Side.WEBHOOK
    seconds: float = setting(3.0, "how long it takes to send", low=0.05, high=8)  # an attempt ends after ten

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """All of it is sent slowly."""
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
)

KINDS_BY_NAME = {fault_kind.kind: fault_kind for fault_kind in WEBHOOK_FAULT_KINDS}
AT_BIRTH = KINDS_BY_NAME.keys() - {EarlyWebhook.kind}


def apply_webhook_faults(
    sandboxes: Sandboxes, tx: Transaction, view: SandboxView, delivery: Delivery
) -> Sequence[Delivery]:
    """What is sent of this webhook; itself, when nothing is planned for it."""
    context = FaultContext(
        provider=delivery.provider,
        path=_path_of(delivery.url),
        document=lambda: json.loads(delivery.body),
    )
    deliveries: Sequence[Delivery] = [delivery]
    for hit in sandboxes.trigger(tx, view, AT_BIRTH, context):
        fault_kind = KINDS_BY_NAME[hit.fault.kind](**json.loads(hit.fault.settings))
        if not (isinstance(fault_kind, Reorder) and tx.holds_one_for(delivery)):  # it is the one that another waits for
            deliveries = fault_kind.apply(deliveries)
        deliveries = [replace(sent, faults=(*sent.faults, hit.fault.name)) for sent in deliveries]
    return deliveries


def _path_of(url: str | None) -> str | None:
    try:
        return urlsplit(url).path if url else None
    except ValueError:
        return None


def _again(delivery: Delivery, number: int, later: timedelta) -> Delivery:
    """A delivery of its own with the same headers, and so with the same event id."""
    return _later(replace(delivery, id=f"{delivery.id}-copy-{number}"), later)


def _later(delivery: Delivery, later: timedelta) -> Delivery:
    """What has no receiver is kept later."""
    if delivery.state not in (DeliveryState.SCHEDULED, DeliveryState.INBOX) or not later:
        return delivery
    due = (delivery.due_at or delivery.created_at) + later
    return replace(delivery, state=DeliveryState.SCHEDULED, due_at=due)


def _merged(body: bytes, changes: dict[str, Any]) -> bytes:
    """The JSON with those fields in it, objects merged, written as it was: compact."""
    value = _merge(json.loads(body), changes)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _merge(value: Any, changes: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(changes, dict):
        return changes
    return value | {name: _merge(value.get(name), change) for name, change in changes.items()}

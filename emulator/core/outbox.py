"""Deliver what is due: lease, send, settle. At least once, with one id however often it is sent."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.core.in_flight import InFlight
from emulator.core.ports import Sender, Store
from emulator.core.retry import RetryProfile
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal

log = logging.getLogger("emulator.webhooks")

# Seconds, longer than the longest attempt, so that nobody takes over a delivery that is still being sent.
LEASE = 60.0
LEASES_LOOKED_AT = 1.0  # seconds from one look to the next
SENDERS = 32  # the latency of receivers decides, so many threads wait and few work
PER_TARGET = 8
GONE = 410


@dataclass
class LeaseWatch:
    """Says once a second that it is time to look for leases that ended."""

    _next: float = 0.0

    def is_due(self, stopwatch: float) -> bool:
        """Return whether a second has gone by since the last time."""
        if stopwatch < self._next:
            return False
        self._next = stopwatch + LEASES_LOOKED_AT
        return True


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """The webhooks of all sandboxes; `owner` names this process in the leases."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    sender: Sender
    owner: str
    wake: Callable[[datetime], None]
    note: Callable[[Delivery, Attempt], None] = lambda *_: None  # for the journal
    news: Signal = field(default_factory=Signal)
    _leases: LeaseWatch = field(default_factory=LeaseWatch)

    @property
    def in_flight(self) -> InFlight:
        """The attempts that are being made."""
        return self.sandboxes.in_flight

    def claim(self, load: Mapping[str, int], limit: int, waiting: Collection[str] | None = None) -> Sequence[Delivery]:
        """Lease up to `limit` due deliveries, to the `waiting` targets alone where they are given.

        `load` says how many each target is being sent already.
        """
        now = self.clock.now()
        sending, most = Counter(load), most_per_target(load)
        until = self.clock.stopwatch() + LEASE
        with self.in_flight.counting() as count, self.store.transaction() as tx:
            if self._leases.is_due(self.clock.stopwatch()) and tx.release_leases(until=self.clock.stopwatch()):
                log.warning("an attempt never came back: its webhook is sent again")
            due = tx.due_deliveries(now, busy_targets(load), limit, waiting)
            return [count(tx.lease(d, self.owner, until)) for d in due if _has_room(d, sending, most)]

    def release(self) -> None:
        """Give back every lease, after a crash or before the end: nobody is sending any more."""
        with self.store.transaction() as tx:
            tx.release_leases(until=None)
            tx.stop_advancing()

    def claim_of(self, view: SandboxView, limit: int) -> Sequence[Delivery]:
        """Lease what is due in one sandbox, for whoever runs its time step by step."""
        with self.in_flight.counting() as count, self.store.transaction() as tx:
            due = tx.due_deliveries_of(view.name, view.now, limit)
            until = self.clock.stopwatch() + LEASE
            return [count(tx.lease(delivery, self.owner, until)) for delivery in due]

    def deliver(self, delivery: Delivery) -> tuple[Delivery, Attempt] | None:
        """Make one leased attempt and write down what came of it; None: it no longer counts. Never raises."""
        try:
            if self._is_still_ours(delivery):
                return self._settle(delivery, self._attempt(delivery))
        except Exception:
            log.exception("webhook %s could not be settled: it is sent again", delivery.id)
        finally:
            self.in_flight.end(delivery.sandbox)
        return None

    def _is_still_ours(self, delivery: Delivery) -> bool:
        """Counted as under way first, looked up then: after a reset nothing of the old life is dialled."""
        with self.store.reading() as read:
            return read.holds_lease(delivery, self.owner)

    def _attempt(self, delivery: Delivery) -> Attempt:
        if delivery.url is None:  # kept later than it was born
            return Attempt()
        try:
            return self.sender.send(delivery)
        except Exception as error:  # a failed attempt, so that the retry profile bounds it
            log.exception("webhook %s could not be sent", delivery.id)
            return Attempt(error=f"the sender broke down: {error}"[:500])

    def _settle(self, delivery: Delivery, attempt: Attempt) -> tuple[Delivery, Attempt] | None:
        with self.store.transaction() as tx:
            view = self.sandboxes.view(tx, delivery.sandbox)
            now = view.now
            after = _after(delivery, attempt, view.settings.retry, now)
            settled = tx.settle(after, self.owner, attempt, now)
            if not settled:
                return None  # reset, or taken over
            if settled.retention_days == 0 and after.due_at is None:
                tx.expire_case(after.sandbox, after.provider, after.case_id, now)
            released = tx.release_held(after, now)
            next_due = now if released else after.due_at
            due = next_due and view.wall_time_of(next_due)
            self.note(after, attempt)  # before anybody can read what came of it
        self.news.send()
        _tell(after, attempt)
        if due:
            self.wake(due)
        return after, attempt


def _after(delivery: Delivery, attempt: Attempt, retry: RetryProfile, now: datetime) -> Delivery:
    """The delivery as this attempt leaves it."""
    if delivery.url is None:
        return _final(delivery, DeliveryState.INBOX, None)
    if attempt.blocked:
        return _final(delivery, DeliveryState.BLOCKED, attempt.error)
    if attempt.ok:
        return _final(delivery, DeliveryState.DELIVERED, None)
    if attempt.status == GONE:
        return _final(delivery, DeliveryState.FAILED, "the receiver answered 410 Gone: it wants no more")
    wait = retry.wait_after(delivery.attempts, attempt.retry_after)
    if wait is None:
        return _final(delivery, DeliveryState.FAILED, attempt.error)
    return replace(delivery, state=DeliveryState.SCHEDULED, due_at=now + wait, reason=attempt.error)


def busy_targets(load: Mapping[str, int]) -> list[str]:
    """The targets that are being sent as much as they may be now."""
    most = most_per_target(load)
    return [target for target, many in load.items() if many >= most]


def most_per_target(load: Mapping[str, int]) -> int:
    """Half of the free senders at most, so that however many receivers are slow, one is left for the next."""
    free = SENDERS - sum(load.values())
    return max(1, min(PER_TARGET, free // 2))


def _has_room(delivery: Delivery, sending: Counter[str], most: int) -> bool:
    target = delivery.target or ""
    sending[target] += 1
    return sending[target] <= most


def _final(delivery: Delivery, state: DeliveryState, reason: str | None) -> Delivery:
    return replace(delivery, state=state, due_at=None, reason=reason)


def _tell(delivery: Delivery, attempt: Attempt) -> None:
    what = f"webhook {delivery.id} of {delivery.provider} case {delivery.case_id} to {delivery.shown_url}"
    if delivery.url is None:
        log.info("webhook %s of %s case %s kept in the inbox", delivery.id, delivery.provider, delivery.case_id)
    elif attempt.ok:
        log.info("%s delivered: %s in %d ms", what, attempt.status, attempt.took / timedelta(milliseconds=1))
    elif delivery.state is DeliveryState.SCHEDULED:
        log.warning("%s failed: %s; next attempt at %s", what, attempt.error, delivery.due_at)
    else:
        log.warning("%s %s: %s", what, delivery.state, delivery.reason)

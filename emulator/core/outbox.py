"""Deliver due webhooks: lease, send, settle. At least once, with the same id at each attempt."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime, timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.core.errors import StoreUnavailable
from emulator.core.in_flight import InFlight
from emulator.core.ports import Sender, Store, Transaction
from emulator.core.retry import ONCE, RetryProfile
from emulator.core.sandbox_clock import to_text
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.core.wire_faults import NoRetry, Overtaken
from emulator.quick_dataclass import dataclass

log = logging.getLogger("emulator.webhooks")

# Seconds; longer than the longest attempt, so that no delivery is taken over while it is being sent.
LEASE = 15.0
LEASES_LOOKED_AT = 1.0  # seconds between two searches for leases that ended
SENDERS = 32  # threads; most of them wait for slow receivers
PER_TARGET = 8  # attempts at the same time
GONE = 410


@dataclass
class LeaseWatch:
    """The pause of one second between two searches for leases that ended."""

    _next: float = 0.0

    def is_due(self, stopwatch: float) -> bool:
        """Return whether a second has passed since this last returned True."""
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
    note: Callable[[Delivery, Attempt], None] = lambda *_: None  # writes the attempt into the journal
    news: Signal = field(default_factory=Signal)
    _leases: LeaseWatch = field(default_factory=LeaseWatch)

    @property
    def in_flight(self) -> InFlight:
        """The attempts in flight of each sandbox."""
        return self.sandboxes.in_flight

    def claim(self, load: Mapping[str, int], limit: int, waiting: Collection[str] | None = None) -> Sequence[Delivery]:
        """Lease up to `limit` due deliveries, and return them.

        `load` is the number of attempts in flight by target. With `waiting`, only these targets are considered.
        """
        now = self.clock.now()
        sending, most = Counter(load), most_per_target(load)
        stopwatch = self.clock.stopwatch()
        with self.in_flight.counting() as count, self.store.transaction() as tx:
            if self._leases.is_due(stopwatch):
                self._take_over(tx, stopwatch)
            due = tx.due_deliveries(now, busy_targets(load), limit, waiting)
            return [count(tx.lease(d, self.owner, stopwatch, LEASE)) for d in due if _has_room(d, sending, most)]

    def _take_over(self, tx: Transaction, stopwatch: float) -> None:
        """End what a process began that does not live any more."""
        if tx.release_ended_leases(stopwatch):
            log.warning("an attempt never came back: its webhook is sent again")
        tx.stop_ended_advances()

    def release(self) -> None:
        """Give back every lease at start and stop, when no attempt is in flight; end every advance of a clock.

        Leases and advances of other processes that use the store stay.
        """
        with self.store.transaction() as tx:
            tx.release_leases(self.owner)
            tx.stop_advancing()

    def claim_of(self, view: SandboxView, limit: int) -> Sequence[Delivery]:
        """Lease up to `limit` due deliveries of one sandbox, for the time machine."""
        with self.in_flight.counting() as count, self.store.transaction() as tx:
            due = tx.due_deliveries_of(view.name, view.now, limit)
            stopwatch = self.clock.stopwatch()
            return [count(tx.lease(delivery, self.owner, stopwatch, LEASE)) for delivery in due]

    def deliver(self, delivery: Delivery) -> tuple[Delivery, Attempt] | None:
        """Make one leased attempt and write down its result; return None when the lease no longer holds. Never raise.

        The lease ends when the sandbox was reset, or when another owner took the delivery over.
        """
        settled = None
        try:
            if self._holds_lease(delivery):
                settled = self._settle(delivery, self._attempt(delivery).masked())
        except StoreUnavailable:
            log.warning("webhook %s could not be settled: it is sent again", delivery.id, extra=_log_fields(delivery))
        except Exception:
            log.exception("webhook %s could not be settled: it is sent again", delivery.id, extra=_log_fields(delivery))
        finally:
            self.in_flight.end(delivery.sandbox, delivery.id)
        if settled is None:
            self._let_go(delivery)
        return settled

    def renew(self) -> None:
        """Tell other processes that this one lives: the leases of its attempts and its advances last that long."""
        with self.store.transaction() as tx:
            tx.renew_leases(self.owner, LEASE, self.in_flight.leased())

    def _let_go(self, delivery: Delivery) -> None:
        """Tell other processes that no attempt is being made any more of a delivery that was dropped meanwhile."""
        if self.store.is_shared:
            with suppress(StoreUnavailable), self.store.transaction() as tx:
                tx.forget_lease(delivery, self.owner)

    def _holds_lease(self, delivery: Delivery) -> bool:
        # A reset first drops the sandbox and then waits for attempts in flight. This one counts since its lease, so
        # whatever is read here, nothing of the dropped sandbox is dialled after the reset has returned.
        with self.store.reading() as read:
            return read.holds_lease(delivery, self.owner)

    def _attempt(self, delivery: Delivery) -> Attempt:
        if delivery.url is None:  # a fault delayed its arrival in the inbox
            return Attempt()
        try:
            return self.sender.send(delivery)
        except Exception as error:  # as a failed attempt, because the retry profile bounds these
            log.exception("webhook %s could not be sent", delivery.id, extra=_log_fields(delivery))
            return Attempt(error=f"the sender broke down: {error}"[:500])

    def _after(self, delivery: Delivery, attempt: Attempt, retry: RetryProfile, now: datetime) -> Delivery:
        """Return the delivery with the state that this attempt leads to, as a fault of it may have that."""
        usual = _after(delivery, attempt, retry, now)
        if usual.due_at is None or not NoRetry.is_of(delivery):
            return usual
        self.sandboxes.strikes.note(NoRetry.kind)
        return _after(delivery, attempt, ONCE, now)

    def _settle(self, delivery: Delivery, attempt: Attempt) -> tuple[Delivery, Attempt] | None:
        if attempt.given_up:  # its lease is given back, so that the next start sends it again
            log.info("webhook %s is given up, because the emulator stops", delivery.id, extra=_log_fields(delivery))
            return None
        with self.store.transaction() as tx:
            view = self.sandboxes.view_of(delivery.sandbox, tx.sandbox_as_it_is(delivery.sandbox))
            now = view.now
            after = self._after(delivery, attempt, view.settings.retry, now)
            settled = tx.settle(after, self.owner, attempt, now)
            if not settled:
                return None
            if settled.expires and after.due_at is None:
                tx.expire_settled(after.sandbox, after.provider, after.case_id, now)
            released = tx.release_held(after, now)
            if released:
                self.sandboxes.strikes.note(Overtaken.kind)
            next_due = now if released else after.due_at
            due = next_due and view.wall_time_of(next_due)
            self.note(after, attempt)  # before the commit: whoever sees the result finds the attempt in the journal
        self.in_flight.turns.done()
        self.news.send()
        _log_attempt(after, attempt)
        if due:
            self.wake(due)
        return after, attempt


def _after(delivery: Delivery, attempt: Attempt, retry: RetryProfile, now: datetime) -> Delivery:
    """Return the delivery with the state that this attempt leads to."""
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
    """Return the targets that have as many attempts in flight as they may have now."""
    most = most_per_target(load)
    return [target for target, count in load.items() if count >= most]


def most_per_target(load: Mapping[str, int]) -> int:
    """Return how many attempts each target may have in flight at the present load.

    At most half of the free senders, so that one is left for the next target, however many receivers are slow.
    """
    free = SENDERS - sum(load.values())
    return max(1, min(PER_TARGET, free // 2))


def _has_room(delivery: Delivery, sending: Counter[str], most: int) -> bool:
    target = delivery.target or ""
    sending[target] += 1
    return sending[target] <= most


def _final(delivery: Delivery, state: DeliveryState, reason: str | None) -> Delivery:
    return replace(delivery, state=state, due_at=None, reason=reason)


def _log_attempt(delivery: Delivery, attempt: Attempt) -> None:
    fields = _log_fields(delivery)
    subject = f"webhook {delivery.id} of {delivery.provider} case {delivery.case_id} to {delivery.shown_url}"
    if delivery.url is None:
        log.info(
            "webhook %s of %s case %s kept in the inbox",
            delivery.id,
            delivery.provider,
            delivery.case_id,
            extra=fields,
        )
    elif attempt.ok:
        took = attempt.took / timedelta(milliseconds=1)
        log.info("%s delivered: %s in %d ms", subject, attempt.status, took, extra=fields)
    elif delivery.state is DeliveryState.SCHEDULED and delivery.due_at:
        log.warning("%s failed: %s; next attempt at %s", subject, attempt.error, to_text(delivery.due_at), extra=fields)
    else:
        log.warning("%s %s: %s", subject, delivery.state, delivery.reason, extra=fields)


def _log_fields(delivery: Delivery) -> dict[str, object]:
    """Return what a line of the log is about, for --log-format json."""
    return {
        "sandbox": delivery.sandbox,
        "provider": delivery.provider,
        "case_id": delivery.case_id,
        "delivery_id": delivery.id,
    }

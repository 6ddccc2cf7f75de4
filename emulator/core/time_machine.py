"""Run a sandbox's time step by step: whatever falls due, in order, waiting for the receivers."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.core.clock import WallClock
from emulator.core.completion import Completion, Moved
from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.core.errors import Conflict
from emulator.core.model import Case, Sandbox
from emulator.core.outbox import Outbox
from emulator.core.ports import Store, Transaction
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock
from emulator.core.sandboxes import LONGEST_ATTEMPT, Sandboxes

AT_ONCE = 16  # attempts at one instant that are made side by side


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One thing that happened while time went by: a case moved on, or an attempt was made."""

    at: datetime
    kind: str
    told: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TimeMachine:
    """The clocks of the sandboxes."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    completion: Completion
    outbox: Outbox
    wake: Callable[[datetime], None]

    def read(self, sandbox: str) -> tuple[SandboxClock, datetime]:
        """The sandbox's clock, and what it reads."""
        with self.store.reading() as read:
            clock = (read.sandbox(sandbox) or Sandbox()).clock
        return clock, clock.now(self.clock.now())

    def next_due(self, sandbox: str) -> datetime | None:
        """When the next thing falls due by its clock; None: nothing will happen by itself."""
        with self.store.reading() as read:
            return read.next_due_of(sandbox)

    def is_at_rest(self, sandbox: str) -> bool:
        """Does its clock stand still with nothing due, so that nothing will happen by itself?"""
        with self.store.reading() as read:
            found, due = read.sandbox(sandbox) or Sandbox(), read.next_due_of(sandbox)
        clock = found.clock
        return clock.factor == 0 and not found.advancing and (due is None or due > clock.at)

    def set(self, sandbox: str, factor: float, at: datetime | None) -> None:
        """Run so many times as fast (0: stand still) from that moment, or from now; raises Conflict for a past one.

        A sandbox without a case whose clock nobody set yet may begin its life at any moment.
        """
        with self.store.transaction() as tx:
            now = self._enter(tx, sandbox)
            untouched = not tx.has_cases(sandbox) and (tx.sandbox(sandbox) or Sandbox()).clock is WALL_TIME
            if at and at < now and not untouched:
                raise Conflict(f"the clock never goes back: it is {now.isoformat()}; a reset returns to wall time")
            self._save(tx, sandbox, at or now, factor, advancing=False)
            if at and untouched and self.sandboxes.settings(tx, sandbox).key_since:
                self.sandboxes.save(tx, sandbox, key_since=at)  # its key is as young as its life
        self.wake(self.clock.now())

    def follow_wall_time(self, sandbox: str) -> None:
        """Run with wall time again; raises Conflict when the sandbox is ahead of it."""
        with self.store.transaction() as tx:
            if self._enter(tx, sandbox) > self.clock.now():
                raise Conflict("the clock is ahead of wall time and never goes back: only a reset returns to it")
            tx.save_clock(sandbox, WALL_TIME, advancing=False)
        self.wake(self.clock.now())

    def advance(self, sandbox: str, target: Callable[[datetime], datetime]) -> tuple[datetime, Sequence[Happening]]:
        """Run all that falls due until then, given what the clock reads now; it reads that afterwards.

        Raises Conflict for a moment that is past, and while somebody advances this sandbox already.
        """
        factor, now, until = self._take(sandbox, target)
        happened: list[Happening] = []
        try:
            self.outbox.in_flight.wait_for(sandbox, LONGEST_ATTEMPT)
            while (due := self._next_due(sandbox)) is not None and due <= until:
                now = max(now, due)
                if not self._stand(sandbox, now, 0.0, advancing=True):
                    break  # reset meanwhile: a newborn has its own time
                happened += [*self._move_cases(sandbox, now), *self._send(sandbox, now)]
            else:
                now = until
        finally:
            self._stand(sandbox, now, factor, advancing=False)
            self.wake(self.clock.now())
        return now, happened

    def _take(self, sandbox: str, target: Callable[[datetime], datetime]) -> tuple[float, datetime, datetime]:
        with self.store.transaction() as tx:
            now = self._enter(tx, sandbox)
            until = target(now)
            if until < now:
                raise Conflict(f"the clock never goes back: it is {now.isoformat()}")
            factor = (tx.sandbox(sandbox) or Sandbox()).clock.factor
            self._save(tx, sandbox, now, 0.0, advancing=True)
            return factor, now, until

    def _enter(self, tx: Transaction, sandbox: str) -> datetime:
        _, clock = self.sandboxes.enter(tx, sandbox)
        if (tx.sandbox(sandbox) or Sandbox()).advancing:
            raise Conflict("somebody advances the clock of this sandbox already")
        return clock.now(self.clock.now())

    def _save(self, tx: Transaction, sandbox: str, at: datetime, factor: float, *, advancing: bool) -> None:
        clock = SandboxClock(at=at, anchor=self.clock.now(), factor=factor)
        tx.save_clock(sandbox, clock, advancing=advancing)

    def _stand(self, sandbox: str, at: datetime, factor: float, *, advancing: bool) -> bool:
        """Set the clock of the sandbox that is being advanced; False: it was reset, and is no longer that one."""
        with self.store.transaction() as tx:
            if not (tx.sandbox(sandbox) or Sandbox()).advancing:
                return False
            self._save(tx, sandbox, at, factor, advancing=advancing)
            return True

    def _next_due(self, sandbox: str) -> datetime | None:
        with self.store.reading() as read:
            return read.next_due_of(sandbox)

    def _move_cases(self, sandbox: str, now: datetime) -> list[Happening]:
        with self.store.reading() as read:
            due = read.due_cases_of(sandbox, now)
        steps = [self.completion.step_safely(*place) for place in due]
        return [happening for moved in steps if moved for happening in _moved(moved, now)]

    def _send(self, sandbox: str, now: datetime) -> list[Happening]:
        claimed = self.outbox.claim_of(sandbox, AT_ONCE)
        if not claimed:
            return []
        with ThreadPoolExecutor(len(claimed), thread_name_prefix="advance") as pool:
            made = pool.map(self.outbox.deliver, claimed)
            return [_attempted(*what, now) for what in made if what]


def _moved(moved: Moved, now: datetime) -> list[Happening]:
    kept = [_kept(sent, now) for sent in moved.deliveries if sent.state is DeliveryState.INBOX]
    return [_case_moved(moved.case, now), *kept]


def _kept(delivery: Delivery, now: datetime) -> Happening:
    told = {"delivery_id": delivery.id, "provider": delivery.provider, "case_id": delivery.case_id}
    return Happening(at=now, kind="webhook_kept", told=told)


def _case_moved(case: Case, now: datetime) -> Happening:
    told = {"provider": case.provider, "case_id": case.id, "outcome": case.outcome, "rule": case.decision.rule}
    return Happening(at=now, kind=f"case_{case.state}", told=told)


def _attempted(delivery: Delivery, attempt: Attempt, now: datetime) -> Happening:
    if delivery.url is None:
        return _kept(delivery, now)
    told = {
        "delivery_id": delivery.id,
        "provider": delivery.provider,
        "case_id": delivery.case_id,
        "attempt": delivery.attempts,
        "status": attempt.status,
        "error": attempt.error,
        "state": delivery.state,
        "next_attempt_at": delivery.due_at,
    }
    return Happening(at=now, kind="delivery_attempted", told=told)

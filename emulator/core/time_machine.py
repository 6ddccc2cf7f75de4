"""Set and advance the clocks of sandboxes; an advance does all that falls due, in order, and waits for receivers."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from datetime import datetime, timedelta
from threading import Lock

from emulator.core.clock import WallClock
from emulator.core.completion import Completion, Moved
from emulator.core.deliveries import Attempt, Delivery, DeliveryState
from emulator.core.errors import Conflict, EmulatorStops, OutOfTime
from emulator.core.model import Case, Dues
from emulator.core.outbox import Outbox
from emulator.core.ports import Store, Transaction
from emulator.core.sandbox_clock import LATEST, WALL_TIME, SandboxClock, to_text
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import LONGEST_ATTEMPT, LOOK_AGAIN, Sandboxes
from emulator.quick_dataclass import dataclass

AT_ONCE = 16  # attempts due at one moment that are made in parallel


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One event of an advance: a case moved on, a webhook was kept in the inbox, or an attempt was made."""

    at: datetime
    kind: str
    told: Mapping[str, object]  # what the answer says of it, by JSON key


@dataclass(frozen=True, kw_only=True)
class TimeMachine:
    """The operations on the clocks of sandboxes."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    completion: Completion
    outbox: Outbox
    wake: Callable[[datetime], None]
    # By sandbox, the advances whose end could not be stored: the sandbox as it was before, and the time it came to.
    unfinished: dict[str, tuple[SandboxView, datetime]] = field(default_factory=dict)
    _finishing: Lock = field(default_factory=Lock)

    def read(self, sandbox: str) -> SandboxView:
        """Return the sandbox with its clock."""
        return self.sandboxes.look(sandbox)

    def readings(self, sandbox: str, walls: Sequence[datetime]) -> Sequence[datetime]:
        """Return what the clock of the sandbox read at these wall times, which are since the start."""
        return self.sandboxes.history.readings(sandbox, self.sandboxes.look(sandbox).clock, walls)

    def next_due(self, sandbox: str) -> datetime | None:
        """Return when the next step or attempt is due by the sandbox's clock, None when there is none."""
        with self.store.reading() as read:
            return read.next_due_of(sandbox).first

    def is_at_rest(self, sandbox: str) -> bool:
        """Return whether the clock stands still and nothing is due or in flight: nothing will happen by itself."""
        with self.store.reading() as read:
            view, dues = self.sandboxes.view(read, sandbox), read.next_due_of(sandbox)
        is_due = dues.in_flight or (dues.first is not None and dues.first <= view.clock.at)
        return view.clock.factor == 0 and not view.advancing and not is_due

    def set(self, sandbox: str, factor: float, at: datetime | None) -> None:
        """Let the clock run `factor` times as fast as wall time (0: stand still), from `at` or its present time on.

        Raise Conflict for a time in the past of the clock, except for a sandbox without cases whose clock was never
        set, and Conflict while the clock is being advanced.
        """
        with self.store.transaction() as tx:
            view = self._enter(tx, sandbox)
            untouched = not tx.has_cases(sandbox) and view.clock is WALL_TIME
            if at and at < view.now and not untouched:
                raise Conflict(f"the clock never goes back: it is {to_text(view.now)}; a reset returns to wall time")
            self.sandboxes.set_clock(tx, view, self._clock(at or view.now, factor))
            if at and untouched and view.settings.key_since:
                self.sandboxes.save(tx, view, key_since=at)  # the key of a new sandbox is as old as the sandbox
        self.wake(self.clock.now())

    def follow_wall_time(self, sandbox: str) -> None:
        """Let the clock read wall time again; raise Conflict when it is ahead of it or is being advanced."""
        with self.store.transaction() as tx:
            view = self._enter(tx, sandbox)
            if view.now > view.wall:
                raise Conflict("the clock is ahead of wall time and never goes back: only a reset returns to it")
            self.sandboxes.set_clock(tx, view, WALL_TIME)
        self.wake(self.clock.now())

    def advance(self, sandbox: str, step: timedelta) -> tuple[datetime, Sequence[Happening]]:
        """Advance the clock by `step`, do all that falls due on the way, and return its new time and what happened.

        Raise OutOfTime for a step beyond the year 9000, and Conflict while the clock is being advanced already.
        When the emulator stops meanwhile, raise EmulatorStops: the clock stands where the advance came to.
        """
        before, until = self._begin(sandbox, step)
        now, happened, deadline = before.now, list[Happening](), self.clock.stopwatch() + LONGEST_ATTEMPT
        try:
            self.sandboxes.wait_for_attempts(sandbox)
            while (dues := self._dues(sandbox, deadline)).first is not None and dues.first <= until:
                if self.outbox.news.is_closed:
                    raise EmulatorStops
                now = self._note_move(sandbox, now, max(now, dues.first))
                view = self._move(before, now, 0.0, advancing=True)
                if view is None:
                    break  # a reset meanwhile created a sandbox with a clock of its own
                happened += self._do_due(view, dues)
                now = max(now, self._jumped_to(before))
                until = max(until, now)  # what a jump made due is done as well
            else:
                now = self._note_move(sandbox, now, until)
        finally:
            self.unfinished[sandbox] = before, now
            self.finish()
        return now, happened

    def _jumped_to(self, before: SandboxView) -> datetime:
        """Return the time on the clock, which a planned fault may have made jump."""
        return self.sandboxes.look(before.name).now if before.settings.all_faults else before.now

    def finish(self) -> None:
        """Let the clocks run on whose advances have ended; raise StoreUnavailable, and call it again later."""
        with self._finishing:  # or a second thread could end the next advance of a sandbox in place of this one
            while self.unfinished:
                sandbox, (before, now) = self.unfinished.popitem()
                self._note_move(sandbox, now, now)
                try:
                    self._move(before, now, before.clock.factor, advancing=False)
                except BaseException:
                    self.unfinished[sandbox] = before, now
                    raise
                self.wake(self.clock.now())

    def _note_move(self, sandbox: str, stood: datetime, now: datetime) -> datetime:
        """Note that the clock, which an advance has stopped, stood there until now, and return where it goes on."""
        self.sandboxes.history.note(sandbox, self._clock(stood, 0.0), self.clock.now())
        return now

    def _begin(self, sandbox: str, step: timedelta) -> tuple[SandboxView, datetime]:
        """Stop the clock and claim it; return the sandbox as it was, and the time at the end of the step."""
        with self.store.transaction() as tx:
            view = self._enter(tx, sandbox)
            if view.now > LATEST - step:
                raise OutOfTime(f"that is after the year {LATEST.year}")
            self.sandboxes.set_clock(tx, view, self._clock(view.now, 0.0), advancing=True)
            return view, view.now + step

    def _enter(self, tx: Transaction, sandbox: str) -> SandboxView:
        view = self.sandboxes.enter(tx, sandbox)
        if view.advancing:
            raise Conflict("somebody advances the clock of this sandbox already")
        return view

    def _clock(self, at: datetime, factor: float) -> SandboxClock:
        return SandboxClock(at=at, anchor=self.clock.now(), factor=factor)

    def _move(self, before: SandboxView, at: datetime, factor: float, *, advancing: bool) -> SandboxView | None:
        """Set the clock of the sandbox that is being advanced; return None when it was reset meanwhile."""
        with self.store.transaction() as tx:
            found = tx.move_clock(before.name, before.born, self._clock(at, factor), advancing=advancing)
        return self.sandboxes.view_of(before.name, found) if found else None

    def _dues(self, sandbox: str, deadline: float) -> Dues:
        """Return what is due next as soon as no attempt is in flight, or at that time of the stopwatch.

        Where several transactions go on at once, a claim that began before the advance may be committed only now: until
        then its delivery is due for whoever looks, and from then on it is in flight.
        """
        while (dues := self._look(sandbox)).in_flight and self.clock.stopwatch() < deadline:
            self.sandboxes.wait_for_attempts(sandbox)
            self.clock.sleep(LOOK_AGAIN)  # for an attempt that could not be settled, whose lease has to end
        return dues

    def _look(self, sandbox: str) -> Dues:
        with self.store.reading() as read:
            return read.next_due_of(sandbox)

    def _do_due(self, view: SandboxView, dues: Dues) -> list[Happening]:
        """Do what is due now: move cases, then make attempts. Pause if another transaction has it all."""
        moved = self._move_cases(view) if dues.case and dues.case <= view.now else []
        happened = [happening for one in moved for happening in _moved(one, view.now)]
        created = [delivery for one in moved for delivery in one.deliveries]
        is_new_due = any(delivery.due_at and delivery.due_at <= view.now for delivery in created)
        if is_new_due or (dues.delivery and dues.delivery <= view.now):
            happened += self._send(view)
        if not happened:
            self.clock.sleep(LOOK_AGAIN)
        return happened

    def _move_cases(self, view: SandboxView) -> list[Moved]:
        with self.store.reading() as read:
            due = read.due_cases_of(view.name, view.now)
        steps = [self.completion.step_safely(view, provider, case_id) for _, provider, case_id in due]
        return [moved for moved in steps if moved]

    def _send(self, view: SandboxView) -> list[Happening]:
        claimed = self.outbox.claim_of(view, AT_ONCE)
        if not claimed:
            return []
        with ThreadPoolExecutor(len(claimed), thread_name_prefix="advance") as pool:
            results = pool.map(self.outbox.deliver, claimed)
            return [_attempted(*result, view.now) for result in results if result]


def _moved(moved: Moved, now: datetime) -> list[Happening]:
    kept = [_kept(delivery, now) for delivery in moved.deliveries if delivery.state is DeliveryState.INBOX]
    return [_case_moved(moved.case, now), *kept]


def _kept(delivery: Delivery, now: datetime) -> Happening:
    payload = {"delivery_id": delivery.id, "provider": delivery.provider, "case_id": delivery.case_id}
    return Happening(at=now, kind="webhook_kept", told=payload)


def _case_moved(case: Case, now: datetime) -> Happening:
    payload = {"provider": case.provider, "case_id": case.id, "outcome": case.outcome, "rule": case.decision.rule}
    return Happening(at=now, kind=f"case_{case.state}", told=payload)


def _attempted(delivery: Delivery, attempt: Attempt, now: datetime) -> Happening:
    if delivery.url is None:
        return _kept(delivery, now)
    payload = {
        "delivery_id": delivery.id,
        "provider": delivery.provider,
        "case_id": delivery.case_id,
        "attempt": delivery.attempts,
        "status": attempt.status,
        "error": attempt.error,
        "state": delivery.state,
        "next_attempt_at": delivery.due_at,
    }
    return Happening(at=now, kind="delivery_attempted", told=payload)

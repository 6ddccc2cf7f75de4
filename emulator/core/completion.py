"""Take due cases through their steps: work starts, then the case ends and its webhook is written."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from emulator.core.case_steps import Step, plan, plan_all, plan_end
from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery, DeliveryState, NoWebhook, RenderedWebhook
from emulator.core.errors import Conflict, NotFound, StoreUnavailable
from emulator.core.lies import AT_THE_END
from emulator.core.model import Case, CompletionOrder, State
from emulator.core.ports import ProviderRules, Store, Transaction
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.core.turns import Turns
from emulator.core.webhook_faults import apply_webhook_faults
from emulator.masking import masked_url
from emulator.quick_dataclass import dataclass

log = logging.getLogger("emulator.cases")
BATCH = 16  # cases that share a transaction: what is due to be sent, and requests, wait for all of them
POSTPONED = timedelta(minutes=1)
Key = tuple[str, str, int]  # sandbox, provider and id of a case


@dataclass(frozen=True, slots=True)
class Moved:
    """A case after a step, and the deliveries that the step created."""

    case: Case
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The steps of all cases, taken when they are due or ordered."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]
    news: Signal

    @property
    def rules(self) -> Mapping[str, ProviderRules]:
        """What each provider says of the end of its cases."""
        return self.sandboxes.provider_rules

    @property
    def turns(self) -> Turns:
        """Where requests give way to what is due."""
        return self.sandboxes.in_flight.turns

    def complete_due(self) -> Sequence[Moved | None]:
        """Take some due cases through every step that is due; return the last of each, None for one that did not move.

        More may be due until nothing is returned.
        """
        due: Sequence[Key] = ()
        with self.turns.work():
            try:
                with self.store.claiming():
                    with self.store.reading() as read:
                        due = read.due_cases(self.clock.now(), BATCH)
                    taken = self._write_cases([plan_all(self.rules, view, case) for view, case in self._read(due)])
                return self._tell_all(taken)
            except Exception:  # one of them cannot: the others are not to suffer for it
                if not due:
                    raise
                return [self._safely(self._run, *key) for key in due]

    def _read(self, due: Sequence[Key]) -> list[tuple[SandboxView, Case]]:
        """Return the due cases with their sandboxes, expired ones included: an expired case still owes its webhook.

        Those of a sandbox whose clock is being advanced since they were found are left to the time machine.
        """
        if not due:
            return []
        with self.store.reading() as read:
            # In one order, for they may be held from now on.
            views = {sandbox: self.sandboxes.view(read, sandbox) for sandbox in sorted({key[0] for key in due})}
            found = [(views[key[0]], read.case_even_expired(*key, views[key[0]].now)) for key in due]
        return [(view, case) for view, case in found if case and not view.advancing]

    def step_safely(self, view: SandboxView, provider: str, case_id: int) -> Moved | None:
        """Take a due case one step further, for the time machine; return None when it did not move or failed."""

        def step(sandbox: str, provider: str, case_id: int) -> Moved | None:
            with self.store.reading() as read:
                case = read.case_even_expired(sandbox, provider, case_id, view.now)
            planned = plan(self.rules, view, case) if case else None
            return self._take_one(planned) if planned else None

        return self._safely(step, view.name, provider, case_id)

    def _safely(
        self, step: Callable[[str, str, int], Moved | None], sandbox: str, provider: str, case_id: int
    ) -> Moved | None:
        """Take the step; postpone the case when that fails, so that it neither holds up the others nor is lost."""
        try:
            return step(sandbox, provider, case_id)
        except StoreUnavailable:
            raise  # nothing is wrong with the case
        except Exception:
            about = {"sandbox": sandbox, "provider": provider, "case_id": case_id}
            text = "%(provider)s case %(case_id)s in sandbox %(sandbox)s: tried again in a minute"
            log.exception(text, about, extra=about)
            with self.store.transaction() as tx:
                tx.postpone_case(sandbox, provider, case_id, self.sandboxes.view(tx, sandbox).now + POSTPONED)
            return None

    def _run(self, sandbox: str, provider: str, case_id: int) -> Moved | None:
        """Take a due case through every step that is due, each in its own transaction; return the last one."""
        moved = None
        for view, start in self._read([(sandbox, provider, case_id)]):
            case: Case | None = start
            while case and (step := plan(self.rules, view, case)):
                taken = self._take_one(step)
                moved, case = (taken, taken.case) if taken else (moved, None)
        return moved

    def _take(self, cases: Sequence[Sequence[Step]]) -> Sequence[Moved | None]:
        """Take the steps of these cases in one transaction, and return the last of each that was taken."""
        return self._tell_all(self._write_cases(cases))

    def _write_cases(self, cases: Sequence[Sequence[Step]]) -> Sequence[Sequence[tuple[Step, Moved]]]:
        if not cases:
            return []
        with self.store.transaction() as tx:
            # Faults may be used up when a case ends: its sandbox is to be held before the case is, as a reset does.
            for sandbox in sorted({step.view.name for steps in cases for step in steps if step.ending}):
                tx.sandbox(sandbox)
            return [self._write_all(tx, steps) for steps in cases]

    def _tell_all(self, taken: Sequence[Sequence[tuple[Step, Moved]]]) -> Sequence[Moved | None]:
        """Tell of the steps that were taken, and return the last of each case."""
        for case in taken:
            for step, moved in case:
                self._tell(step, moved)
        return [case[-1][1] if case else None for case in taken]

    def _write_all(self, tx: Transaction, steps: Sequence[Step]) -> list[tuple[Step, Moved]]:
        """Write the steps of a case, up to the first that finds that the case was reset or moved on meanwhile."""
        taken = []
        for step in steps:
            moved = self._write(tx, step)
            if moved is None:
                break
            taken.append((step, moved))
        return taken

    def _take_one(self, step: Step) -> Moved | None:
        """Take a step; return None when the case was reset or moved on meanwhile."""
        moved = self._take([[step]])[0]
        if moved and step.webhook:
            self.wake(self.clock.now())
        return moved

    def complete(self, sandbox: str, provider: str, case_id: int, order: CompletionOrder) -> Case:
        """End a case now, as ordered; raise NotFound, or Conflict when it has ended or moved on meanwhile."""
        with self.store.reading() as read:
            view = self.sandboxes.view(read, sandbox)
            case = read.case(sandbox, provider, case_id, view.now)
        if case is None:
            raise NotFound("case", case_id)
        if case.state not in (State.WAITING, State.OPEN, State.PROCESSING):
            raise Conflict(f"the case is {case.state} already")
        moved = self._take_one(plan_end(self.rules, view, case, order))
        if moved is None:
            raise Conflict("the case moved on meanwhile: look again")
        self.sandboxes.strikes.take_back((sandbox, provider, case_id))  # it was to end by an order anyway
        return moved.case

    def complete_early(self, case: Case, faults: Sequence[str]) -> None:
        """End a case that was just opened as it would end later, unless it has ended meanwhile.

        `faults` are the names of the faults that order this; its webhook carries them.
        """
        with self.store.reading() as read:
            view = self.sandboxes.view(read, case.sandbox)
            # Read it back: the store does not keep the parts of a decision that only the schedule needed.
            stored = read.case_even_expired(case.sandbox, case.provider, case.id, view.now)
        if stored and stored.due_at is not None:
            self._take_one(plan_end(self.rules, view, stored, faults=faults))

    def _tell(self, step: Step, moved: Moved) -> None:
        """Log the end of a case, and wake the requests that wait for webhooks; do nothing for a step before the end."""
        if step.webhook is None:
            return
        _log_end(moved, step.webhook)
        if not any(delivery.due_at for delivery in moved.deliveries):
            self.turns.done()
        self.news.send()

    def _write(self, tx: Transaction, step: Step) -> Moved | None:
        """Write the step and its webhook together; return None when the case was reset or moved on meanwhile."""
        after = step.after
        if not tx.save_case(step.before, after, step.view.born, advancing=step.advancing):
            return None
        self._use_up(tx, step)
        deliveries = self._write_webhooks(tx, step.view, step.delivery) if step.delivery else ()
        settled = after.due_at is None and all(each.due_at is None for each in deliveries)
        if settled and tx.asks_to_expire(after.sandbox, after.provider, after.id):
            tx.expire_settled(after.sandbox, after.provider, after.id, after.updated_at)
        return Moved(after, deliveries)

    def _use_up(self, tx: Transaction, step: Step) -> None:
        """Store that faults changed how a case ends, and move the clock that one made jump."""
        if step.ending is None:
            return
        present = self.sandboxes.view(tx, step.view.name)
        self.sandboxes.trigger(tx, present, AT_THE_END, step.ending)
        for fault in [each for each in step.struck if each.is_standing]:
            self.sandboxes.strikes.note(fault.kind)
        if step.jumps and step.view.now > present.now:
            self.sandboxes.set_clock(tx, present, step.view.clock, advancing=present.advancing)

    def _write_webhooks(self, tx: Transaction, view: SandboxView, delivery: Delivery) -> Sequence[Delivery]:
        """Write the webhook with the sandbox's faults applied, and return the deliveries it became."""
        if view.settings.faults:  # another transaction may have used them up since the view was read
            view = self.sandboxes.view(tx, view.name)
        deliveries = apply_webhook_faults(self.sandboxes, tx, view, delivery)
        for each in deliveries:
            tx.add_delivery(each)
        if any(each.state is DeliveryState.INBOX for each in deliveries):
            tx.release_held(delivery, delivery.created_at)
        return deliveries


def _log_end(moved: Moved, webhook: RenderedWebhook | NoWebhook) -> None:
    case = moved.case
    subject = f"{case.provider} case {case.id} in sandbox {case.sandbox} {case.state}"
    if isinstance(webhook, NoWebhook):
        consequence = f"no webhook: {webhook.reason}"
    else:
        consequence = f"webhook to {masked_url(webhook.url or 'the inbox')}"
        triggered = [name for delivery in moved.deliveries for name in delivery.faults]
        consequence += f" (faults: {', '.join(dict.fromkeys(triggered))})" if triggered else ""
    rule, fields = case.decision.rule, _log_fields(moved)
    log.info("%s, %s (rule: %s); %s", subject, case.outcome, rule, consequence, extra=fields)


def _log_fields(moved: Moved) -> dict[str, object]:
    """Return what a line of the log is about; a webhook's repetitions by faults are left to the outbox."""
    case, first = moved.case, next(iter(moved.deliveries), None)
    delivery_id = first.id if first else None
    return {"sandbox": case.sandbox, "provider": case.provider, "case_id": case.id, "delivery_id": delivery_id}

"""Take due cases through their steps: work starts, then the case ends and its webhook is written."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery, DeliveryState, NoWebhook, RenderedWebhook
from emulator.core.errors import Conflict, NotFound, StoreUnavailable
from emulator.core.model import Case, CompletionOrder, State, is_stored_id
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.core.webhook_faults import apply_webhook_faults
from emulator.masking import masked_url

log = logging.getLogger("emulator.cases")
BATCH = 100
POSTPONED = timedelta(minutes=1)


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

    def complete_due(self) -> int:
        """Take up to 100 due cases through every step that is due, and return how many cases that were."""
        with self.store.reading() as read:
            due = read.due_cases(self.clock.now(), BATCH)
        for sandbox, provider, case_id in due:
            self._safely(self._run, sandbox, provider, case_id)
        return len(due)

    def step_safely(self, view: SandboxView, provider: str, case_id: int) -> Moved | None:
        """Take a due case one step further, for the time machine; return None when it did not move or failed."""

        def step(sandbox: str, provider: str, case_id: int) -> Moved | None:
            with self.store.reading() as read:
                case = read.case_even_expired(sandbox, provider, case_id)
            return self._step(view, case) if case else None

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
            log.exception(
                "%s case %s in sandbox %s: tried again in a minute",
                provider,
                case_id,
                sandbox,
                extra={"sandbox": sandbox, "provider": provider, "case_id": case_id},
            )
            with self.store.transaction() as tx:
                tx.postpone_case(sandbox, provider, case_id, self.sandboxes.view(tx, sandbox).now + POSTPONED)
            return None

    def _run(self, sandbox: str, provider: str, case_id: int) -> Moved | None:
        """Take a due case through every step that is due, and return the last one."""
        with self.store.reading() as read:
            view = self.sandboxes.view(read, sandbox)
            case = read.case_even_expired(sandbox, provider, case_id)  # an expired case still owes its webhook
        moved = None
        while case and (step := self._step(view, case)):
            moved, case = step, step.case
        return moved

    def _step(self, view: SandboxView, case: Case) -> Moved | None:
        """Take a case one step further; return None when it is not due, was reset, or has moved on meanwhile."""
        if case.due_at is None or case.due_at > view.now:
            return None
        if case.state is State.OPEN:
            working = replace(case, state=State.PROCESSING, due_at=case.finish_at, updated_at=view.now)
            return self._save(view, case, working, None)
        return self._finish(view, case)

    def complete(self, sandbox: str, provider: str, case_id: int, order: CompletionOrder) -> Case:
        """End a case now, as ordered; raise NotFound, or Conflict when it has ended or moved on meanwhile."""
        if not is_stored_id(case_id):
            raise NotFound("case", case_id)
        with self.store.reading() as read:
            view = self.sandboxes.view(read, sandbox)
            case = read.case(sandbox, provider, case_id, view.now)
        if case is None:
            raise NotFound("case", case_id)
        if case.state not in (State.OPEN, State.PROCESSING):
            raise Conflict(f"the case is {case.state} already")
        moved = self._finish(view, case, order)
        if moved is None:
            raise Conflict("the case moved on meanwhile: look again")
        return moved.case

    def complete_early(self, case: Case, faults: Sequence[str]) -> None:
        """End a case that was just opened as it would end later, unless it has ended meanwhile.

        `faults` are the names of the faults that order this; its webhook carries them.
        """
        with self.store.reading() as read:
            view = self.sandboxes.view(read, case.sandbox)
            # Read it back: the store does not keep the parts of a decision that only the schedule needed.
            stored = read.case_even_expired(case.sandbox, case.provider, case.id)
        if stored and stored.due_at is not None:
            self._finish(view, stored, faults=faults)

    def _finish(
        self, view: SandboxView, case: Case, order: CompletionOrder | None = None, faults: Sequence[str] = ()
    ) -> Moved | None:
        rules = self.sandboxes.provider_rules[case.provider]
        ended = _ended(replace(case, decision=order.decision) if order else case, view.now)
        done = rules.conclude(ended, _seeded_random(case, view.settings.seed, "case"))
        done = order.amend(done) if order else done
        event_id = _seeded_random(case, view.settings.seed, "event").uuid("id")
        webhook = rules.render_webhook(done, view.settings, event_id)
        delivery = _delivery(done, webhook, event_id, view.now) if isinstance(webhook, RenderedWebhook) else None
        moved = self._save(view, case, done, delivery and replace(delivery, faults=tuple(faults)))
        if moved:
            _log_end(moved, webhook)
            self.wake(self.clock.now())
            self.news.send()
        return moved

    def _save(self, view: SandboxView, before: Case, after: Case, delivery: Delivery | None) -> Moved | None:
        """Write the step and its webhook together; return None when the case was reset or moved on meanwhile."""
        with self.store.transaction() as tx:
            if not tx.save_case(before, after, view.born):
                return None
            deliveries = self._write_webhooks(tx, view, delivery) if delivery else ()
            settled = after.due_at is None and all(each.due_at is None for each in deliveries)
            if settled and after.retention_days == 0:
                tx.expire_case(after.sandbox, after.provider, after.id, after.updated_at)
            return Moved(after, deliveries)

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


def _seeded_random(case: Case, seed: int, purpose: str) -> SeededRandom:
    # The key contains the time of creation, so that case 1 of the next start has another event id:
    # a receiver that remembers event ids must not take its webhook for a repetition.
    created = int(case.created_at.timestamp() * 1_000_000)
    key = f"{case.provider}/{case.id}/{created}/{purpose}"
    return SeededRandom(seed=seed, sandbox=case.sandbox, key=key)


def _ended(case: Case, now: datetime) -> Case:
    state = State.FAILED if case.decision.failed else State.COMPLETED
    return replace(case, state=state, outcome=case.decision.outcome, due_at=None, updated_at=now)


def _delivery(case: Case, webhook: RenderedWebhook, event_id: str, now: datetime) -> Delivery:
    return Delivery(
        id=event_id,
        sandbox=case.sandbox,
        provider=case.provider,
        case_id=case.id,
        event=webhook.event,
        url=webhook.url,
        headers=webhook.headers,
        body=webhook.body,
        state=DeliveryState.SCHEDULED if webhook.url else DeliveryState.INBOX,
        created_at=now,
        due_at=now if webhook.url else None,
    )


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

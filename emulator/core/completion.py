"""Take every case that is due its next step: work on it starts, then it ends and its webhook is born."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery, DeliveryState, NoWebhook, RenderedWebhook, without_password
from emulator.core.errors import Conflict, NotFound
from emulator.core.model import Case, CompletionOrder, State
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.core.webhook_faults import apply_webhook_faults

log = logging.getLogger("emulator.cases")
BATCH = 100
POSTPONED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """A case after a step, and the webhooks that were born of it."""

    case: Case
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Moves cases on when their time has come."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]
    news: Signal

    def complete_due(self) -> int:
        """Take up to a hundred due cases as far as they are due; return how many there were."""
        with self.store.reading() as read:
            due = read.due_cases(self.clock.now(), BATCH)
        for sandbox, provider, case_id in due:
            self._safely(self._run, sandbox, provider, case_id)
        return len(due)

    def step_safely(self, view: SandboxView, provider: str, case_id: int) -> Moved | None:
        """Take a due case one step further, for whoever runs the sandbox's time step by step."""

        def step(sandbox: str, provider: str, case_id: int) -> Moved | None:
            with self.store.reading() as read:
                case = read.case_even_expired(sandbox, provider, case_id)
            return self._step(view, case) if case else None

        return self._safely(step, view.name, provider, case_id)

    def _safely(
        self, step: Callable[[str, str, int], Moved | None], sandbox: str, provider: str, case_id: int
    ) -> Moved | None:
        """Do it; a case that cannot be moved now must not hold up the others, nor be lost."""
        try:
            return step(sandbox, provider, case_id)
        except Exception:
            log.exception("%s case %s in sandbox %s: tried again in a minute", provider, case_id, sandbox)
            with self.store.transaction() as tx:
                tx.postpone_case(sandbox, provider, case_id, self.sandboxes.view(tx, sandbox).now + POSTPONED)
            return None

    def _run(self, sandbox: str, provider: str, case_id: int) -> Moved | None:
        """Take a due case further, step by step, until nothing more is due of it."""
        with self.store.reading() as read:
            view = self.sandboxes.view(read, sandbox)
            case = read.case_even_expired(sandbox, provider, case_id)  # its webhook is due all the same
        moved = None
        while case and (step := self._step(view, case)):
            moved, case = step, step.case
        return moved

    def _step(self, view: SandboxView, case: Case) -> Moved | None:
        """Take a case one step further; None: it is not due, was reset, or had moved on."""
        if case.due_at is None or case.due_at > view.now:
            return None
        if case.state is State.OPEN:
            working = replace(case, state=State.PROCESSING, due_at=case.finish_at, updated_at=view.now)
            return self._save(view, case, working, None)
        return self._finish(view, case)

    def complete(self, sandbox: str, provider: str, case_id: int, order: CompletionOrder) -> Case:
        """End that case now, as ordered; raises NotFound, or Conflict when it has ended already."""
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
        """End a case that was opened just now, as it would end later, unless it has ended meanwhile."""
        with self.store.reading() as read:
            view = self.sandboxes.view(read, case.sandbox)
            kept = read.case_even_expired(case.sandbox, case.provider, case.id)  # without what only its schedule needed
        if kept and kept.due_at is not None:
            self._finish(view, kept, faults=faults)

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
            _tell(moved, webhook)
            self.wake(self.clock.now())
            self.news.send()
        return moved

    def _save(self, view: SandboxView, before: Case, after: Case, delivery: Delivery | None) -> Moved | None:
        """Write the step and its webhook together, unless the case was reset or moved on meanwhile."""
        with self.store.transaction() as tx:
            if not tx.save_case(before, after, view.born):
                return None
            deliveries = self._write_webhooks(tx, view, delivery) if delivery else ()
            settled = after.due_at is None and all(sent.due_at is None for sent in deliveries)
            if settled and after.retention_days == 0:
                tx.expire_case(after.sandbox, after.provider, after.id, after.updated_at)
            return Moved(after, deliveries)

    def _write_webhooks(self, tx: Transaction, view: SandboxView, delivery: Delivery) -> Sequence[Delivery]:
        """Write the webhook, as the faults of its sandbox leave it."""
        if view.settings.faults:  # which others may have used up meanwhile
            view = self.sandboxes.view(tx, view.name)
        deliveries = apply_webhook_faults(self.sandboxes, tx, view, delivery)
        for sent in deliveries:
            tx.add_delivery(sent)
        if any(sent.state is DeliveryState.INBOX for sent in deliveries):
            tx.release_held(delivery, delivery.created_at)
        return deliveries


def _seeded_random(case: Case, seed: int, what: str) -> SeededRandom:
    # The moment of creation is part of the key, so that the first case of the next start is another
    # event: a receiver that remembers event ids must not take it for a repetition.
    born = int(case.created_at.timestamp() * 1_000_000)
    key = f"{case.provider}/{case.id}/{born}/{what}"
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


def _tell(moved: Moved, webhook: RenderedWebhook | NoWebhook) -> None:
    case = moved.case
    what = f"{case.provider} case {case.id} in sandbox {case.sandbox} {case.state}"
    if isinstance(webhook, NoWebhook):
        fate = f"no webhook: {webhook.reason}"
    else:
        fate = f"webhook to {without_password(webhook.url or 'the inbox')}"
        triggered = [name for sent in moved.deliveries for name in sent.faults]
        fate += f" (faults: {', '.join(dict.fromkeys(triggered))})" if triggered else ""
    log.info("%s, %s (rule: %s); %s", what, case.outcome, case.decision.rule, fate)

"""Plan the steps of a case: work starts, then the case ends and its webhook is rendered. Nothing is stored here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from emulator.core.deliveries import Delivery, DeliveryState, NoWebhook, RenderedWebhook
from emulator.core.faults import Fault, FaultContext
from emulator.core.lies import ClockJump, ending_hits, jumped, told_case, told_decision
from emulator.core.model import Case, CompletionOrder, State
from emulator.core.ports import ProviderRules
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.quick_dataclass import dataclass

Rules = Mapping[str, ProviderRules]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step that a case is to take; with its webhook, when it ends."""

    view: SandboxView
    before: Case
    after: Case
    webhook: RenderedWebhook | NoWebhook | None = None
    delivery: Delivery | None = None
    advancing: bool | None = None  # only while this is so of the sandbox's clock
    struck: tuple[Fault, ...] = ()  # the faults that changed how this case ends
    ending: FaultContext | None = None  # what such faults are matched with

    @property
    def jumps(self) -> bool:
        """Whether the sandbox's clock jumps to the end of this case."""
        return any(fault.kind == ClockJump.kind for fault in self.struck)


def plan(rules: Rules, view: SandboxView, case: Case) -> Step | None:
    """Return the next step of a case; None when none is due."""
    if case.due_at is None or case.due_at > view.now:
        return None
    if case.state is State.OPEN:
        working = replace(case, state=State.PROCESSING, due_at=case.finish_at, updated_at=view.now)
        return Step(view=view, before=case, after=working, advancing=view.advancing)
    return replace(plan_end(rules, view, case), advancing=view.advancing)


def plan_all(rules: Rules, view: SandboxView, case: Case) -> list[Step]:
    """Return every step of a case that is due."""
    steps: list[Step] = []
    while step := plan(rules, view, case):
        steps.append(step)
        case = step.after
    return steps


def plan_end(
    rules: Rules, view: SandboxView, case: Case, order: CompletionOrder | None = None, faults: Sequence[str] = ()
) -> Step:
    """Return the end of a case, as decided or as ordered; `faults` are the names that its webhook carries.

    A planned fault may have it end otherwise.
    """
    step = _plan_end(rules, view, case, order, faults)
    if not view.settings.all_faults:
        return step
    step = replace(step, ending=_context(step))
    for hit in ending_hits(view, case, step.ending or _context(step)):
        step = _changed(rules, step, hit.fault, order)
    return step


def _context(step: Step) -> FaultContext:
    body = step.delivery.body if step.delivery else b"null"
    return FaultContext(provider=step.before.provider, path=None, document=lambda: json.loads(body))


def _changed(rules: Rules, step: Step, fault: Fault, order: CompletionOrder | None) -> Step:
    """Return the end of a case as this fault has it; the same where it changes nothing."""
    struck, names = (*step.struck, fault), (*(step.delivery.faults if step.delivery else ()), fault.name)
    if fault.kind == ClockJump.kind:
        again = _plan_end(rules, jumped(fault, step.view, step.before), step.before, order, names)
    elif told := told_decision(fault, step.after.decision, step.after):
        amend = order.amend if order else lambda case: case
        again = _plan_end(rules, step.view, step.before, CompletionOrder(told, amend), names)
    elif (other := told_case(fault, step.after)) != step.after:
        webhook, delivery = _webhook(rules, step.view, step.after, other)
        if delivery is None or (step.delivery and delivery.body == step.delivery.body):
            return step
        again = replace(step, webhook=webhook, delivery=replace(delivery, faults=names))
    else:
        return step
    return replace(again, struck=struck, ending=step.ending)


def _webhook(
    rules: Rules, view: SandboxView, case: Case, told: Case
) -> tuple[RenderedWebhook | NoWebhook, Delivery | None]:
    """Return the webhook of an ended case and its delivery, None without one; the body is rendered from `told`."""
    event_id = _seeded_random(case, view.settings.seed, "event").uuid("id")
    webhook = rules[case.provider].render_webhook(told, view.settings, event_id)
    return webhook, _delivery(case, webhook, event_id, view.now) if isinstance(webhook, RenderedWebhook) else None


def _plan_end(
    rules: Rules, view: SandboxView, case: Case, order: CompletionOrder | None, faults: Sequence[str]
) -> Step:
    ended = _ended(replace(case, decision=order.decision) if order else case, view.now)
    done = rules[case.provider].conclude(ended, _seeded_random(case, view.settings.seed, "case"))
    done = order.amend(done) if order else done
    webhook, delivery = _webhook(rules, view, done, done)
    delivery = delivery and replace(delivery, faults=tuple(faults))
    return Step(view=view, before=case, after=done, webhook=webhook, delivery=delivery)


def _seeded_random(case: Case, seed: int, purpose: str) -> SeededRandom:
    # The key contains the time of creation, so that case 1 of the next start has another event id:
    # a receiver that remembers event ids must not take its webhook for a repetition.
    created = int(case.created_at.timestamp() * 1_000_000)
    key = f"{case.provider}/{case.id}/{created}/{purpose}"
    # A case that ended, was opened again by a further check and ends once more is another event.
    key += f"/{case.revision}" if case.revision else ""
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

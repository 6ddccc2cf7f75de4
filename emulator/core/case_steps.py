"""Plan the steps of a case: work starts, then the case ends and its webhook is rendered. Nothing is stored here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from emulator.core.deliveries import Delivery, DeliveryState, NoWebhook, RenderedWebhook
from emulator.core.model import Case, CompletionOrder, State
from emulator.core.ports import ProviderRules
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView

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
    """Return the end of a case, as decided or as ordered; `faults` are the names that its webhook carries."""
    ended = _ended(replace(case, decision=order.decision) if order else case, view.now)
    done = rules[case.provider].conclude(ended, _seeded_random(case, view.settings.seed, "case"))
    done = order.amend(done) if order else done
    event_id = _seeded_random(case, view.settings.seed, "event").uuid("id")
    webhook = rules[case.provider].render_webhook(done, view.settings, event_id)
    delivery = _delivery(done, webhook, event_id, view.now) if isinstance(webhook, RenderedWebhook) else None
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

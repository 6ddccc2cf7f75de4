"""How a case ends at Sphinx, and its webhook."""

from dataclasses import replace
from operator import attrgetter

from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case, Check, Outcome, State
from emulator.core.outcomes import worst
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.providers.sphinxhq import analyst
from emulator.providers.sphinxhq.drf import to_json
from emulator.providers.sphinxhq.generation import generation_of
from emulator.web.desk import Desk

EVENT = "case.completed"
DONE = (State.COMPLETED, State.FAILED)


def conclude(case: Case, random: SeededRandom) -> Case:
    """Return the case with a risk, and results of its checks; one check drawn by chance bears the decision.

    Checks that were done before keep their results: the case is as bad as its worst check.
    """
    for check in case.checks:
        analyst.texts_of(check.kind)  # a restored one of an unknown type is to be found here, not by a rerun
    earlier = [check for check in case.checks if check.state in DONE]
    waiting = [check for check in case.checks if check.state not in DONE]
    if case.state is State.FAILED:
        failed = [replace(check, state=State.FAILED, updated_at=case.updated_at) for check in waiting]
        return replace(case, checks=_in_order(earlier, failed))
    culprit = random.pick("culprit", range(len(waiting))) if waiting else 0
    concluded = [_conclude(case, i == culprit, check, random) for i, check in enumerate(waiting)]
    checks = _in_order(earlier, concluded)
    risks = [check.risk_score or 0.0 for check in checks]
    if not risks:
        ordered = case.decision.risk_score
        risks = [analyst.risk_score(case.outcome or Outcome.UNDECIDED, random) if ordered is None else ordered]
    decided = case.outcome or Outcome.UNDECIDED
    outcome = worst((decided, *(check.outcome or Outcome.UNDECIDED for check in earlier)))
    return replace(case, checks=checks, risk_score=max(risks), outcome=outcome)


def _in_order(*parts: list[Check]) -> tuple[Check, ...]:
    return tuple(sorted((check for part in parts for check in part), key=attrgetter("id")))


def _conclude(case: Case, is_culprit: bool, check: Check, random: SeededRandom) -> Check:
    outcome = (case.outcome or Outcome.UNDECIDED) if is_culprit else Outcome.APPROVED
    drawn = replace(random, key=f"{random.key}/check/{check.id}")
    ordered, risk = case.decision.risk_score, analyst.risk_score(outcome, drawn)
    if ordered is not None:  # so that it becomes the case's risk, which is the highest of its checks'
        risk = ordered if is_culprit else min(risk, ordered)
    is_company = case.client.kind == "COMPANY"
    title, note, reasoning = analyst.write(check.kind, outcome, case.client.name, drawn, is_company=is_company)
    return replace(
        check,
        state=State.COMPLETED,
        outcome=outcome,
        risk_score=risk,
        title=title,
        note=note,
        reasoning=reasoning,
        updated_at=case.updated_at,
    )


def render(case: Case, settings: SandboxSettings, event_id: str, desk: Desk) -> RenderedWebhook | NoWebhook:
    """Return the case as a read of its generation does, to its own URL: without envelope, event id or signature."""
    body = to_json(generation_of(case).render_case(case, desk.switches)).encode()
    return RenderedWebhook(
        event=EVENT, url=case.webhook_url or None, headers={"Content-Type": "application/json"}, body=body
    )

"""How a case ends at Sphinx, and its webhook."""

from dataclasses import replace

from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case, Check, Outcome, State
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.providers.sphinxhq import analyst
from emulator.providers.sphinxhq.drf import to_json
from emulator.providers.sphinxhq.responses import render_case
from emulator.web.desk import Desk

EVENT = "case.completed"


def conclude(case: Case, random: SeededRandom) -> Case:
    """Return the case with a risk, and results of its checks; one check drawn by chance bears the decision."""
    if case.state is State.FAILED:
        failed = (replace(c, state=State.FAILED, updated_at=case.updated_at) for c in case.checks)
        return replace(case, checks=tuple(failed))
    culprit = random.pick("culprit", range(len(case.checks))) if case.checks else 0
    checks = tuple(_conclude(case, i == culprit, check, random) for i, check in enumerate(case.checks))
    risks = [check.risk_score or 0.0 for check in checks]
    if not risks:
        ordered = case.decision.risk_score
        risks = [analyst.risk_score(case.outcome or Outcome.UNDECIDED, random) if ordered is None else ordered]
    return replace(case, checks=checks, risk_score=max(risks))


def _conclude(case: Case, is_culprit: bool, check: Check, random: SeededRandom) -> Check:
    outcome = (case.outcome or Outcome.UNDECIDED) if is_culprit else Outcome.APPROVED
    drawn = replace(random, key=f"{random.key}/check/{check.id}")
    ordered, risk = case.decision.risk_score, analyst.risk_score(outcome, drawn)
    if ordered is not None:  # so that it becomes the case's risk, which is the highest of its checks'
        risk = ordered if is_culprit else min(risk, ordered)
    title, note, reasoning = analyst.write(check.kind, outcome, case.client.name, drawn)
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
    """Return the case as a read does, as a webhook to its own URL: without envelope, event id or signature."""
    body = to_json(render_case(case)).encode()
    return RenderedWebhook(
        event=EVENT, url=case.webhook_url or None, headers={"Content-Type": "application/json"}, body=body
    )

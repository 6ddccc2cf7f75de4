"""How a case ends at APLYiD, and the `case.completed` webhook."""

from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case, Outcome
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.providers.aplyid.responses import case_status, flow_id, flow_url, to_json
from emulator.providers.aplyid.ruby import is_blank
from emulator.providers.aplyid.schemas import APPROVALS
from emulator.web.desk import Desk

EVENT = "case.completed"


def conclude(case: Case, random: SeededRandom) -> Case:
    """Return the case as it is: this API tells only the decision."""
    return case


def render(case: Case, settings: SandboxSettings, event_id: str, desk: Desk) -> RenderedWebhook | NoWebhook:
    """Return the webhook to the integration's URL, in the documented key order; none without an external_id."""
    if is_blank(case.external_id):
        return NoWebhook("the case was created without activity.external_id")
    body = {
        "case_id": case.id,
        "external_id": case.external_id,
        "guided_flow_id": flow_id(case),
        "status": case_status(case),
        "case_url": flow_url(case, desk, "/overview"),
        "client": {
            "id": case.client.id,
            "name": case.client.name,
            "external_id": case.client.external_id,
            "approval_status": APPROVALS[case.outcome or Outcome.UNDECIDED],
        },
    }
    headers = {
        "Content-Type": "application/json",
        "X-Workflow-Event-Type": EVENT,
        "X-Workflow-Webhook-Id": event_id,
    }
    return RenderedWebhook(event=EVENT, url=settings.webhook_url, headers=headers, body=to_json(body).encode())

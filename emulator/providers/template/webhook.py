"""How a case ends, and its webhook."""

import json

from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.providers.template.schemas import render_case
from emulator.web.desk import Desk


def conclude(case: Case, random: SeededRandom) -> Case:
    """Return the case as it is: this API tells only the decision."""
    return case


def render(case: Case, settings: SandboxSettings, event_id: str, desk: Desk) -> RenderedWebhook | NoWebhook:
    """Return the webhook: the case to its own URL, else to that of the sandbox."""
    body = json.dumps({"event": event_id, "case": render_case(case)}).encode()
    url = case.webhook_url or settings.webhook_url
    return RenderedWebhook(event="case.completed", url=url, headers={"Content-Type": "application/json"}, body=body)

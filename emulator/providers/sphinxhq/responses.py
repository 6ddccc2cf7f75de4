"""The success answers of Sphinx; a case looks the same in create, read and webhook."""

import json

from flask import Response

from emulator.core.model import Case, Check, Outcome
from emulator.providers.sphinxhq.drf import moment_text, to_json
from emulator.providers.sphinxhq.schemas import KEPT_FOR_EVER, OUTCOMES, STATUSES
from emulator.web.short_response import ShortResponse


def drf_response(value: object, status: int) -> Response:
    """Return a JSON answer as the framework renders it."""
    body = to_json(value).encode("utf-8", "backslashreplace")  # half a surrogate pair stays an escape
    return ShortResponse(body, status, content_type="application/json")


def render_case(case: Case) -> dict[str, object]:
    """Return the case as documented, in the documented key order."""
    details = json.loads(case.details)
    return {
        "id": case.id,
        "customer": {
            "id": case.client.id,
            "full_name": case.client.name,
            "external_id": case.client.external_id,
            "customer_type": case.client.kind,
        },
        "notes": details.get("notes"),
        "risk_score": case.risk_score,
        "outcome": OUTCOMES[case.outcome or Outcome.UNDECIDED],
        "status": STATUSES[case.state],
        "created_at": moment_text(case.created_at),
        "updated_at": moment_text(case.updated_at),
        "checks": [_render_check(check) for check in case.checks],
        "webhook_url": case.webhook_url,
        "delete_after": details["delete_after"],
        "rfi": details.get("rfi"),
    }


def _render_check(check: Check) -> dict[str, object]:
    details = json.loads(check.details)
    return {
        "id": check.id,
        "risk_score": check.risk_score,
        "title": check.title,
        "note": check.note,
        "reasoning": check.reasoning,
        "outcome": OUTCOMES[check.outcome or Outcome.UNDECIDED],
        "status": STATUSES[check.state],
        "created_at": moment_text(check.created_at),
        "updated_at": moment_text(check.updated_at),
        "input_details": details.get("input_details"),
        "check_type": check.kind,
        "delete_after": details.get("delete_after", KEPT_FOR_EVER),
    }

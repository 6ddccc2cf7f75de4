"""The success answers of APLYiD, and JSON as Rails writes it."""

import json

from flask import Response

from emulator.core.model import Case, State
from emulator.web.desk import Desk
from emulator.web.json_text import writer
from emulator.web.short_response import ShortResponse

JSON = "application/json; charset=utf-8"
# In the service's printed sample, case 1024 has guided flow 5567; each new case takes one number of both.
FLOW_OFFSET = 5567 - 1024
FLOW_PATH = "/guided_flows/standard"
REAL_APP = "https://workflow.aplyid.com"


def to_json(value: object) -> str:
    """Return JSON as Rails writes it: compact, and safe inside HTML."""
    text = write_json(value)
    for character, escape in HTML_ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    return text


write_json = writer(ensure_ascii=False, separators=(",", ":"))
IN_PROGRESS = '"status": "in_progress"'
HTML_ESCAPES = [(c, f"\\u{ord(c):04x}") for c in "&<>\u2028\u2029"]


def rails_response(value: object, status: int) -> Response:
    """Return a JSON answer of the application itself."""
    body = to_json(value).encode("utf-8", "backslashreplace")  # half a surrogate pair stays an escape
    return ShortResponse(body, status, content_type=JSON)


def flow_id(case: Case) -> int:
    """Return the number of the case's guided flow."""
    return case.id + FLOW_OFFSET


def flow_url(case: Case, desk: Desk, rest: str) -> str:
    """Return a link to the case's guided flow on this emulator, or, by the switch case-url, on the service's host."""
    path = f"{FLOW_PATH}/{flow_id(case)}{rest}"
    return f"{REAL_APP}{path}" if desk.switches["case-url"] == "real" else desk.links.to_case(case, path)


def case_status(case: Case) -> str:
    """Return the service's word for the state of the case; a failed case is `completed`."""
    if case.state in (State.COMPLETED, State.FAILED):
        return "completed"
    if IN_PROGRESS in case.details:  # most are, and nothing in the details has a key of that name but the case
        return "in_progress"
    status: str = json.loads(case.details).get("status", "in_progress")
    return status


def render_case(case: Case, desk: Desk) -> dict[str, object]:
    """Return the documented answer to Create Case, in its key order."""
    return {
        "case_id": case.id,
        "external_id": case.external_id,
        "guided_flow_id": flow_id(case),
        "status": case_status(case),
        "case_url": flow_url(case, desk, "?position=1"),
        "client": {
            "id": case.client.id,
            "external_id": case.client.external_id,
            "name": case.client.name,
            "approval_status": "no_decision_yet",  # the decision comes with the webhook
        },
    }

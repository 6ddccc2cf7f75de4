"""The analyst's view of a case: each check with its risk, and what was written about it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app
from werkzeug.exceptions import NotFound

from emulator.ui.asking import Asker, Refused
from emulator.ui.flow_visit import Line, case_line
from emulator.ui.page import page, sandbox

# Up to there a risk is low, and up to there it is of note.
LOW, NOTABLE = 0.35, 0.7
WORDS = {"approved": "Accepted", "denied": "Rejected", "undecided": "Pending"}


def show(asker: Asker, provider: str, case_id: int) -> Response:
    """The page of that case; raises NotFound for one that is not there."""
    path = f"/sandboxes/{sandbox()}/cases/{provider}/{case_id}"
    try:
        case = asker.get(path)
    except Refused as refused:
        if refused.status == 404:
            raise NotFound from refused
        raise
    checks = [
        {**check, "line": check_line(check), "level": level(check["risk_score"])} for check in _checks(asker, path)
    ]
    frame = current_app.jinja_env.select_template(["demo_frame.html"])
    told = {"case": case, "line": case_line(case), "checks": checks, "level": level(case["risk_score"])}
    return page(asker, "analyst.html", f"Case {case_id}, {case['client']['name']}", frame=frame, **told)


def _checks(asker: Asker, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asker.get(f"{path}/checks")["checks"]
    return found


def level(risk: float | None) -> str:
    """A risk in a word, which is also the name of its colour."""
    if risk is None:
        return "unknown"
    return "low" if risk <= LOW else "medium" if risk <= NOTABLE else "high"


def check_line(check: Mapping[str, Any]) -> Line:
    """Where a check stands."""
    if check["state"] == "completed":
        outcome = check["outcome"] or "undecided"
        return Line(mark=outcome, title=WORDS[outcome])
    if check["state"] == "failed":
        return Line(mark="denied", title="Broke down")
    return Line(mark="progress", title="In progress")

"""What a case of the model reads like: the documents that the two APIs send, told again without the emulator's code."""

import json
from datetime import datetime
from typing import Any

State = dict[str, Any]
APPROVALS = {"approved": "approved", "denied": "denied", "undecided": "no_decision_yet", None: "no_decision_yet"}
OUTCOMES = {"approved": "ACCEPTED", "denied": "REJECTED", "undecided": "PENDING", None: "PENDING"}
STATUSES = {"open": "PENDING", "processing": "PROCESSING", "completed": "COMPLETED", "failed": "ERROR"}
RISKS = {"approved": (0.01, 0.35), "undecided": (0.4, 0.7), "denied": (0.75, 0.99)}
MADE_UP = "made up"  # an external id that nobody looked at yet
CHECK_TEXTS = ("title", "note", "reasoning")


def told(moment: datetime | None) -> str | None:
    """A moment as every document of the emulator writes it."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z") if moment else None


def compact(value: Any) -> bytes:
    """JSON as it is on the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def merged(value: Any, change: Any) -> Any:
    """What a fault makes of a body: objects merged, all else replaced."""
    if not isinstance(value, dict) or not isinstance(change, dict):
        return change
    return {**value, **{name: merged(value.get(name), new) for name, new in change.items()}}


def aplyid_case(case: State, client: State, address: str, sandbox: str, *, ended: bool) -> State:
    """The answer to Create Case, or with `ended` the webhook."""
    flow = case["id"] + 4543
    link = f"{address}/s/{sandbox}/guided_flows/standard/{flow}" + ("/overview" if ended else "?position=1")
    head = {"case_id": case["id"], "external_id": case["external_id"], "guided_flow_id": flow}
    approval = APPROVALS[case["outcome"]] if ended else "no_decision_yet"
    who = {"id": client["id"], "external_id": client["external_id"], "name": client["name"]}
    if ended:  # the printed webhook has another order
        who = {"id": client["id"], "name": client["name"], "external_id": client["external_id"]}
    status = "completed" if ended else case["status"]
    return {**head, "status": status, "case_url": link, "client": {**who, "approval_status": approval}}


def _moment(moment: datetime) -> str:
    """A moment as Sphinx writes it: without a fraction that is zero."""
    return moment.isoformat().replace("+00:00", "Z")


def sphinxhq_case(case: State, client: State) -> State:
    """The same in every answer, in reads and in the webhook."""
    return {
        "id": case["id"],
        "customer": {
            "id": client["id"],
            "full_name": client["name"],
            "external_id": client["external_id"],
            "customer_type": client["kind"],
        },
        "notes": case["notes"],
        "risk_score": case["risk"],
        "outcome": OUTCOMES[case["outcome"]],
        "status": STATUSES[case["state"]],
        "created_at": _moment(case["created"]),
        "updated_at": _moment(case["updated"]),
        "checks": [_check(check, case["state"]) for check in case["checks"]],
        "webhook_url": case["webhook_url"],
        "delete_after": -1 if case["days"] is None else case["days"],
        "rfi": None,
    }


def _check(check: State, case_state: str) -> State:
    is_worked_on = case_state == "processing" and check["state"] == "open"
    return {
        "id": check["id"],
        "risk_score": check["risk_score"],
        **{name: check[name] for name in CHECK_TEXTS},
        "outcome": OUTCOMES[check["outcome"]],
        "status": STATUSES["processing" if is_worked_on else check["state"]],
        "created_at": _moment(check["created"]),
        "updated_at": _moment(check["updated"]),
        "input_details": None,
        "check_type": check["kind"],
        "delete_after": -1,
    }

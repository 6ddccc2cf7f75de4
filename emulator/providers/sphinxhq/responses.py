"""The success answers of Sphinx; a case looks the same in create, read and webhook."""

from collections.abc import Mapping

from flask import Response

from emulator.core.case_file import CaseHead, Document, FiledCheck
from emulator.core.model import Case, Check, Client, Outcome, State
from emulator.providers.sphinxhq.drf import moment_text, to_json
from emulator.providers.sphinxhq.payloads import KEPT_FOR_EVER, read_details
from emulator.providers.sphinxhq.schemas import OUTCOMES, STATUSES
from emulator.web.short_response import ShortResponse


def drf_response(value: object, status: int) -> Response:
    """Return a JSON answer as the framework renders it."""
    body = to_json(value).encode("utf-8", "backslashreplace")  # half a surrogate pair stays an escape
    return ShortResponse(body, status, content_type="application/json")


def render_case(case: Case, switches: Mapping[str, str]) -> dict[str, object]:
    """Return the case as documented, in the documented key order."""
    details = read_details(case.details)
    return {
        "id": case.id,
        "customer": render_customer_head(case.client),
        "notes": details.get("notes"),
        "risk_score": case.risk_score,
        "outcome": outcome_word(case.outcome, switches),
        "status": STATUSES[case.state],
        "created_at": moment_text(case.created_at),
        "updated_at": moment_text(case.updated_at),
        "checks": [{"id": check.id, **render_result(check, switches, case.state)} for check in case.checks],
        "webhook_url": case.webhook_url,
        "delete_after": details.get("delete_after", KEPT_FOR_EVER),
        "rfi": details.get("rfi"),
    }


def render_check(filed: FiledCheck, switches: Mapping[str, str]) -> dict[str, object]:
    """Return a check as it is created, read and listed: with the head of its case."""
    head = render_case_head(filed.case, switches)
    return {"id": filed.check.id, "case": head, **render_result(filed.check, switches, filed.case.state)}


def render_case_head(case: CaseHead, switches: Mapping[str, str]) -> dict[str, object]:
    """Return what a check shows of its case."""
    return {
        "id": case.id,
        "customer": render_customer_head(case.client),
        "outcome": outcome_word(case.outcome, switches),
        "risk_score": case.risk_score,
    }


def render_customer_head(client: Client) -> dict[str, object]:
    """Return what a case shows of its customer."""
    return {
        "id": client.id,
        "full_name": client.name,
        "external_id": client.external_id,
        "customer_type": client.kind,
    }


def render_result(check: Check, switches: Mapping[str, str], case_state: State) -> dict[str, object]:
    """Return all of a check but its id; one that is not done yet is worked on as soon as its case is."""
    details = read_details(check.details)
    return {
        "risk_score": check.risk_score,
        "title": check.title,
        "note": check.note,
        "reasoning": check.reasoning,
        "outcome": outcome_word(check.outcome, switches),
        "status": STATUSES[work_state(check, case_state)],
        "created_at": moment_text(check.created_at),
        "updated_at": moment_text(check.updated_at),
        "input_details": details.get("input_details"),
        "check_type": check.kind,
        "delete_after": details.get("delete_after", KEPT_FOR_EVER),
    }


def work_state(check: Check, case_state: State) -> State:
    """Return the state of a check as its callers see it: that of its case, until it is done."""
    is_worked_on = case_state is State.PROCESSING and check.state is State.OPEN
    return State.PROCESSING if is_worked_on else check.state


def outcome_word(outcome: Outcome | None, switches: Mapping[str, str]) -> str | None:
    """Return the word for an outcome, or for none yet."""
    if outcome is None and switches["fresh-outcome"] == "null":
        return None
    return OUTCOMES[outcome or Outcome.UNDECIDED]


def render_customer(client: Client) -> dict[str, object]:
    """Return a customer as it is created, read and updated."""
    return {
        "id": client.id,
        "external_id": client.external_id,
        "full_name": client.name,
        "customer_type": client.kind,
        "input_details": read_details(client.details).get("input_details"),
        "delete_after": _days(client.retention_days),
        "created_at": moment_text(client.created_at),
        "updated_at": moment_text(client.updated_at),
        "parent": None,
    }


def render_document(document: Document, link: str) -> dict[str, object]:
    """Return a document as it is uploaded and read; `link` is where its placeholder can be seen."""
    return {
        "id": document.id,
        "check": document.check_id,
        "file": link,
        "original_name": document.name,
        "created_at": moment_text(document.created_at),
        "updated_at": moment_text(document.updated_at),
        "case": document.case_id,
        "customer": document.client_id,
        "delete_after": _days(document.retention_days),
    }


def _days(retention_days: int | None) -> int:
    return KEPT_FOR_EVER if retention_days is None else retention_days

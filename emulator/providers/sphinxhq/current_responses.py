"""The success answers of the current generation, as far as they differ from those of the first."""

import json
from collections.abc import Mapping
from functools import partial

from emulator.core.case_file import FiledCheck
from emulator.core.model import Case, Check, Client, State
from emulator.providers.sphinxhq import case_texts, responses
from emulator.providers.sphinxhq.customers import platforms_of
from emulator.providers.sphinxhq.drf import moment_text
from emulator.providers.sphinxhq.made_up_ids import external_id_of
from emulator.providers.sphinxhq.payloads import KEPT_FOR_EVER

CHECK_STATUSES = {
    State.WAITING: "PENDING",
    State.OPEN: "PENDING",
    State.PROCESSING: "DECIDING",
    State.COMPLETED: "DECIDED",
    State.FAILED: "ERROR",
}


def render_case(case: Case, switches: Mapping[str, str]) -> dict[str, object]:
    """Return the case in the key order that is assumed."""
    details = json.loads(case.details)
    render_result = partial(_render_result, switches=switches, case_state=case.state)
    return {
        "id": case.id,
        "external_id": external_id_of(case),
        "customer": responses.render_customer_head(case.client),
        "webhook_url": case.webhook_url,
        "note": case_texts.note_of(case),
        "risk_score": case.risk_score,
        "outcome": responses.outcome_word(case.outcome, switches),
        "is_complete": case.state is State.COMPLETED,
        "failed": case.state is State.FAILED,
        "rfi": case_texts.rfi_of(case, details.get("rfi")),
        "created_at": moment_text(case.created_at),
        "updated_at": moment_text(case.updated_at),
        "delete_after": details.get("delete_after", KEPT_FOR_EVER),
        "metadata": details.get("metadata", {}),
        "assignee": details.get("assignee"),
        "sync_platforms": details.get("sync_platforms", []),
        "checks": [{"id": check.id, **render_result(check)} for check in case.checks],
    }


def render_check(filed: FiledCheck, switches: Mapping[str, str]) -> dict[str, object]:
    """Return a check as it is created, read and listed: with the head of its case."""
    head = responses.render_case_head(filed.case, switches)
    return {"id": filed.check.id, "case": head, **_render_result(filed.check, switches, filed.case.state)}


def _render_result(check: Check, switches: Mapping[str, str], case_state: State) -> dict[str, object]:
    is_queued = case_state is State.OPEN and check.state is State.OPEN
    return {
        **responses.render_result(check, switches, case_state),
        "reasoning": check.reasoning.split("\n\n") if check.reasoning else [],
        "status": switches["queued-check"] if is_queued else CHECK_STATUSES[responses.work_state(check, case_state)],
    }


def render_customer(client: Client) -> dict[str, object]:
    """Return a customer as it is created, read and updated."""
    return {**responses.render_customer(client), "sync_platforms": platforms_of(client) or []}

"""Convert rows of documents, and of checks with their cases, into values of the core, and back."""

from dataclasses import asdict
from datetime import datetime

from emulator.core.case_file import CaseChange, CaseHead, Document, FiledCheck, NewDocument
from emulator.core.model import Case, Outcome, State
from emulator.core.sandbox_clock import from_micros, to_micros
from emulator.store.decision_rows import outcome_word_of, takes_of
from emulator.store.rows import (
    Params,
    Row,
    check_of,
    client_of,
    expiry,
    maybe_datetime,
    maybe_micros,
)


def document_params(sandbox: str, provider: str, document_id: int, document: NewDocument, now: datetime) -> Params:
    """Return the columns of a new document."""
    known = {"sandbox": sandbox, "provider": provider, "id": document_id, "now": to_micros(now)}
    return {**asdict(document), **known, "expires_at": expiry(document.retention_days, now)}


def document_of(row: Row) -> Document:
    """Read a document from its eleven columns."""
    return Document(
        id=row[0],
        name=row[1],
        media_type=row[2],
        size=row[3],
        digest=row[4],
        case_id=row[5],
        check_id=row[6],
        client_id=row[7],
        retention_days=row[8],
        created_at=from_micros(row[9]),
        updated_at=from_micros(row[10]),
    )


def filed_check_of(row: Row) -> FiledCheck:
    """Read a check, the head of its case and the client from a row of `check` or `list_checks`."""
    head = CaseHead(
        id=row[12],
        outcome=Outcome(row[13]) if row[13] else None,
        risk_score=row[14],
        archived_at=maybe_datetime(row[15]),
        state=State(row[16]),
        client=client_of(row[17:]),
    )
    return FiledCheck(check_of(row), head)


def reopened_params(case: Case) -> Params:
    """Return the columns of a case that an added check changes."""
    return {
        "sandbox": case.sandbox,
        "provider": case.provider,
        "id": case.id,
        "state": case.state,
        "outcome": case.outcome,
        "risk_score": case.risk_score,
        "rule": case.decision.rule,
        "ending": outcome_word_of(case.decision),
        "planned_risk": case.decision.risk_score,
        "updated_at": to_micros(case.updated_at),
        "due_at": maybe_micros(case.due_at),
        "finish_at": maybe_micros(case.finish_at),
        "revision": case.revision,
        "started_at": maybe_micros(case.started_at),
        "takes": takes_of(case.state, case.decision),
    }


def changed_params(before: Case, change: CaseChange, now: datetime) -> Params:
    """Return the columns of a case that a request changes; `unique_key` is that of the external id."""
    return {
        "sandbox": before.sandbox,
        "provider": before.provider,
        "id": before.id,
        "external_id": change.external_id,
        "unique_key": change.external_id,
        "webhook_url": change.webhook_url,
        "retention_days": change.retention_days,
        "details": change.details,
        "expires_at": expiry(change.retention_days, before.created_at),
        "updated_at": to_micros(now),
        "revision": before.revision + 1,
    }

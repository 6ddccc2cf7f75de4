"""Convert rows of clients, cases and checks into values of the core, and back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from emulator.core.model import (
    Case,
    Check,
    Client,
    ClientClaim,
    Decision,
    NewCase,
    NewCheck,
    NewClient,
    Outcome,
    Schedule,
    State,
)
from emulator.core.sandbox_clock import from_micros, to_micros
from emulator.core.snapshot_rows import Column
from emulator.store.decision_rows import decision_of, outcome_word_of, takes_of

Row = Sequence[Any]  # the columns of a query by position; each function here names the queries it reads
Params = dict[str, Column]  # the parameters of a query by name


def maybe_micros(moment: datetime | None) -> int | None:
    """Return the microseconds since 1970, or None for None."""
    return None if moment is None else to_micros(moment)


def maybe_flag(flag: bool | None) -> int | None:
    """Return 1 or 0, or None for None."""
    return None if flag is None else int(flag)


def maybe_datetime(micros: int | None) -> datetime | None:
    """Return the moment of so many microseconds since 1970, or None for None."""
    return None if micros is None else from_micros(micros)


def can_be_id(number: int) -> bool:
    """Return whether an id can be this number: the columns hold integers of 64 bits, and nothing has a longer one."""
    return -(2**63) <= number < 2**63


def listed(items: Collection[str]) -> str:
    """Join names to one text that a query can search: |a|b|."""
    return "".join(f"|{item}" for item in items) + "|"


def outcomes_param(outcomes: Collection[Outcome | None] | None) -> str | None:
    """Return outcomes as a query searches them; None for any."""
    return None if outcomes is None else listed([outcome or "" for outcome in outcomes])


def expiry(retention_days: int | None, created_at: datetime) -> int | None:
    """Return when days are over, in microseconds; None for never, and for 0: that depends on what else happens."""
    return to_micros(created_at + timedelta(days=retention_days)) if retention_days else None


def case_params(
    order: NewCase, case_id: int, client_id: int, schedule: Schedule | None, decision: Decision, now: datetime
) -> Params:
    """Return the columns of a new case."""
    return {
        "sandbox": order.sandbox,
        "provider": order.provider,
        "id": case_id,
        "client_id": client_id,
        "external_id": order.external_id,
        "state": order.state,
        "webhook_url": order.webhook_url,
        "retention_days": order.retention_days,
        "details": order.details,
        "has_checks": bool(order.checks),
        "rule": decision.rule,
        "ending": outcome_word_of(decision),
        "planned_risk": decision.risk_score,
        "now": to_micros(now),
        "due_at": to_micros(schedule.starts_at) if schedule else None,
        "finish_at": to_micros(schedule.ends_at) if schedule else None,
        "expires_at": expiry(order.retention_days, now),
        "replaces": order.replaces,
        "unique_key": order.external_id if order.taken else None,
        "takes": takes_of(order.state, decision),
    }


def new_case(
    order: NewCase,
    case_id: int,
    client: Client,
    schedule: Schedule | None,
    decision: Decision,
    checks: tuple[Check, ...],
    now: datetime,
) -> Case:
    """Return the case that `case_params` writes, without reading it back."""
    return Case(
        sandbox=order.sandbox,
        provider=order.provider,
        id=case_id,
        client=client,
        external_id=order.external_id,
        state=order.state,
        webhook_url=order.webhook_url,
        retention_days=order.retention_days,
        details=order.details,
        created_at=now,
        updated_at=now,
        due_at=schedule.starts_at if schedule else None,
        finish_at=schedule.ends_at if schedule else None,
        decision=decision,
        checks=checks,
        replaces=order.replaces,
    )


def new_client(client_id: int, claim: ClientClaim, client: NewClient, now: datetime) -> Client:
    """Return the client that is added, without reading it back."""
    return Client(
        id=client_id,
        external_id=claim.external_id,
        name=client.name,
        kind=client.kind,
        details=client.details,
        retention_days=client.retention_days,
        created_at=now,
        updated_at=now,
    )


def new_check(check: NewCheck, check_id: int, now: datetime) -> Check:
    """Return a new check, which is open."""
    return Check(
        id=check_id,
        kind=check.kind,
        details=check.details,
        retention_days=check.retention_days,
        state=State.OPEN,
        created_at=now,
        updated_at=now,
    )


def check_params(sandbox: str, provider: str, case_id: int, check: Check, now: datetime) -> Params:
    """Return the columns of a new check."""
    return {
        "sandbox": sandbox,
        "provider": provider,
        "id": check.id,
        "case_id": case_id,
        "kind": check.kind,
        "details": check.details,
        "retention_days": check.retention_days,
        "state": check.state,
        "now": to_micros(now),
        "expires_at": expiry(check.retention_days, now),
    }


def case_of(row: Row, checks: tuple[Check, ...]) -> Case:
    """Read a case and its client from a row of `case`, `all_cases`, or a list of cases."""
    return Case(
        sandbox=row[0],
        provider=row[1],
        id=row[2],
        external_id=row[3],
        state=State(row[4]),
        webhook_url=row[5],
        retention_days=row[6],
        details=row[7],
        created_at=from_micros(row[8]),
        updated_at=from_micros(row[9]),
        due_at=maybe_datetime(row[10]),
        finish_at=maybe_datetime(row[11]),
        outcome=Outcome(row[12]) if row[12] else None,
        risk_score=row[13],
        decision=decision_of(row[14], row[15], row[16], row[4], row[22]),
        revision=row[18],
        archived_at=maybe_datetime(row[19]),
        replaces=row[20],
        started_at=maybe_datetime(row[21]),
        client=client_of(row[23:]),
        checks=checks,
    )


def client_of(row: Row) -> Client:
    """Read a client from its eight columns."""
    return Client(
        id=row[0],
        external_id=row[1],
        name=row[2],
        kind=row[3],
        details=row[4],
        retention_days=row[5],
        created_at=from_micros(row[6]),
        updated_at=from_micros(row[7]),
    )


def check_of(row: Row) -> Check:
    """Read a check from its twelve columns."""
    return Check(
        id=row[0],
        kind=row[1],
        details=row[2],
        state=State(row[3]),
        created_at=from_micros(row[4]),
        updated_at=from_micros(row[5]),
        outcome=Outcome(row[6]) if row[6] else None,
        risk_score=row[7],
        title=row[8],
        note=row[9],
        reasoning=row[10],
        retention_days=row[11],
    )


def step_params(before: Case, after: Case) -> Params:
    """Return the columns that a step of a case changes, and those that show whether it moved on meanwhile."""
    return {
        "sandbox": after.sandbox,
        "provider": after.provider,
        "id": after.id,
        "state": after.state,
        "outcome": after.outcome,
        "risk_score": after.risk_score,
        "rule": after.decision.rule,
        "ending": outcome_word_of(after.decision),
        "updated_at": to_micros(after.updated_at),
        "due_at": maybe_micros(after.due_at),
        "state_before": before.state,
        "updated_before": to_micros(before.updated_at),
        "revision": before.revision,
    }

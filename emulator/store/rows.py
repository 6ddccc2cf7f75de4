"""Convert rows of sandboxes, clients, cases and checks into values of the core, and back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from emulator.core.model import Case, Check, Client, Decision, NewCase, NewCheck, Outcome, Sandbox, Schedule, State
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock, from_micros, to_micros
from emulator.core.snapshot_rows import Column

Row = Sequence[Any]  # the columns of a query by position; each function here names the queries it reads
Params = dict[str, Column]  # the parameters of a query by name
FAILED = "failed"


def maybe_micros(moment: datetime | None) -> int | None:
    """Return the microseconds since 1970, or None for None."""
    return None if moment is None else to_micros(moment)


def maybe_flag(flag: bool | None) -> int | None:
    """Return 1 or 0, or None for None."""
    return None if flag is None else int(flag)


def maybe_datetime(micros: int | None) -> datetime | None:
    """Return the moment of so many microseconds since 1970, or None for None."""
    return None if micros is None else from_micros(micros)


def case_params(
    order: NewCase, case_id: int, client_id: int, schedule: Schedule | None, decision: Decision, now: datetime
) -> Params:
    """Return the columns of a new case."""
    expires = now + timedelta(days=order.retention_days) if order.retention_days else None
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
        "expires_at": maybe_micros(expires),
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
    )


def new_check(check: NewCheck, check_id: int, now: datetime) -> Check:
    """Return a new check, which is open."""
    return Check(id=check_id, kind=check.kind, details=check.details, state=State.OPEN, created_at=now, updated_at=now)


def check_params(order: NewCase, case_id: int, check: Check, now: datetime) -> Params:
    """Return the columns of a new check."""
    return {
        "sandbox": order.sandbox,
        "provider": order.provider,
        "id": check.id,
        "case_id": case_id,
        "kind": check.kind,
        "details": check.details,
        "state": check.state,
        "now": to_micros(now),
    }


def case_of(row: Row, checks: tuple[Check, ...]) -> Case:
    """Read a case and its client from a row of `case`, `list_cases` or `all_cases`."""
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
        decision=decision_of(row[14], row[15], row[16]),
        client=client_of(row[18:]),
        checks=checks,
    )


def outcome_word_of(decision: Decision) -> str:
    """Return the decision as one word: an outcome, or failed."""
    return FAILED if decision.failed else decision.outcome


def decision_of(rule: str, ending: str, risk_score: float | None) -> Decision:
    """Read a decision; what only the schedule of its case needed (delay, whether it ends) is not stored."""
    failed = ending == FAILED
    return Decision(
        rule=rule, outcome=Outcome.UNDECIDED if failed else Outcome(ending), failed=failed, risk_score=risk_score
    )


def client_of(row: Row) -> Client:
    """Read a client from its five columns."""
    return Client(id=row[0], external_id=row[1], name=row[2], kind=row[3], details=row[4])


def check_of(row: Row) -> Check:
    """Read a check from a row of the query `checks_of_case`."""
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
    )


def sandbox_of(row: Row) -> Sandbox:
    """Read a sandbox from a row of the queries `sandbox` and `move_clock`."""
    has_own_clock = row[3] != 1 or row[1] or row[2]
    own_clock = SandboxClock(at=from_micros(row[1]), anchor=from_micros(row[2]), factor=row[3])
    clock = own_clock if has_own_clock else WALL_TIME  # the one object, which `SandboxClock.now` compares by identity
    return Sandbox(settings=row[0], clock=clock, advancing=bool(row[4]), born=row[5])


def clock_params(clock: SandboxClock, *, advancing: bool) -> Params:
    """Return the columns of a sandbox's clock."""
    return {
        "at": to_micros(clock.at),
        "anchor": to_micros(clock.anchor),
        "factor": clock.factor,
        "own": int(clock != WALL_TIME),
        "advancing": int(advancing),
    }


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
    }


def wall_time_of_next(row: Row, wall: datetime) -> datetime | None:
    """Return when something is next due in a sandbox with its own clock, from a row of the query `own_clocks`."""
    clock = SandboxClock(at=from_micros(row[0]), anchor=from_micros(row[1]), factor=row[2])
    dues = [from_micros(micros) for micros in row[3:5] if micros is not None]
    return clock.wall_time_of(min(dues), wall) if dues else None

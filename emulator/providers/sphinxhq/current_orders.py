"""What the bodies of the current generation order: a case, a change of one, a start, a token."""

import json
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict, cast

from emulator.core.case_file import CaseChange
from emulator.core.errors import Invalid
from emulator.core.model import Case, NewCase, NewCheck, State
from emulator.providers.sphinxhq.current_schemas import (
    CASE_TAKEN,
    CaseChangeIn,
    StartIn,
    TokenIn,
    advise_of_config,
)
from emulator.providers.sphinxhq.customers import claim_for
from emulator.providers.sphinxhq.drf import Serializer
from emulator.providers.sphinxhq.payloads import KEPT_FOR_EVER, CasePayload, retention_of
from emulator.providers.sphinxhq.relations import Known
from emulator.providers.sphinxhq.schemas import (
    PROVIDER,
    each_once,
    is_of_business,
    judge_customer,
    load_body,
    new_check,
)
from emulator.web.advice import advise

CURRENT = "current"
DETAILS = ("metadata", "assignee", "sync_platforms", "document_ids")
BOTH = Invalid({"non_field_errors": ["Provide either case_config or checks, not both."]})
WAITS_FOR_CHECK = "the case has no checks: it waits, and no webhook will come until it gets its first check"
WAITS_FOR_START = "auto_start is false: the case waits, and no webhook will come until it is started"
WAITS_FOR_BOTH = "auto_start is false and there are no checks: the case waits until it has a check and is started"
CASE_CHANGE, START, TOKEN = CaseChangeIn(), StartIn(), TokenIn()


class CurrentCasePayload(CasePayload, total=False):
    """What CurrentCaseIn reads."""

    case_config: Sequence[str]  # the types of its checks
    auto_start: bool
    external_id: str
    metadata: dict[str, object]
    assignee: str
    sync_platforms: list[dict[str, object]]


class CaseChangePayload(TypedDict):
    """What CaseChangeIn reads."""

    webhook_url: NotRequired[str | None]
    external_id: NotRequired[str]
    metadata: NotRequired[dict[str, object]]
    sync_platforms: NotRequired[list[dict[str, object]]]
    delete_after: NotRequired[int]


class TokenPayload(TypedDict):
    """What TokenIn reads."""

    client_id: str
    client_secret: str
    grant_type: str


def read_order(schema: Serializer, sandbox: str, body: object, known: Known) -> NewCase:
    """Return the order for a new case; raise Invalid with a map of all problems."""
    try:
        payload = cast(CurrentCasePayload, load_body(schema, body, known))
    except Invalid as error:
        advise_of_config(error.problems)
        raise
    judge_customer(payload)
    if "case_config" in payload and payload.get("checks"):
        raise BOTH
    assert isinstance(body, dict)  # or it would not have been loaded
    return _order(sandbox, payload, body)


def _order(sandbox: str, payload: CurrentCasePayload, request: dict[str, object]) -> NewCase:
    checks = _checks(payload)
    details = {name: value for name, value in payload.items() if name in DETAILS}
    starts = payload.get("auto_start", True)
    shown = {"delete_after": payload.get("delete_after", KEPT_FOR_EVER), "generation": CURRENT, "auto_start": starts}
    _advise_of_waiting(starts=starts, has_checks=bool(checks))
    return NewCase(
        sandbox=sandbox,
        provider=PROVIDER,
        client=claim_for(payload),
        external_id=payload.get("external_id"),
        taken=CASE_TAKEN,
        state=State.OPEN if starts and checks else State.WAITING,
        webhook_url=payload.get("webhook_url"),
        retention_days=retention_of(payload),
        details=json.dumps({**details, **shown}),
        of_business=is_of_business(payload.get("customer", {}).get("customer_type"), [check.kind for check in checks]),
        request=request,
        checks=checks,
        documents=each_once(payload.get("document_ids", ())),
    )


def _checks(payload: CurrentCasePayload) -> tuple[NewCheck, ...]:
    configured = tuple(new_check({"check_type": name}) for name in payload.get("case_config", ()))
    return configured or tuple(map(new_check, payload.get("checks", ())))


def _advise_of_waiting(*, starts: bool, has_checks: bool) -> None:
    if not starts:
        advise(WAITS_FOR_START if has_checks else WAITS_FOR_BOTH)
    elif not has_checks:
        advise(WAITS_FOR_CHECK)


def starts_by_itself(case: Case) -> bool:
    """Return whether work on a case that waits begins with the first check that it gets."""
    return not case.checks and bool(json.loads(case.details).get("auto_start", True))


def read_change(body: object, known: Known) -> CaseChangePayload:
    """Return what a request changes of a case; raise Invalid with a map of all problems."""
    return cast(CaseChangePayload, load_body(CASE_CHANGE, body, known))


def changed(case: Case, change: CaseChangePayload, switches: Mapping[str, str]) -> CaseChange:
    """Return the case as it is after a change; what was not sent stays."""
    details = json.loads(case.details)
    before = details.get("metadata", {})
    details |= {name: value for name, value in change.items() if name in ("metadata", "sync_platforms", "delete_after")}
    if before.keys() - details.get("metadata", {}).keys() and switches["patch-metadata"] == "merge":
        details["metadata"] = before | details["metadata"]
    return CaseChange(
        external_id=change.get("external_id", case.external_id),
        webhook_url=change.get("webhook_url", case.webhook_url),
        retention_days=retention_of(change) if "delete_after" in change else case.retention_days,
        details=json.dumps(details),
        taken=CASE_TAKEN,
    )


def read_restart(body: object, query: Mapping[str, str], known: Known, switches: Mapping[str, str]) -> bool:
    """Return whether a case that has ended may be started again, as the body or else the query says."""
    of_body: bool | None = load_body(START, body, known).get("allow_restart")
    if of_body is None and not query.get("allow_restart"):
        return False
    place = switches["restart-flag"]
    if place == "body" or (place == "either" and of_body is not None):
        return bool(of_body)
    return _restart_of(query, known)


def _restart_of(query: Mapping[str, str], known: Known) -> bool:
    if not query.get("allow_restart"):
        return False
    flag = {"allow_restart": _as_json(query["allow_restart"])}
    return bool(load_body(START, flag, known)["allow_restart"])


def _as_json(text: str) -> object:
    """Return a truth value of a query as a body has it: it is no other form of one there."""
    return {"true": True, "false": False}.get(text.lower(), text)


def read_token_request(body: object, known: Known) -> TokenPayload:
    """Return what a request for a token says; raise Invalid with a map of all problems."""
    return cast(TokenPayload, load_body(TOKEN, body, known))

"""Order a case once more, as what is stored of it says."""

import json

from emulator.core.model import Case, Check, ClientClaim, NewCase, NewCheck, State
from emulator.providers.sphinxhq.current_orders import CURRENT
from emulator.providers.sphinxhq.current_schemas import CASE_TAKEN
from emulator.providers.sphinxhq.made_up_ids import external_id_of
from emulator.providers.sphinxhq.schemas import PROVIDER, is_of_business

OURS = ("generation", "auto_start")  # what is stored of a case besides the fields of its body


def reorder(case: Case) -> NewCase:
    """Return the order for a case that is started again: the same customer, and all checks, those added later too."""
    return NewCase(
        sandbox=case.sandbox,
        provider=PROVIDER,
        client=ClientClaim(id=case.client.id),
        external_id=external_id_of(case),
        taken=CASE_TAKEN,
        state=State.WAITING if waits_without_checks(case) else State.OPEN,
        webhook_url=case.webhook_url,
        retention_days=case.retention_days,
        details=case.details,
        of_business=is_of_business(case.client.kind, [check.kind for check in case.checks]),
        request=_body_of(case),
        checks=tuple(map(_reorder_check, case.checks)),
        replaces=case.id,
    )


def waits_without_checks(case: Case) -> bool:
    """Return whether a case waits for its first check, as one of the current generation does."""
    return not case.checks and json.loads(case.details).get("generation") == CURRENT


def _reorder_check(check: Check) -> NewCheck:
    return NewCheck(kind=check.kind, details=check.details, retention_days=check.retention_days)


def _body_of(case: Case) -> dict[str, object]:
    """Return a body that would order the case, for outcome rules; bodies are not kept as they were sent."""
    details = {name: value for name, value in json.loads(case.details).items() if name not in OURS}
    customer = {
        "full_name": case.client.name,
        "external_id": case.client.external_id,
        "customer_type": case.client.kind,
        "input_details": json.loads(case.client.details).get("input_details"),
    }
    checks = [{"check_type": check.kind, **json.loads(check.details)} for check in case.checks]
    url = {"webhook_url": case.webhook_url} if case.webhook_url is not None else {}
    key = {"external_id": case.external_id} if case.external_id is not None else {}
    return {"customer_id": case.client.id, "customer": customer, **url, **key, **details, "checks": checks}

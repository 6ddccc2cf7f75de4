"""Order a case once more, as what is stored of it says."""

import json

from emulator.core.model import Case, Check, ClientClaim, NewCase, NewCheck
from emulator.providers.sphinxhq.schemas import PROVIDER, is_of_business


def reorder(case: Case) -> NewCase:
    """Return the order for a case that is started again: the same customer, and all checks, those added later too."""
    return NewCase(
        sandbox=case.sandbox,
        provider=PROVIDER,
        client=ClientClaim(id=case.client.id),
        external_id=case.external_id,
        webhook_url=case.webhook_url,
        retention_days=case.retention_days,
        details=case.details,
        of_business=is_of_business(case.client.kind, [check.kind for check in case.checks]),
        request=_body_of(case),
        checks=tuple(map(_reorder_check, case.checks)),
        replaces=case.id,
    )


def _reorder_check(check: Check) -> NewCheck:
    return NewCheck(kind=check.kind, details=check.details, retention_days=check.retention_days)


def _body_of(case: Case) -> dict[str, object]:
    """Return a body that would order the case, for outcome rules; bodies are not kept as they were sent."""
    details = json.loads(case.details)
    customer = {
        "full_name": case.client.name,
        "external_id": case.client.external_id,
        "customer_type": case.client.kind,
        "input_details": json.loads(case.client.details).get("input_details"),
    }
    checks = [{"check_type": check.kind, **json.loads(check.details)} for check in case.checks]
    url = {"webhook_url": case.webhook_url} if case.webhook_url is not None else {}
    return {"customer_id": case.client.id, "customer": customer, **url, **details, "checks": checks}

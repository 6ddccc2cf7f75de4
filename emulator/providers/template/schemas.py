"""The bodies of requests and answers."""

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf

from emulator.core.errors import Invalid
from emulator.core.model import Case, ClientClaim, NewCase, NewClient, Outcome
from emulator.openapi.out import Out
from emulator.web.unused_input import advise_unused

STATUSES = {"open": "waiting", "processing": "waiting", "completed": "done", "failed": "error", "cancelled": "done"}


class NewCaseIn(Schema):
    """The body of Create Case."""

    name = fields.String(required=True, validate=Length(1, 200))
    reference = fields.String(validate=Length(1, 200))
    webhook_url = fields.Url(require_tld=False)


class CaseOut(Out):
    """A case: the same in create, read and webhook."""

    id = fields.Integer()
    name = fields.String()
    reference = fields.String(allow_none=True)
    status = fields.String(validate=OneOf(sorted(set(STATUSES.values()))))
    decision = fields.String(allow_none=True, validate=OneOf([outcome.value for outcome in Outcome]))


def read_order(sandbox: str, body: object) -> NewCase:
    """Return the order for a new case; raise Invalid."""
    if not isinstance(body, dict):
        raise Invalid({"body": ["An object is needed."]})
    try:
        payload = NewCaseIn().load(body, unknown=EXCLUDE)
    except ValidationError as error:
        advise_unused(NewCaseIn(), body, None)
        raise Invalid(error.messages) from error
    advise_unused(NewCaseIn(), body, payload)
    claim = ClientClaim(fresh=NewClient(name=payload["name"]))
    return NewCase(
        sandbox=sandbox,
        provider="template",
        client=claim,
        external_id=payload.get("reference"),
        webhook_url=payload.get("webhook_url"),
        request=body,
    )


def render_case(case: Case) -> dict[str, object]:
    """Return the case as create, read and webhook show it."""
    return {
        "id": case.id,
        "name": case.client.name,
        "reference": case.external_id,
        "status": STATUSES[case.state],
        "decision": case.outcome,
    }

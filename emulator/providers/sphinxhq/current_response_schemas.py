"""The answers and webhooks of the current generation as schemas, as far as they differ from those of the first."""

from marshmallow import fields
from marshmallow.validate import OneOf, Range

from emulator.openapi.out import ServiceOut
from emulator.providers.sphinxhq.current_responses import CHECK_STATUSES
from emulator.providers.sphinxhq.current_routes import ACTIONS
from emulator.providers.sphinxhq.current_schemas import ALL_CHECK_TYPES
from emulator.providers.sphinxhq.response_schemas import (
    NEVER,
    PRECISION,
    CaseHeadOut,
    CustomerOut,
    CustomerRecordOut,
    PageOut,
)
from emulator.providers.sphinxhq.schemas import DOCUMENTED, OUTCOMES

ASSUMED = {"x-fidelity": "assumed"}
FRESH = {"x-fidelity": "documented; its value while nothing is decided is assumed"}


class SyncPlatformOut(ServiceOut):
    """A platform that something is kept in step with."""

    domain = fields.String(metadata=DOCUMENTED)
    id = fields.String(metadata=DOCUMENTED)


class RfiOut(ServiceOut):
    """A request for information to the customer."""

    title = fields.String(allow_none=True, metadata=DOCUMENTED)
    body = fields.String(allow_none=True, metadata=DOCUMENTED)
    details = fields.String(
        allow_none=True,
        metadata={"x-fidelity": "documented; what it holds is assumed", "description": "what is needed"},
    )


class CurrentCheckOut(ServiceOut):
    """One check of a case."""

    id = fields.Integer(metadata=DOCUMENTED)
    risk_score = fields.Float(allow_none=True, validate=Range(0, 1), metadata=DOCUMENTED)
    title = fields.String(allow_none=True, metadata=DOCUMENTED)
    note = fields.String(allow_none=True, metadata=DOCUMENTED)
    reasoning = fields.List(fields.String(), metadata=FRESH)
    outcome = fields.String(validate=OneOf(list(OUTCOMES.values())), metadata=FRESH)
    status = fields.String(validate=OneOf([*dict.fromkeys(CHECK_STATUSES.values()), "SUBMITTED"]), metadata=DOCUMENTED)
    created_at = fields.DateTime(metadata=PRECISION)
    updated_at = fields.DateTime(metadata=PRECISION)
    input_details = fields.Raw(allow_none=True, metadata={**DOCUMENTED, "description": "as it was sent"})
    check_type = fields.String(allow_none=True, validate=OneOf(ALL_CHECK_TYPES), metadata=DOCUMENTED)
    delete_after = fields.Integer(metadata={**NEVER, "format": "int32"})


class CurrentCaseOut(ServiceOut):
    """A case: the same in create, read, change and webhook."""

    id = fields.Integer(metadata=DOCUMENTED)
    external_id = fields.String(metadata=DOCUMENTED)
    customer = fields.Nested(CustomerOut, metadata=DOCUMENTED)
    webhook_url = fields.String(allow_none=True, metadata=DOCUMENTED)
    note = fields.String(allow_none=True, metadata={**DOCUMENTED, "description": "the analyst's; null until finished"})
    risk_score = fields.Float(allow_none=True, validate=Range(0, 1), metadata=DOCUMENTED)
    outcome = fields.String(validate=OneOf(list(OUTCOMES.values())), metadata=FRESH)
    is_complete = fields.Boolean(metadata=DOCUMENTED)
    failed = fields.Boolean(metadata=DOCUMENTED)
    rfi = fields.Nested(RfiOut, allow_none=True, metadata=FRESH)
    created_at = fields.DateTime(metadata=PRECISION)
    updated_at = fields.DateTime(metadata=PRECISION)
    delete_after = fields.Integer(metadata={**NEVER, "format": "int32"})
    metadata = fields.Dict(metadata={**DOCUMENTED, "description": "as it was sent"})
    assignee = fields.String(allow_none=True, metadata=ASSUMED)
    sync_platforms = fields.Nested(SyncPlatformOut, many=True, metadata=DOCUMENTED)
    checks = fields.Nested(CurrentCheckOut, many=True, metadata=DOCUMENTED)


class StartedCaseOut(CurrentCaseOut):
    """A case that somebody asked to start, and what was done."""

    action_taken = fields.String(
        validate=OneOf(list(dict.fromkeys(ACTIONS.values()))),
        metadata={"x-fidelity": "documented; its place in the body is assumed"},
    )


class CurrentFiledCheckOut(CurrentCheckOut):
    """A check that stands on its own: the same in create, read and list."""

    case = fields.Nested(CaseHeadOut, metadata=DOCUMENTED)


class CurrentCustomerRecordOut(CustomerRecordOut):
    """A customer: the same in create, read and update."""

    sync_platforms = fields.Nested(SyncPlatformOut, many=True, metadata=DOCUMENTED)


class CurrentPageOut(PageOut):
    """One page of the list."""

    results = fields.Nested(CurrentCaseOut, many=True, metadata=DOCUMENTED)


class CurrentCheckPageOut(PageOut):
    """One page of the list of checks."""

    results = fields.Nested(CurrentFiledCheckOut, many=True, metadata=DOCUMENTED)


class TokenOut(ServiceOut):
    """A token that opens the sandbox of its client_secret."""

    access_token = fields.String(metadata=DOCUMENTED)
    token_type = fields.String(validate=OneOf(["Bearer"]), metadata={"x-fidelity": "documented; its value is assumed"})
    expires_in = fields.Integer(
        metadata={"x-fidelity": "documented; its value is assumed", "description": "seconds by the sandbox's clock"}
    )


class TokenErrorOut(ServiceOut):
    """Why no token is issued."""

    error = fields.String(metadata=ASSUMED)

"""The answers and webhooks of APLYiD Workflow as schemas for its OpenAPI document; tests compare real answers."""

from marshmallow import fields
from marshmallow.validate import OneOf

from emulator.openapi.out import ServiceOut
from emulator.providers.aplyid.schemas import APPROVALS, DOCUMENTED, STATUSES

FRAMEWORK = {"x-fidelity": "framework"}


class ClientOut(ServiceOut):
    """The client of a case."""

    id = fields.Integer(metadata=DOCUMENTED)
    external_id = fields.String(allow_none=True, metadata=DOCUMENTED)
    name = fields.String(metadata=DOCUMENTED)
    approval_status = fields.String(validate=OneOf(list(APPROVALS.values())), metadata=DOCUMENTED)


class CaseOut(ServiceOut):
    """The answer to Create Case."""

    case_id = fields.Integer(metadata=DOCUMENTED)
    external_id = fields.String(allow_none=True, metadata=DOCUMENTED)
    guided_flow_id = fields.Integer(metadata=DOCUMENTED)
    status = fields.String(validate=OneOf(STATUSES), metadata=DOCUMENTED)
    case_url = fields.String(
        metadata={"x-fidelity": "documented; its host is assumed", "format": "uri", "description": "the guided flow"}
    )
    client = fields.Nested(ClientOut, metadata=DOCUMENTED)


class CompletedCaseOut(CaseOut):
    """The body of the webhook."""

    external_id = fields.String(metadata=DOCUMENTED)
    status = fields.String(validate=OneOf(["completed"]), metadata=DOCUMENTED)


class RefusalOut(ServiceOut):
    """Why a request is refused."""

    message = fields.String(metadata=DOCUMENTED)
    code = fields.String(
        validate=OneOf(["APLY-400", "APLY-413", "APLY-422"]), metadata={"x-fidelity": "documented; APLY-413 is assumed"}
    )


class UnauthorizedOut(ServiceOut):
    """The key is missing, unknown or expired; there is no code."""

    message = fields.String(validate=OneOf(["Unauthorized"]), metadata=DOCUMENTED)


class PublicRefusalOut(ServiceOut):
    """What the framework answers outside the application, to those who ask for JSON."""

    status = fields.Integer(metadata=FRAMEWORK)
    error = fields.String(metadata=FRAMEWORK)

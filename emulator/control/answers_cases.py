"""What the control API answers of cases."""

from marshmallow import fields
from marshmallow.validate import OneOf

from emulator.control.answers_planning import OUTCOMES
from emulator.core.model import State
from emulator.web.describe import Out


class ClientOut(Out):
    """The client of a case."""

    id = fields.Integer()
    external_id = fields.String(allow_none=True)
    name = fields.String()


class CaseOut(Out):
    """A case in the words of the emulator."""

    provider = fields.String()
    id = fields.Integer()
    external_id = fields.String(allow_none=True)
    client = fields.Nested(ClientOut)
    state = fields.String(validate=OneOf([state.value for state in State]))
    outcome = fields.String(allow_none=True, validate=OUTCOMES)
    risk_score = fields.Float(allow_none=True)
    rule = fields.String(metadata={"description": "the rule that decides how it ends"})
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    next_step_at = fields.DateTime(allow_none=True)


class CasesOut(Out):
    """The cases of a sandbox, newest first."""

    count = fields.Integer()
    cases = fields.Nested(CaseOut, many=True)


class SampleOut(Out):
    """A request to send."""

    method = fields.String()
    url = fields.String()
    path = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.Dict()

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
    starts_at = fields.DateTime(allow_none=True, metadata={"description": "when work on it starts by itself"})
    ends_at = fields.DateTime(allow_none=True, metadata={"description": "when it ends by itself"})


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


class SentOut(SampleOut):
    """The request that was sent, and what was answered."""

    status = fields.Integer(allow_none=True, metadata={"description": "null: a fault cut the connection"})
    answer = fields.String(metadata={"description": "the exact text"})


class CountsOut(Out):
    """How many stand where, by state."""

    cases = fields.Dict(keys=fields.String(), values=fields.Integer())
    deliveries = fields.Dict(keys=fields.String(), values=fields.Integer())


class ProviderOut(Out):
    """An emulated API, as this sandbox is reached through it."""

    name = fields.String()
    title = fields.String()
    routes = fields.List(fields.String())
    key = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "the header to send"})
    curl = fields.String(metadata={"description": "a first request to paste"})
    endings = fields.List(fields.Dict(), metadata={"description": "bodies of complete, the simplest of each ending"})


class ProvidersOut(Out):
    """The emulated APIs."""

    address = fields.String()
    providers = fields.Nested(ProviderOut, many=True)

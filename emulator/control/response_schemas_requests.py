"""The answers of the control API about the journal."""

from marshmallow import fields
from marshmallow.validate import OneOf

from emulator.openapi.out import Out

ANY_COUNT = ["integer", "string"]


class AnswerOut(Out):
    """The answer of an exchange."""

    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.String()


class ExchangeOut(Out):
    """A request and its answer: with `path` if it came in; with `url`, `delivery_id` and `error` if it went out."""

    class Meta(Out.Meta):
        sometimes = ("path", "url", "delivery_id", "error", "needed")

    number = fields.Integer()
    at = fields.DateTime(metadata={"description": "wall time"})
    sandbox_at = fields.DateTime(metadata={"description": "what the sandbox's clock read then"})
    direction = fields.String(validate=OneOf(["in", "out"]))
    provider = fields.String(allow_none=True)
    method = fields.String()
    path = fields.String()
    url = fields.String()
    status = fields.Integer(allow_none=True)
    took_ms = fields.Float()
    case_id = fields.Integer(allow_none=True)
    rule = fields.String(allow_none=True)
    faults = fields.List(fields.String())
    advice = fields.List(fields.String())
    refused = fields.String(allow_none=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.String(allow_none=True)
    answer = fields.Nested(AnswerOut)
    delivery_id = fields.String()
    error = fields.String(allow_none=True)
    needed = fields.List(fields.String(), metadata={"description": "what would have been needed"})


class RequestsOut(Out):
    """The exchanges that fit."""

    class Meta(Out.Meta):
        sometimes = ("at_least",)

    count = fields.Raw(metadata={"description": "how many, or unknown where some were evicted", "type": ANY_COUNT})
    at_least = fields.Integer()
    evicted = fields.Integer()
    note = fields.String()
    requests = fields.Nested(ExchangeOut, many=True)

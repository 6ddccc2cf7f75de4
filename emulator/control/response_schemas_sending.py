"""The answers of the control API about webhooks that are tried out."""

from marshmallow import fields

from emulator.openapi.out import Out


class SentOnOut(Out):
    """What became of a webhook that was sent on to a URL."""

    url = fields.String()
    delivered = fields.Boolean(metadata={"description": "the receiver answered 2xx"})
    blocked = fields.Boolean(metadata={"description": "nothing was dialled, because the target may not be"})
    status = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)
    latency_ms = fields.Float()
    answer = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())


class WebhookTestOut(Out):
    """What became of a test of a receiver."""

    url = fields.String()
    ok = fields.Boolean()
    told = fields.String(metadata={"description": "what happened and what to do, in the words of doctor"})
    body = fields.String(metadata={"description": "what was sent, or would have been"})
    status = fields.Integer(allow_none=True)
    latency_ms = fields.Float(allow_none=True)
    answer = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())


class DifferenceOut(Out):
    """One field that differs."""

    class Meta(Out.Meta):
        sometimes = ("before", "after")

    place = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class DifferencesOut(Out):
    """What differs between the body of a webhook and another body."""

    against = fields.String(metadata={"description": "answer, or the id of a webhook"})
    identical = fields.Boolean(metadata={"description": "byte for byte"})
    same_headers = fields.Boolean(metadata={"description": "and so the same id, as a duplicate has"})
    changes = fields.Nested(
        DifferenceOut, many=True, allow_none=True, metadata={"description": "null where one of them is no JSON"}
    )

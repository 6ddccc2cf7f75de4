"""The answers of the demo's routes, as schemas for the OpenAPI document of the control API."""

from marshmallow import fields

from emulator.openapi.out import Out


class ReceiverOut(Out):
    """The demo's own receiver of webhooks: where it listens, and whether it does."""

    url = fields.String()
    is_on = fields.Boolean()


class StoryClockOut(Out):
    """How the clock of a sandbox ran before a story stopped it; the factor is 0 for one that stood still."""

    mode = fields.String()
    factor = fields.Float()


class StoryOut(Out):
    """The story that is told in a sandbox, its case once it is open, and the clock before it; null where none is."""

    story = fields.String(allow_none=True)
    case_id = fields.Integer(allow_none=True)
    clock = fields.Nested(StoryClockOut, allow_none=True)

"""What the demo's routes answer, as schemas for the OpenAPI document of the control API."""

from marshmallow import fields

from emulator.openapi.out import Out


class ReceiverOut(Out):
    """A demo's own receiver of webhooks."""

    url = fields.String()
    is_on = fields.Boolean()

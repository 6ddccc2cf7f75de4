"""The answers of the demo's routes, as schemas for the OpenAPI document of the control API."""

from marshmallow import fields

from emulator.openapi.out import Out


class ReceiverOut(Out):
    """The demo's own receiver of webhooks: where it listens, and whether it does."""

    url = fields.String()
    is_on = fields.Boolean()

"""The body that completes a case of this API."""

from marshmallow import RAISE, Schema, fields, post_load
from marshmallow.validate import OneOf

from emulator.core.model import CompletionOrder, Decision
from emulator.providers.aplyid.schemas import APPROVALS

OUTCOMES = {word: outcome for outcome, word in APPROVALS.items()}


class CompletionIn(Schema):
    """{"outcome": "denied"}"""

    class Meta:
        unknown = RAISE

    outcome = fields.String(required=True, validate=OneOf(OUTCOMES))

    @post_load
    def order(self, payload: dict[str, str], **_: object) -> CompletionOrder:
        """Return the order that completes the case."""
        return CompletionOrder(Decision(rule="explicit", outcome=OUTCOMES[payload["outcome"]]), lambda case: case)

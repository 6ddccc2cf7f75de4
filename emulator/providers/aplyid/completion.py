"""How somebody says how a case is to end, in the words of this API."""

from typing import Any

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
    def order(self, said: dict[str, Any], **_: Any) -> CompletionOrder:
        """As the core understands it."""
        return CompletionOrder(Decision(rule="explicit", outcome=OUTCOMES[said["outcome"]]), lambda case: case)

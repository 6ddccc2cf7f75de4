"""The answers of the control API about outcome rules and faults."""

from marshmallow import INCLUDE, fields
from marshmallow.validate import OneOf

from emulator.core.model import Outcome
from emulator.openapi.out import Out

OUTCOMES = OneOf([outcome.value for outcome in Outcome])
WORDS = OneOf([*(outcome.value for outcome in Outcome), "failed", "stuck"])


class PlannedOut(Out):
    """How the next `times` cases end."""

    provider = fields.String(allow_none=True)
    outcome = fields.String(validate=WORDS)
    times = fields.Integer()


class RuleOut(Out):
    """How cases of matching requests end."""

    class Meta(Out.Meta):
        sometimes = ("provider", "when", "outcome", "delay", "risk_score")

    id = fields.String()
    provider = fields.String()
    when = fields.Dict(metadata={"description": "comparisons by field"})
    outcome = fields.String(validate=WORDS)
    delay = fields.Float(metadata={"description": "seconds"})
    risk_score = fields.Float()


class OutcomesOut(Out):
    """The default outcome, the queue of outcomes for the next cases, and the rules."""

    default = fields.String(validate=OUTCOMES)
    next = fields.Nested(PlannedOut, many=True)
    rules = fields.Nested(RuleOut, many=True)
    common_rules = fields.Nested(RuleOut, many=True, metadata={"description": "of every sandbox, after its own"})


class FaultOut(Out):
    """A fault that may still trigger, with the settings of its kind as further keys."""

    class Meta(Out.Meta):
        unknown = INCLUDE
        sometimes = ("provider", "path", "when")

    id = fields.String()
    kind = fields.String()
    side = fields.String(validate=OneOf(["api", "webhook"]))
    provider = fields.String()
    path = fields.String()
    when = fields.Dict(metadata={"description": "comparisons by field"})
    times = fields.Integer(allow_none=True, metadata={"description": "how often it still triggers"})
    probability = fields.Float()
    expires_at = fields.DateTime()
    seen = fields.Integer(metadata={"description": "how often it fitted"})


class FaultsOut(Out):
    """The faults of a sandbox."""

    count = fields.Integer()
    faults = fields.Nested(FaultOut, many=True)


class FaultSettingOut(Out):
    """One setting of a fault kind."""

    class Meta(Out.Meta):
        sometimes = ("low", "high", "choices")

    name = fields.String()
    type = fields.String(validate=OneOf(["boolean", "integer", "number", "text", "json", "object"]))
    means = fields.String()
    required = fields.Boolean()
    default = fields.Raw(allow_none=True)
    low = fields.Float()
    high = fields.Float()
    choices = fields.List(fields.String())


class FaultKindOut(Out):
    """A fault kind: what it does, and its settings."""

    kind = fields.String()
    side = fields.String(validate=OneOf(["api", "webhook"]))
    does = fields.String()
    settings = fields.Nested(FaultSettingOut, many=True)


class FaultPresetOut(Out):
    """A fault as it is planned most often."""

    name = fields.String()
    does = fields.String()
    fault = fields.Dict(metadata={"description": "the body that plans it"})


class FaultKindsOut(Out):
    """Every fault kind, and what is planned most often."""

    count = fields.Integer()
    kinds = fields.Nested(FaultKindOut, many=True)
    presets = fields.Nested(FaultPresetOut, many=True)

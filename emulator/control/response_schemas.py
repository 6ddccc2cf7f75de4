"""The answers of the control API, as schemas for its OpenAPI document; tests compare them with real answers."""

from marshmallow import INCLUDE, fields
from marshmallow.validate import OneOf

from emulator.control.response_schemas_cases import (
    CaseLinkOut,
    CaseOut,
    CasesOut,
    ChecksOut,
    CountsOut,
    DocumentsOut,
    FlowOut,
    ProvidersOut,
    SampleOut,
    SentOut,
)
from emulator.control.response_schemas_planning import (
    OUTCOMES,
    FaultKindsOut,
    FaultOut,
    FaultsOut,
    OutcomesOut,
    RuleOut,
)
from emulator.control.response_schemas_requests import RequestsOut
from emulator.control.response_schemas_sending import DifferencesOut, SentOnOut, WebhookTestOut
from emulator.control.response_schemas_snapshots import SnapshotOut
from emulator.core.deliveries import DeliveryState
from emulator.core.model import Outcome
from emulator.core.pace import Pace
from emulator.openapi.out import Out

__all__ = [
    "AdvancedOut",
    "CaseLinkOut",
    "CaseOut",
    "CasesOut",
    "ChecksOut",
    "ClockOut",
    "CountsOut",
    "DeliveriesOut",
    "DeliveryOut",
    "DifferencesOut",
    "DocumentsOut",
    "FaultKindsOut",
    "FaultOut",
    "FaultsOut",
    "FlowOut",
    "HealthOut",
    "InboxOut",
    "OutcomesOut",
    "ProblemOut",
    "ProvidersOut",
    "RequestsOut",
    "RestoredOut",
    "RuleOut",
    "SampleOut",
    "SandboxOut",
    "SandboxesOut",
    "SentOnOut",
    "SentOut",
    "SnapshotOut",
    "WebhookTestOut",
]
ENDS = OneOf([*(outcome.value for outcome in Outcome), "failed"])
DELIVERY_STATES = OneOf([state.value for state in DeliveryState])


class ProblemOut(Out):
    """What is wrong and what to do (RFC 9457), with further members for some problems."""

    class Meta(Out.Meta):
        unknown = INCLUDE
        sometimes = ("errors", "deliveries", "webhooks", "retry_after")

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "by field"})
    deliveries = fields.Nested(lambda: DeliveryOut(many=True), metadata={"description": "what there is instead"})
    webhooks = fields.Nested(lambda: WebhookOut(many=True), metadata={"description": "the same, of an inbox"})
    retry_after = fields.Integer(metadata={"description": "seconds"})


class HealthOut(Out):
    """Whether the process is alive, or ready."""

    status = fields.String(validate=OneOf(["alive", "ready"]))


class SandboxesOut(Out):
    """The sandboxes that were used."""

    count = fields.Integer()
    sandboxes = fields.List(fields.String())


class SettingsOut(Out):
    """How a sandbox behaves."""

    webhook_url = fields.String(allow_none=True)
    delay = fields.Float(metadata={"description": "seconds"})
    retry = fields.List(fields.Float(), metadata={"description": "the waits between attempts, in seconds"})
    seed = fields.Integer()
    default_outcome = fields.String(validate=OUTCOMES)
    pace = fields.String(allow_none=True, validate=OneOf([pace.value for pace in Pace]))
    integration = fields.String(validate=OneOf(["test", "live"]))
    case_configs = fields.Dict(
        values=fields.List(fields.String()), metadata={"description": "types of checks by the config that makes them"}
    )


class SandboxOut(Out):
    """A sandbox as a whole."""

    name = fields.String()
    used = fields.Boolean()
    settings = fields.Nested(SettingsOut)
    providers = fields.List(fields.String(), metadata={"description": "the names of the emulated APIs"})
    set_here = fields.List(fields.String(), metadata={"description": "what was set for it alone"})
    faults = fields.Integer(metadata={"description": "how many may still trigger"})


class ClockOut(Out):
    """What a sandbox's clock reads, and how it runs."""

    class Meta(Out.Meta):
        sometimes = ("factor",)

    mode = fields.String(validate=OneOf(["real", "frozen", "scaled"]))
    now = fields.DateTime()
    next_at = fields.DateTime(allow_none=True, metadata={"description": "when the next thing falls due"})
    ahead = fields.Float(metadata={"description": "seconds by which the clock is ahead of wall time"})
    factor = fields.Float()


class HappeningOut(Out):
    """One thing that happened while time went by: a case moved on, or an attempt was made."""

    class Meta(Out.Meta):
        sometimes = (
            "outcome",
            "outcome_word",
            "rule",
            "delivery_id",
            "attempt",
            "status",
            "error",
            "state",
            "next_attempt_at",
        )

    at = fields.DateTime()
    kind = fields.String(
        validate=OneOf(["case_processing", "case_completed", "case_failed", "webhook_kept", "delivery_attempted"])
    )
    provider = fields.String()
    case_id = fields.Integer()
    outcome = fields.String(
        allow_none=True, validate=ENDS, metadata={"description": "how its case ended; failed: without a decision"}
    )
    outcome_word = fields.String(allow_none=True, metadata={"description": "the same in its provider's word"})
    rule = fields.String()
    delivery_id = fields.String()
    attempt = fields.Integer()
    status = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)
    state = fields.String(validate=DELIVERY_STATES)
    next_attempt_at = fields.DateTime(allow_none=True)


class AdvancedOut(Out):
    """What happened, in order."""

    now = fields.DateTime()
    happened = fields.Nested(HappeningOut, many=True)


class RestoredOut(Out):
    """The name of the restored sandbox."""

    restored = fields.String()


class AttemptOut(Out):
    """One attempt to deliver."""

    number = fields.Integer()
    ended_at = fields.DateTime()
    latency_ms = fields.Float()
    status = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)
    answer = fields.String()
    headers = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "of the answer, secrets masked"}
    )


class WebhookOut(Out):
    """A webhook that was kept instead of sent."""

    id = fields.String()
    provider = fields.String()
    event = fields.String()
    case_id = fields.Integer()
    state = fields.String(validate=DELIVERY_STATES)
    reason = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    created_at = fields.DateTime()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.String(metadata={"description": "the exact text that is sent"})


class DeliveryOut(WebhookOut):
    """A webhook with all its attempts."""

    external_id = fields.String(allow_none=True)
    client_name = fields.String(allow_none=True, metadata={"description": "whom its case is about"})
    outcome = fields.String(allow_none=True, validate=OUTCOMES)
    rule = fields.String(allow_none=True)
    faults = fields.List(fields.String(), metadata={"description": "what was planned to go wrong with it"})
    next_attempt_at = fields.DateTime(allow_none=True)
    attempts = fields.Nested(AttemptOut, many=True)


class DeliveriesOut(Out):
    """The webhooks of a sandbox."""

    class Meta(Out.Meta):
        sometimes = ("skipped",)

    count = fields.Integer()
    deliveries = fields.Nested(DeliveryOut, many=True)
    skipped = fields.Float(metadata={"description": "seconds that a wait moved the clock"})


class InboxOut(Out):
    """The webhooks that were kept instead of sent."""

    class Meta(Out.Meta):
        sometimes = ("skipped",)

    count = fields.Integer()
    webhooks = fields.Nested(WebhookOut, many=True)
    skipped = fields.Float(metadata={"description": "seconds that a wait moved the clock"})

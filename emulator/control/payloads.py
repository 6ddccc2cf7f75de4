"""What the control API answers, as types: one for each schema of the `response_schemas` modules, with the same keys.

A test compares the two. Times are texts in ISO 8601 with microseconds and Z. The schemas are not used here, because
they are imported only for the OpenAPI document.
"""

from typing import NotRequired, TypedDict


class HealthPayload(TypedDict):
    """How the process is: alive or ready."""

    status: str


class SandboxesPayload(TypedDict):
    """The sandboxes that were used."""

    count: int
    sandboxes: list[str]


class SettingsPayload(TypedDict):
    """How a sandbox behaves; delay and waits are seconds."""

    webhook_url: str | None
    delay: float
    retry: list[float]
    seed: int
    default_outcome: str
    pace: str | None
    integration: str
    case_configs: dict[str, list[str]]


class SandboxPayload(TypedDict):
    """A sandbox as a whole; `set_here` names the settings that differ from how the emulator was started."""

    name: str
    used: bool
    settings: SettingsPayload
    providers: list[str]
    set_here: list[str]
    faults: int


class CountsPayload(TypedDict):
    """Numbers of cases and of webhooks, by state."""

    cases: dict[str, int]
    deliveries: dict[str, int]


class ClockPayload(TypedDict):
    """The clock of a sandbox; only a scaled one has a factor."""

    mode: str
    now: str
    next_at: str | None
    ahead: float
    factor: NotRequired[float]


class HappeningPayload(TypedDict):
    """One thing that happened while time went by; which keys there are depends on the kind."""

    at: str
    kind: str
    provider: str
    case_id: int
    outcome: NotRequired[str | None]
    outcome_word: NotRequired[str | None]
    rule: NotRequired[str]
    delivery_id: NotRequired[str]
    attempt: NotRequired[int]
    status: NotRequired[int | None]
    error: NotRequired[str | None]
    state: NotRequired[str]
    next_attempt_at: NotRequired[str | None]


class AdvancedPayload(TypedDict):
    """What happened, in order."""

    now: str
    happened: list[HappeningPayload]


class RestoredPayload(TypedDict):
    """The name of the restored sandbox."""

    restored: str


class AttemptPayload(TypedDict):
    """One attempt to deliver."""

    number: int
    ended_at: str
    latency_ms: float
    status: int | None
    error: str | None
    answer: str
    headers: dict[str, str]


class WebhookPayload(TypedDict):
    """A webhook that was kept instead of sent; headers and body are the exact texts."""

    id: str
    provider: str
    event: str
    case_id: int
    state: str
    reason: str | None
    url: str | None
    created_at: str
    headers: dict[str, str]
    body: str


class DeliveryPayload(WebhookPayload):
    """A webhook with all its attempts."""

    external_id: str | None
    client_name: str | None
    outcome: str | None
    rule: str | None
    faults: list[str]
    next_attempt_at: str | None
    attempts: list[AttemptPayload]


class DeliveriesPayload(TypedDict):
    """The webhooks of a sandbox."""

    count: int
    deliveries: list[DeliveryPayload]
    skipped: NotRequired[float]


class InboxPayload(TypedDict):
    """The webhooks that were kept instead of sent."""

    count: int
    webhooks: list[WebhookPayload]
    skipped: NotRequired[float]


class QueuedOutcomePayload(TypedDict):
    """How the next `times` cases end."""

    provider: str | None
    outcome: str
    times: int


class RulePayload(TypedDict):
    """An outcome rule; what it does not set is left out."""

    id: str
    provider: NotRequired[str]
    when: NotRequired[dict[str, object]]
    outcome: NotRequired[str]
    delay: NotRequired[float]
    risk_score: NotRequired[float]


class OutcomesPayload(TypedDict):
    """How cases end: by default, by the queue, and by rules."""

    default: str
    next: list[QueuedOutcomePayload]
    rules: list[RulePayload]
    common_rules: list[RulePayload]


class FaultPayload(TypedDict):
    """A fault that may still trigger; the settings of its kind stand beside these keys."""

    id: str
    kind: str
    side: str
    provider: NotRequired[str]
    path: NotRequired[str]
    when: NotRequired[dict[str, object]]
    times: int | None
    probability: float
    expires_at: str
    seen: int


class FaultsPayload(TypedDict):
    """The faults of a sandbox."""

    count: int
    faults: list[FaultPayload]


class FaultSettingPayload(TypedDict):
    """One setting of a fault kind; its bounds are of the number, or of the length of the text."""

    name: str
    type: str
    means: str
    required: bool
    default: object
    low: NotRequired[float]
    high: NotRequired[float]
    choices: NotRequired[list[str]]


class FaultKindPayload(TypedDict):
    """A fault kind, what it does, and its settings."""

    kind: str
    side: str
    does: str
    settings: list[FaultSettingPayload]


class FaultPresetPayload(TypedDict):
    """A fault as it is planned most often; `fault` is the body that plans it."""

    name: str
    does: str
    fault: dict[str, object]


class FaultKindsPayload(TypedDict):
    """Every fault kind, and the faults that are planned most often."""

    count: int
    kinds: list[FaultKindPayload]
    presets: list[FaultPresetPayload]

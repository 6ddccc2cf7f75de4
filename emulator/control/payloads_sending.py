"""What the control API answers of webhooks that are tried out, as types; see `payloads`."""

from typing import NotRequired, TypedDict


class SentOnPayload(TypedDict):
    """What became of a webhook that was sent on; its answer has no secrets in it."""

    url: str
    delivered: bool
    blocked: bool
    status: int | None
    error: str | None
    latency_ms: float
    answer: str
    headers: dict[str, str]


class WebhookTestPayload(TypedDict):
    """What became of a test of a receiver, in words; without a status nobody answered."""

    url: str
    ok: bool
    told: str
    body: str
    status: int | None
    latency_ms: float | None
    answer: str
    headers: dict[str, str]


class DifferencePayload(TypedDict):
    """One field that differs between two bodies; a value is left out where the field is not there."""

    place: str
    before: NotRequired[object]
    after: NotRequired[object]


class DifferencesPayload(TypedDict):
    """What differs between two bodies; `changes` is null where one of them is no JSON."""

    against: str
    identical: bool
    same_headers: bool
    changes: list[DifferencePayload] | None

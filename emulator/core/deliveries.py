"""A webhook as a provider writes it, and on its way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit


class DeliveryState(StrEnum):
    """Where a webhook stands."""

    SCHEDULED = "scheduled"  # waits for its (next) attempt
    IN_FLIGHT = "in_flight"  # an attempt is under way
    DELIVERED = "delivered"  # the receiver said 2xx
    FAILED = "failed"  # given up
    BLOCKED = "blocked"  # may not be dialled; kept, readable
    INBOX = "inbox"  # had no target; kept, readable


def without_password(url: str) -> str:
    """The URL as it may be shown and logged."""
    scheme, slashes, rest = url.partition("//")
    authority, slash, path = rest.partition("/")
    _, at, host = authority.rpartition("@")
    return f"{scheme}{slashes}***@{host}{slash}{path}" if at else url


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedWebhook:
    """A webhook as its provider writes it: where to, and the exact headers and bytes."""

    event: str
    url: str | None  # None: there is no receiver, the inbox keeps it
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoWebhook:
    """Why a finished case sends no webhook."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One webhook on its way; headers and body never change once it is written."""

    id: str
    sandbox: str
    provider: str
    case_id: int
    event: str
    url: str | None
    headers: Mapping[str, str]
    body: bytes
    state: DeliveryState
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    reason: str | None = None
    faults: tuple[str, ...] = ()  # what was planned to go wrong with it
    slowly: float | None = None  # seconds its body takes to send
    held: bool = False  # until another one went to the same target

    @property
    def shown_url(self) -> str | None:
        """The URL without a password in it."""
        return None if self.url is None else without_password(self.url)

    @property
    def target(self) -> str | None:
        """Host and port, the same for all URLs of one receiver; something even for what is no URL."""
        if self.url is None:
            return None
        try:
            netloc = urlsplit(self.url).netloc.rpartition("@")[2].lower()
        except ValueError:
            netloc = ""
        return "".join(c for c in netloc if c.isalnum() or c in ".:[]-") or "nowhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What one attempt to deliver came to; all None: it was not even dialled."""

    status: int | None = None
    error: str | None = None
    blocked: bool = False
    retry_after: timedelta | None = None
    answer: bytes = b""  # at most the first 4 KiB
    took: timedelta = timedelta()

    @property
    def ok(self) -> bool:
        """Did the receiver take it?"""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Settled:
    """That an attempt was written down, and for how many days the case of its webhook is kept."""

    retention_days: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One attempt, as it was written down."""

    number: int
    ended_at: datetime
    took: timedelta
    status: int | None
    error: str | None
    answer: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """A delivery, what its case was called, and every attempt so far."""

    delivery: Delivery
    external_id: str | None
    rule: str | None  # the outcome rule that fired for its case
    attempts: tuple[AttemptRecord, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFilter:
    """Which deliveries of a sandbox; None: any."""

    id: str | None = None
    provider: str | None = None
    case_id: int | None = None
    external_id: str | None = None
    event: str | None = None
    state: str | None = None

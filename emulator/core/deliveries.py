"""Webhooks: as a provider renders them, as deliveries, and as attempts."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from emulator.masking import masked, masked_body, masked_headers, masked_url
from emulator.quick_dataclass import dataclass

COPY = "-copy-"  # stands in the id of a copy, between the id of the event and the number of the copy


class DeliveryState(StrEnum):
    """The state of a delivery."""

    SCHEDULED = "scheduled"  # waits for its first or next attempt
    IN_FLIGHT = "in_flight"  # an attempt is being made
    DELIVERED = "delivered"  # the receiver answered 2xx
    FAILED = "failed"  # given up
    BLOCKED = "blocked"  # its target may not be dialled; readable in the inbox
    INBOX = "inbox"  # it had no target; readable in the inbox


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedWebhook:
    """A webhook as its provider renders it: its target, and the exact headers and bytes."""

    event: str
    url: str | None  # None: there is no receiver, so the inbox keeps the webhook
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoWebhook:
    """The reason why a finished case sends no webhook."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A webhook on its way to one target; headers and body never change once it is written."""

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
    faults: tuple[str, ...] = ()  # the names of the faults that were applied to it
    slowly: float | None = None  # seconds over which its body is sent
    held: bool = False  # waits until another delivery went to the same target

    @property
    def event_id(self) -> str:
        """The id of the event, which copies that a fault adds have in common."""
        return self.id.partition(COPY)[0]

    @property
    def shown_url(self) -> str | None:
        """The URL with its secrets masked."""
        return None if self.url is None else masked_url(self.url)

    @property
    def target(self) -> str | None:
        """Host and port, the same for all URLs of one receiver; `nowhere` when the URL has none."""
        if self.url is None:
            return None
        try:
            netloc = urlsplit(self.url).netloc.rpartition("@")[2].lower()
        except ValueError:
            netloc = ""
        return "".join(c for c in netloc if c.isalnum() or c in ".:[]-") or "nowhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """The result of one attempt to deliver; without status and error, nothing was dialled."""

    status: int | None = None
    error: str | None = None
    blocked: bool = False
    given_up: bool = False  # because the emulator stops: it counts as not made
    retry_after: timedelta | None = None
    answer: bytes = b""  # at most the first 4 KiB
    headers: Mapping[str, str] = field(default_factory=dict)  # of the answer, bounded
    took: timedelta = timedelta()

    @property
    def ok(self) -> bool:
        """Whether the receiver accepted the webhook (2xx)."""
        return self.status is not None and 200 <= self.status < 300

    def masked(self) -> "Attempt":
        """Return the attempt without secrets: a receiver may repeat in its answer what it was sent."""
        return replace(
            self,
            error=self.error and masked(self.error),
            answer=masked_body(self.answer),
            headers=masked_headers(self.headers),
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """The confirmation that an attempt was written down."""

    expires: bool  # whether its case, a check or a document asks to be gone once settled


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One attempt as it is stored."""

    number: int
    ended_at: datetime
    took: timedelta
    status: int | None
    error: str | None
    answer: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # of the answer


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReport:
    """A delivery, its attempts so far, and what is known of its case."""

    delivery: Delivery
    external_id: str | None
    rule: str | None  # the outcome rule that decided its case
    client_name: str | None
    outcome: str | None
    attempts: tuple[AttemptRecord, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFilter:
    """The deliveries of a sandbox to find; None fits any."""

    id: str | None = None
    provider: str | None = None
    case_id: int | None = None
    external_id: str | None = None
    event: str | None = None
    states: frozenset[str] | None = None
    text: str | None = None  # in the client's name or the case's reference, or the number of the case

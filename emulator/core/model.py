"""The nouns of the emulator, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from emulator.core.errors import Invalid
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock

DEFAULT_SANDBOX = "default"


class State(StrEnum):
    """Where a case stands; each provider has its own words for these."""

    OPEN = "open"  # created, nobody works on it yet
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"  # it ended, without a decision, by an error of the service
    CANCELLED = "cancelled"  # created as final: nothing more happens


class Outcome(StrEnum):
    """What was decided about a client."""

    APPROVED = "approved"
    DENIED = "denied"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """How a case is to end, and the name of the rule that says so."""

    rule: str
    outcome: Outcome = Outcome.APPROVED
    failed: bool = False  # the service breaks down over it
    ends: bool = True
    slowness: int = 1  # times the usual delay
    takes: timedelta | None = None  # instead of the usual delay
    risk_score: float | None = None  # instead of a drawn one

    def delay(self, usual: timedelta) -> timedelta | None:
        """How long the case takes; None: for ever."""
        if not self.ends:
            return None
        return self.takes if self.takes is not None else usual * self.slowness


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """What is kept of a sandbox itself: its settings as JSON text, and its clock."""

    settings: str = "{}"
    clock: SandboxClock = WALL_TIME
    advancing: bool = False
    born: int = field(default=0, compare=False)  # microseconds: when this life of it began


@dataclass(frozen=True, slots=True)
class Dues:
    """When the next case and the next delivery of a sandbox are due by its clock; None: none is."""

    case: datetime | None
    delivery: datetime | None

    @property
    def first(self) -> datetime | None:
        """The earlier of the two."""
        return min((due for due in (self.case, self.delivery) if due), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewClient:
    """A client as a request describes it; `details` is JSON text that only its provider reads."""

    name: str
    kind: str | None = None
    details: str = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientClaim:
    """Whom a request means: by `id`, by `reuse_key`, or a new one (`fresh`, or why it is `refused`)."""

    id: int | None = None
    reuse_key: str | None = None  # a non-blank external id: the same key is the same client
    external_id: str | None = None
    fresh: NewClient | None = None
    refused: Invalid | None = None
    updates: bool = False  # does `fresh` replace what is stored of a client that is reused?


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """The person or entity that is verified."""

    id: int
    external_id: str | None
    name: str
    kind: str | None
    details: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCheck:
    """One check a request asks for; `details` is JSON text that only its provider reads."""

    kind: str
    details: str = "{}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check of a case, and what came of it."""

    id: int
    kind: str
    details: str
    state: State
    created_at: datetime
    updated_at: datetime
    outcome: Outcome | None = None
    risk_score: float | None = None
    title: str | None = None
    note: str | None = None
    reasoning: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCase:
    """What a request orders; `refused` is raised once its client stands."""

    sandbox: str
    provider: str
    client: ClientClaim
    external_id: str | None = None
    state: State = State.OPEN
    finishes: bool = True  # False: it waits until somebody finishes it
    webhook_url: str | None = None
    retention_days: int | None = None  # 0: gone once finished and its webhook settled
    details: str = "{}"
    checks: tuple[NewCheck, ...] = ()
    of_business: bool = False  # a company is looked at longer than a person
    request: Any = None  # the JSON that was sent, for rules that look into it
    refused: Invalid | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When work on a case starts and when it ends."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ids:
    """The ids a new case takes: its own, its client's where that is new, and the first of its checks'."""

    case: int
    client: int
    first_check: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One verification: its client, its checks and where it stands."""

    sandbox: str
    provider: str
    id: int
    client: Client
    external_id: str | None
    state: State
    webhook_url: str | None
    retention_days: int | None
    details: str
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None  # when its next step is due
    finish_at: datetime | None  # when it is to end
    decision: Decision  # how it is to end, decided when it was opened
    outcome: Outcome | None = None
    risk_score: float | None = None
    checks: tuple[Check, ...] = ()

    @property
    def starts_at(self) -> datetime | None:
        """When work on it starts, or started: half way to its end; None: it waits for somebody."""
        return None if self.finish_at is None else self.created_at + (self.finish_at - self.created_at) / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilter:
    """Which cases of one sandbox and provider to list."""

    client_id: int | None = None
    outcomes: frozenset[Outcome | None] | None = None
    has_webhook: bool | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class CompletionOrder:
    """How somebody orders a case to end: the verdict, and what is to be said otherwise than drawn."""

    decision: Decision
    amend: Callable[[Case], Case]

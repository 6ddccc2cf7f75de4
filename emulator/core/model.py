"""The entities of the emulator, as frozen values."""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from emulator.core.errors import Invalid
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock
from emulator.quick_dataclass import dataclass

DEFAULT_SANDBOX = "default"


class State(StrEnum):
    """The state of a case or check; each provider has its own words for these."""

    WAITING = "waiting"  # created; work on it begins when somebody orders it
    OPEN = "open"  # created; work on it has not started
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"  # ended by an error of the service, without a decision
    CANCELLED = "cancelled"  # created in a final state: it takes no further step


class Outcome(StrEnum):
    """The decision about a client."""

    APPROVED = "approved"
    DENIED = "denied"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """How a case is to end, and the name of the rule that says so."""

    rule: str
    outcome: Outcome = Outcome.APPROVED
    failed: bool = False  # it ends by an error of the service
    ends: bool = True
    slowness: int = 1  # multiplies the usual delay
    takes: timedelta | None = None  # replaces the usual delay
    risk_score: float | None = None  # replaces a drawn one

    def delay(self, usual: timedelta) -> timedelta | None:
        """Return how long the case takes, None when it never ends."""
        delay = usual * self.slowness if self.takes is None else self.takes
        return delay if self.ends else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """The stored row of a sandbox: its settings as JSON text, and its clock."""

    settings: str = "{}"
    clock: SandboxClock = WALL_TIME
    advancing: bool = False
    born: int = field(default=0, compare=False)  # when it was first used or last reset, in microseconds since 1970


@dataclass(frozen=True, slots=True)
class Dues:
    """When the next case and the next delivery of a sandbox are due by its clock; None when none is.

    A delivery in flight is not due, so whoever asks what is left to be done has to look at both, at the same moment.
    """

    case: datetime | None
    delivery: datetime | None
    in_flight: bool = False  # an attempt is being made, here or by another process

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
    retention_days: int | None = None  # 0: it is gone as soon as its last case is


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientClaim:
    """The client that a request names: by `id`, by `reuse_key`, or as a new one."""

    id: int | None = None
    reuse_key: str | None = None  # a non-blank external id: equal keys name one client
    external_id: str | None = None
    fresh: NewClient | None = None  # to be added when the client is not known
    refused: Invalid | None = None  # raised when there is neither a known client nor a fresh one
    updates: bool = False  # whether `fresh` replaces what is stored of a known client
    keep: Callable[["Client", NewClient], NewClient] = lambda known, fresh: fresh  # what of a known client stays


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """The person or company that is verified."""

    id: int
    external_id: str | None
    name: str
    kind: str | None
    details: str
    retention_days: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCheck:
    """One check that a request orders; `details` is JSON text that only its provider reads."""

    kind: str | None
    details: str = "{}"
    retention_days: int | None = None  # 0: it is gone as soon as its case is settled
    documents: tuple[int, ...] = ()  # their ids, to be linked to it


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check of a case, with its result once the case has ended."""

    id: int
    kind: str | None
    details: str
    retention_days: int | None
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
    """A case that a request orders."""

    sandbox: str
    provider: str
    client: ClientClaim
    external_id: str | None = None
    state: State = State.OPEN
    finishes: bool = True  # False: it waits until it is completed by an order
    taken: Invalid | None = None  # its external id is unique, drawn if it is None; raised when another case has it
    webhook_url: str | None = None
    retention_days: int | None = None  # 0: it expires as soon as it has ended and its webhook is settled
    details: str = "{}"
    checks: tuple[NewCheck, ...] = ()
    documents: tuple[int, ...] = ()  # their ids, to be linked to it
    replaces: int | None = None  # the archived case that is started again as this one
    of_business: bool = False  # the usual delay of a company is longer than that of a person
    request: object = None  # the JSON that was sent, for rules that look into it
    refused: Invalid | None = None  # raised after its client was found or added


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When work on a case starts and when it ends."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ids:
    """The ids that a new case takes: its own, that of a new client, and the first of its checks."""

    case: int
    client: int
    first_check: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One verification: its client, its checks and its state."""

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
    revision: int = 0  # how often it was changed, or given a check, since it was opened
    started_at: datetime | None = None  # when work on it was ordered last; None: when it was opened
    archived_at: datetime | None = None  # when it was started again as a new case
    replaces: int | None = None  # the archived case that was started again as this one

    @property
    def has_ended(self) -> bool:
        """Whether its work is done, well or badly."""
        return self.state in (State.COMPLETED, State.FAILED)

    @property
    def starts_at(self) -> datetime | None:
        """When work on it starts or started, half way to its end; None for a case without a schedule."""
        return self.ordered_at + (self.finish_at - self.ordered_at) / 2 if self.finish_at else None

    @property
    def ordered_at(self) -> datetime:
        """When work on it was ordered last."""
        return self.started_at or self.created_at


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilter:
    """The cases of one sandbox and provider to list; None fits any."""

    client_id: int | None = None
    outcomes: frozenset[Outcome | None] | None = None
    has_webhook: bool | None = None
    external_id: str | None = None
    archived: bool | None = False  # None: archived cases and all others


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """The cases to look for among the newest ones; None fits any."""

    among: CaseFilter
    states: frozenset[State] | None = None
    text: str | None = None  # in the client's name or the reference, or the number of the case


@dataclass(frozen=True, slots=True)
class CompletionOrder:
    """An order to end a case: the decision, and a function that replaces drawn values by ordered ones."""

    decision: Decision
    amend: Callable[[Case], Case]

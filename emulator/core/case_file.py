"""What stands around cases, as frozen values: documents, and checks as they are listed."""

from collections.abc import Callable
from datetime import datetime

from emulator.core.errors import Invalid
from emulator.core.model import Case, Check, Client, NewCheck, Outcome, State
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDocument:
    """A document that was uploaded: what is known of it, without its bytes."""

    name: str
    media_type: str
    size: int
    digest: str  # SHA-256, as hexadecimal digits
    case_id: int | None = None
    check_id: int | None = None
    client_id: int | None = None
    retention_days: int | None = None  # 0: it is gone as soon as the case it is linked to is settled


@dataclass(frozen=True, kw_only=True, slots=True)
class Document(NewDocument):
    """A document of the sandbox, and what it is linked to."""

    id: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHead:
    """What a check shows of its case."""

    id: int
    client: Client
    outcome: Outcome | None
    risk_score: float | None
    state: State
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FiledCheck:
    """A check with the head of its case."""

    check: Check
    case: CaseHead


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckFilter:
    """The checks of one sandbox and provider to list; None fits any. A check without a risk fits no bound on it."""

    case_id: int | None = None
    kind: str | None = None
    outcomes: frozenset[Outcome | None] | None = None
    least_risk: float | None = None
    most_risk: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddedCheck:
    """A check that a request adds to a case, and the refusals in the words of its provider."""

    sandbox: str
    provider: str
    case_id: int
    check: NewCheck
    of_business: bool = False  # as of a new case
    request: object = None  # the JSON that was sent, for rules that look into it
    unknown: Invalid  # raised when there is no such case that takes checks
    full: Invalid  # raised when the case has as many checks as it may have
    starts: Callable[[Case], bool] = lambda case: False  # whether work on a case that waits begins with this check


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseChange:
    """What a request makes of a case; `taken` is raised when another case has its external id."""

    external_id: str | None
    webhook_url: str | None
    retention_days: int | None
    details: str
    taken: Invalid

"""Orders, and why one cannot be placed."""

from dataclasses import dataclass
from datetime import datetime


class Refused(Exception):
    """The service refused; the text is its reason."""


class NotAllowed(Exception):
    """The service does not know our key."""


@dataclass
class Order:
    """An order, and what became of it."""

    reference: str
    state: str = "waiting"
    decisions: int = 0
    case_id: int | None = None
    told_case_id: int | None = None  # that the webhook named
    client_id: int | None = None
    link: str = ""
    opened_at: datetime | None = None

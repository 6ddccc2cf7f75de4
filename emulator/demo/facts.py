"""What is stored of the case of a story: where the story stands, and what is true to say of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.quick_dataclass import dataclass
from emulator.ui import phrases, state_marks

UNDER_WAY = ("open", "processing")
Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """A case with its webhooks, and whether the demo's receiver is on; `case` is None before one is opened."""

    case: Json | None
    webhooks: Sequence[Json]
    receiver_is_on: bool

    @property
    def has_ended(self) -> bool:
        """Whether the case has ended, in whatever way."""
        return self.case is not None and self.case["state"] not in UNDER_WAY

    @property
    def attempts(self) -> list[Json]:
        """Every attempt to deliver a webhook of the case, in the order of their times."""
        every = [attempt for webhook in self.webhooks for attempt in webhook["attempts"]]
        return sorted(every, key=lambda attempt: attempt["ended_at"])

    @property
    def in_vain(self) -> list[Json]:
        """The attempts that did not deliver."""
        return [attempt for attempt in self.attempts if not state_marks.is_delivered(attempt)]

    @property
    def is_delivered(self) -> bool:
        """Whether an attempt delivered the webhook."""
        return len(self.in_vain) < len(self.attempts)

    @property
    def is_given_up(self) -> bool:
        """Whether no further attempt is planned, and none delivered it."""
        return not self.is_delivered and any(webhook["state"] == "failed" for webhook in self.webhooks)


def ending_sentence(facts: Facts) -> str:
    """Return how the case ended and what became of its webhook; empty before a case is opened."""
    if facts.case is None:
        return ""
    return f"The case has ended: {state_marks.of_case(facts.case).word}. {_webhook_sentence(facts)}"


def _webhook_sentence(facts: Facts) -> str:
    if facts.is_delivered:
        return "Its webhook told your application."
    if facts.in_vain:
        return f"Its webhook has not arrived yet: {phrases.failing(facts.in_vain[-1])}."
    kept = [webhook for webhook in facts.webhooks if webhook["state"] in ("inbox", "blocked")]
    if kept:
        return "Its webhook is kept in the inbox: it may not be sent there."
    return "Its webhook is on its way." if facts.webhooks else "It sends no webhook."


def sends_sentence(facts: Facts) -> str:
    """Return how often the webhook was sent: always the same id and bytes."""
    times = phrases.count(len(facts.attempts), "time")
    return f"Sent {times}, with the same id and the same bytes: an application that remembers the id acts once."


def first_attempt_sentence(facts: Facts) -> str:
    """Return what became of the first attempt, which was made while the receiver was off."""
    if not facts.attempts:
        return "The case has ended, and its webhook is on its way."
    first = facts.attempts[0]
    if state_marks.is_delivered(first):
        return "The case has ended, and its webhook was delivered at once: the receiver was on."
    return f"The case has ended, and the first attempt failed: {phrases.failing(first)}."


def waiting_sentence(facts: Facts) -> str:
    """Return how many attempts were in vain."""
    if not facts.in_vain:
        return "The webhook was delivered before a minute had to go by."
    many = phrases.count(len(facts.in_vain), "attempt")
    if facts.is_delivered:
        return f"{many} in vain before it was delivered."
    if facts.is_given_up:
        return f"{many}, all in vain, and the last one that is planned."
    return f"{many}, all in vain. Nothing is lost: the webhook waits for the next one."


def receiver_sentence(facts: Facts) -> str:
    """Return whether the receiver was on when the next attempt was due, or waits for that attempt."""
    if facts.is_delivered:
        return "The receiver was on when the next attempt was due."
    return "The receiver is on, but the next attempt is not due yet."


def delivery_sentence(facts: Facts) -> str:
    """Return which attempt delivered the webhook."""
    number = next((n for n, each in enumerate(facts.attempts, 1) if state_marks.is_delivered(each)), 0)
    return f"Delivered at attempt {number}, with the same id and bytes as the first." if number > 1 else "Delivered."

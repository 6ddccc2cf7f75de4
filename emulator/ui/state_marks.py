"""The marks of states on pages: a shape, a word and a colour, so that nobody depends on one of them alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.quick_dataclass import dataclass
from emulator.ui import phrases


@dataclass(frozen=True, slots=True)
class Mark:
    """The shape, the word and the colour of a state."""

    shape: str
    word: str
    tone: str


WORKING = Mark("ring", "in progress", "blue")
CASES: Mapping[str, Mark] = {
    "open": WORKING,
    "processing": WORKING,
    "failed": Mark("cross", "failed", "red"),
    "cancelled": Mark("slash", "cancelled", "grey"),
    "approved": Mark("tick", "approved", "green"),
    "denied": Mark("bar", "denied", "red"),
    "undecided": Mark("half", "undecided", "grey"),
}
WEBHOOKS: Mapping[str, Mark] = {
    "scheduled": Mark("ring", "due", "blue"),
    "in_flight": Mark("ring", "being sent", "blue"),
    "delivered": Mark("tick", "delivered", "green"),
    "failed": Mark("cross", "given up", "red"),
    "blocked": Mark("slash", "blocked", "grey"),
    "inbox": Mark("tray", "in the inbox", "grey"),
}
# The highest score of each mark.
RISKS = (
    (0.35, Mark("ring", "low", "green")),
    (0.7, Mark("half", "medium", "amber")),
    (1.0, Mark("bar", "high", "red")),
)
COMPLETED = Mark("tick", "completed", "green")
RETRYING = Mark("clock", "retrying", "amber")


def of_case(case: Mapping[str, Any]) -> Mark:
    """Return the mark of a case's state, and of its outcome, in its provider's word, once it has ended."""
    if case["state"] in ("completed", "failed"):
        return _of_end(case)
    if case["state"] == "waiting" or (case["state"] == "open" and case["next_step_at"] is None):
        return Mark("ring", "waiting", "grey")
    return CASES[case["state"]]


def of_webhook(delivery: Mapping[str, Any]) -> Mark:
    """Return the mark of a webhook's state."""
    return RETRYING if delivery["state"] == "scheduled" and delivery["attempts"] else WEBHOOKS[delivery["state"]]


def of_attempt(attempt: Mapping[str, Any]) -> Mark:
    """Return the mark of an attempt: delivered or not."""
    delivered = Mark("tick", "delivered", "green")
    return delivered if is_delivered(attempt) else Mark("cross", "not delivered", "red")


def is_delivered(attempt: Mapping[str, Any]) -> bool:
    """Return whether an attempt delivered its webhook."""
    return attempt["status"] is not None and 200 <= attempt["status"] < 300


def of_check(check: Mapping[str, Any]) -> Mark:
    """Return the mark of a check's state, and of its outcome, in its provider's word, once it has ended."""
    return _of_end(check) if check["state"] in ("completed", "failed") else WORKING


def _of_end(case: Mapping[str, Any]) -> Mark:
    mark = CASES["failed"] if case["state"] == "failed" else CASES.get(case["outcome"] or "", COMPLETED)
    return replace(mark, word=phrases.plain(case["outcome_word"] or mark.word))


def of_risk(score: float) -> Mark:
    """Return the mark of a risk score from 0 to 1."""
    return next(mark for highest, mark in RISKS if score <= highest)


def of_switch(is_on: bool) -> Mark:
    """Return the mark of something that is on or off."""
    return Mark("tick", "on", "green") if is_on else Mark("slash", "off", "grey")


def of_answer(status: int | None) -> Mark:
    """Return the mark of an answer's status; None: a fault cut the connection."""
    if status is None:
        return Mark("cross", "no answer", "red")
    return Mark("tick", str(status), "green") if status < 400 else Mark("cross", f"refused {status}", "red")

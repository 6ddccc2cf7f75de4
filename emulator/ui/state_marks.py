"""States as pages show them: by a shape, by a word and by a colour, so that none has to do it alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """One of them."""

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
CHECKS: Mapping[str, Mark] = {
    "approved": Mark("tick", "accepted", "green"),
    "denied": Mark("bar", "rejected", "red"),
    "undecided": Mark("half", "pending", "grey"),
}
# Up to there a risk is low, and up to there it is of note.
RISKS = (
    (0.35, Mark("ring", "low", "green")),
    (0.7, Mark("half", "medium", "amber")),
    (1.0, Mark("bar", "high", "red")),
)
RETRYING = Mark("clock", "retrying", "amber")


def of_case(case: Mapping[str, Any]) -> Mark:
    """Where a case stands."""
    if case["state"] == "completed":
        return CASES.get(case["outcome"] or "", Mark("tick", "completed", "green"))
    if case["state"] == "open" and case["next_step_at"] is None:
        return Mark("ring", "waiting", "grey")
    return CASES[case["state"]]


def of_webhook(delivery: Mapping[str, Any]) -> Mark:
    """Where a webhook stands."""
    return RETRYING if delivery["state"] == "scheduled" and delivery["attempts"] else WEBHOOKS[delivery["state"]]


def of_attempt(attempt: Mapping[str, Any]) -> Mark:
    """What one attempt came to."""
    ok = attempt["status"] is not None and 200 <= attempt["status"] < 300
    return Mark("tick", "delivered", "green") if ok else Mark("cross", "not delivered", "red")


def of_check(check: Mapping[str, Any]) -> Mark:
    """Where a check stands, in the analyst's words."""
    if check["state"] == "failed":
        return Mark("cross", "broke down", "red")
    return CHECKS[check["outcome"] or "undecided"] if check["state"] == "completed" else WORKING


def of_risk(score: float) -> Mark:
    """A risk in a word."""
    return next(mark for highest, mark in RISKS if score <= highest)


def of_switch(is_on: bool) -> Mark:
    """Something that is on or off."""
    return Mark("tick", "on", "green") if is_on else Mark("slash", "off", "grey")


def of_answer(status: int | None) -> Mark:
    """A status as it is shown."""
    if status is None:
        return Mark("cross", "no answer", "red")
    return Mark("tick", str(status), "green") if status < 400 else Mark("cross", f"refused {status}", "red")

"""Outcome rules: what matches a request decides how and when its case ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from emulator.core.matching import Match, match_of_json, match_to_json
from emulator.core.model import Decision, Outcome

MOST_RULES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Requests that match end so; what is None is left to the sandbox."""

    id: str
    match: Match
    outcome: Outcome | None = None
    failed: bool = False
    ends: bool = True
    delay: timedelta | None = None
    risk_score: float | None = None

    def decision(self, default: Outcome) -> Decision:
        """How a case that matches is to end."""
        return Decision(
            rule=f"rule {self.id}",
            outcome=self.outcome or default,
            failed=self.failed,
            ends=self.ends,
            takes=self.delay,
            risk_score=self.risk_score,
        )


def outcome_word(outcome: Outcome | None, *, failed: bool, ends: bool) -> str | None:
    """How an ending is called, whoever the provider."""
    return "failed" if failed else "stuck" if not ends else outcome


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """As it is kept and shown."""
    said = {
        "outcome": outcome_word(rule.outcome, failed=rule.failed, ends=rule.ends),
        "delay": rule.delay.total_seconds() if rule.delay is not None else None,
        "risk_score": rule.risk_score,
    }
    return {"id": rule.id, **match_to_json(rule.match), **{k: v for k, v in said.items() if v is not None}}


def rule_of_json(value: Mapping[str, Any]) -> Rule:
    """The rule that was written so."""
    word, delay = value.get("outcome"), value.get("delay")
    plain = {outcome.value for outcome in Outcome}
    return Rule(
        id=value["id"],
        match=match_of_json(value),
        outcome=Outcome.UNDECIDED if word == "failed" else Outcome(word) if word in plain else None,
        failed=word == "failed",
        ends=word != "stuck",
        delay=timedelta(seconds=delay) if delay is not None else None,
        risk_score=value.get("risk_score"),
    )

"""Outcome rules: the first one that matches a request decides how and when its case ends."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from emulator.core.matching import Match, match_of_json, match_to_json
from emulator.core.model import Decision, Outcome
from emulator.quick_dataclass import dataclass

MOST_RULES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How the cases of matching requests end; None leaves a value to the sandbox."""

    id: str
    match: Match
    outcome: Outcome | None = None
    failed: bool = False
    ends: bool = True
    delay: timedelta | None = None
    risk_score: float | None = None

    def decision(self, default: Outcome) -> Decision:
        """Return the decision for a matching case, with the sandbox's default outcome where the rule names none."""
        return Decision(
            rule=f"rule {self.id}",
            outcome=self.outcome or default,
            failed=self.failed,
            ends=self.ends,
            takes=self.delay,
            risk_score=self.risk_score,
        )


def outcome_word(outcome: Outcome | None, *, failed: bool, ends: bool) -> str | None:
    """Return the word for how a case ends that rules, queued outcomes and orders use: an outcome, failed or stuck."""
    return "failed" if failed else "stuck" if not ends else outcome


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """Return the rule as it is stored and shown: the keys of its match and, where given, of its effect."""
    effect = {
        "outcome": outcome_word(rule.outcome, failed=rule.failed, ends=rule.ends),
        "delay": rule.delay.total_seconds() if rule.delay is not None else None,
        "risk_score": rule.risk_score,
    }
    return {"id": rule.id, **match_to_json(rule.match), **{k: v for k, v in effect.items() if v is not None}}


def rule_of_json(payload: Mapping[str, Any]) -> Rule:
    """Return the rule that was stored so."""
    word, delay = payload.get("outcome"), payload.get("delay")
    plain = {outcome.value for outcome in Outcome}
    return Rule(
        id=payload["id"],
        match=match_of_json(payload),
        outcome=Outcome.UNDECIDED if word == "failed" else Outcome(word) if word in plain else None,
        failed=word == "failed",
        ends=word != "stuck",
        delay=timedelta(seconds=delay) if delay is not None else None,
        risk_score=payload.get("risk_score"),
    )

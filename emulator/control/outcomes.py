"""The routes that decide how cases will end: the queue of the next ones, and rules on requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from emulator.control.matching import MatchIn
from emulator.control.room import ControlRoom, known_provider
from emulator.control.wire import NothingIn, Strict, answer, takes
from emulator.core.matching import match_of_json
from emulator.core.model import CompletionOrder, Outcome
from emulator.core.rules import Rule, rule_to_json
from emulator.core.sandbox_settings import QueuedOutcome
from emulator.readers import LONGEST_DELAY
from emulator.web.problem_json import Problem

MOST_TIMES = 10_000
WORDS = "approved, denied, undecided, failed, stuck, or a word of the provider's"


class PlanIn(Strict):
    """{"provider": "aplyid", "outcome": "denied", "times": 1}"""

    provider = fields.String(allow_none=True, load_default=None, metadata={"description": "both unless told"})
    outcome = fields.String(required=True, validate=Length(1, 100), metadata={"description": WORDS})
    times = fields.Integer(
        strict=True,
        load_default=1,
        validate=Range(1, MOST_TIMES),
        metadata={"description": "how many of the next cases"},
    )


class RuleIn(MatchIn):
    """{"provider": "aplyid", "when": {"client.email": {"contains": "@risky."}}, "outcome": "denied", "delay": 5}"""

    outcome = fields.String(validate=Length(1, 100), metadata={"description": WORDS})
    delay = fields.Float(validate=Range(0, LONGEST_DELAY), metadata={"description": "seconds from creation to end"})
    risk_score = fields.Float(validate=Range(0, 1), metadata={"description": "where the provider tells one"})

    @validates_schema
    def fit(self, said: dict[str, Any], **_: Any) -> None:
        """A rule has to set something."""
        if not said.keys() & {"outcome", "delay", "risk_score"}:
            raise ValidationError("one of outcome, delay and risk_score is needed", "outcome")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word for an outcome stands for."""

    outcome: Outcome
    failed: bool = False
    ends: bool = True


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/outcomes, its queue and its rules."""

    @routes.get("/sandboxes/<sandbox:name>/outcomes")
    def read_outcomes(name: str) -> Response:
        """How cases will end: what is planned for the next ones, the rules, and the default."""
        return answer(_outcomes(room, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(PlanIn())
    def plan_outcome(name: str, said: dict[str, Any]) -> Response:
        """Plan how the next cases end."""
        room.planning.queue_outcome(name, queued_outcome_of(room, **said))
        return answer(_outcomes(room, name), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(NothingIn())
    def forget_plans(name: str, said: dict[str, Any]) -> Response:
        """Plan nothing for the next cases any more."""
        room.planning.forget_queued_outcomes(name)
        return answer(_outcomes(room, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/rules")
    @takes(RuleIn())
    def add_rule(name: str, said: dict[str, Any]) -> Response:
        """Decide how the cases of matching requests end; of several rules the first that matches counts."""
        rule = room.planning.add_rule(name, lambda rule_id: make_rule(room.completion_schemas, rule_id, said))
        return answer(rule_to_json(rule), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/rules")
    @takes(NothingIn())
    def remove_rules(name: str, said: dict[str, Any]) -> Response:
        """Take all rules of the sandbox back."""
        room.planning.remove_rules(name)
        return answer(_outcomes(room, name))

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/rules/<rule_id>")
    @takes(NothingIn())
    def remove_rule(name: str, rule_id: str, said: dict[str, Any]) -> Response:
        """Take one rule back."""
        room.planning.remove_rules(name, rule_id)
        return answer(_outcomes(room, name))


def make_rule(completion_schemas: Mapping[str, Schema], rule_id: str, said: dict[str, Any]) -> Rule:
    """The rule that was asked for; raises Problem for an unknown provider or word."""
    provider = known_provider(completion_schemas, said.get("provider"))
    meaning = meaning_of(completion_schemas, provider, said["outcome"]) if "outcome" in said else None
    return Rule(
        id=rule_id,
        match=match_of_json(said),
        outcome=meaning.outcome if meaning else None,
        failed=bool(meaning and meaning.failed),
        ends=meaning is None or meaning.ends,
        delay=timedelta(seconds=said["delay"]) if "delay" in said else None,
        risk_score=said.get("risk_score"),
    )


def queued_outcome_of(room: ControlRoom, provider: str | None, outcome: str, times: int) -> QueuedOutcome:
    """A plan for so many of the next cases; raises Problem for a word that means nothing."""
    meaning = meaning_of(room.completion_schemas, known_provider(room.completion_schemas, provider), outcome)
    return QueuedOutcome(
        provider=provider, outcome=meaning.outcome, failed=meaning.failed, ends=meaning.ends, times=times
    )


def meaning_of(completion_schemas: Mapping[str, Schema], provider: str | None, word: str) -> Meaning:
    """What a word stands for, in the words of its provider, of any provider, or of the emulator; raises Problem."""
    if word == "failed":
        return Meaning(Outcome.UNDECIDED, failed=True)
    if word == "stuck":  # as by surname: approved, should somebody end it after all
        return Meaning(Outcome.APPROVED, ends=False)
    if word in [outcome.value for outcome in Outcome]:
        return Meaning(Outcome(word))
    schemas = [completion_schemas[provider]] if provider else completion_schemas.values()
    for schema in schemas:
        for said in ({"outcome": word}, {"status": word}):
            order: CompletionOrder | None = None if schema.validate(said) else schema.load(said)
            if order and ("outcome" in said or order.decision.failed):
                return Meaning(order.decision.outcome, failed=order.decision.failed)
    raise Problem(422, f"outcome: {word[:100]} is no outcome {'of ' + provider if provider else 'of any provider'}")


def _outcomes(room: ControlRoom, name: str) -> dict[str, Any]:
    settings = room.planning.read(name)
    return {
        "default": settings.default_outcome,
        "next": [{"provider": p.provider, "outcome": p.word, "times": p.times} for p in settings.queued],
        "rules": [rule_to_json(rule) for rule in settings.rules],
        "common_rules": [rule_to_json(rule) for rule in settings.common_rules],
    }

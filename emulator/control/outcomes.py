"""The routes that decide how cases will end: the queue of the next ones, and rules on requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from emulator.control.context import ControlContext, known_provider
from emulator.control.matching import MatchIn
from emulator.control.request_schemas import NothingIn, Strict
from emulator.control.views import json_response, responds, takes
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
    def fit(self, payload: dict[str, Any], **_: Any) -> None:
        """A rule has to set something."""
        if not payload.keys() & {"outcome", "delay", "risk_score"}:
            raise ValidationError("one of outcome, delay and risk_score is needed", "outcome")


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """What a word for an outcome stands for."""

    outcome: Outcome
    failed: bool = False
    ends: bool = True


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/outcomes, its queue and its rules."""

    @routes.get("/sandboxes/<sandbox:name>/outcomes")
    @responds("OutcomesOut")
    def read_outcomes(name: str) -> Response:
        """How cases will end: what is planned for the next ones, the rules, and the default."""
        return json_response(_outcomes(context, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(PlanIn())
    @responds("OutcomesOut", 201)
    def plan_outcome(name: str, payload: dict[str, Any]) -> Response:
        """Plan how the next cases end."""
        context.planning.queue_outcome(name, queued_outcome_of(context, **payload))
        return json_response(_outcomes(context, name), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(NothingIn())
    @responds("OutcomesOut")
    def forget_plans(name: str, payload: dict[str, Any]) -> Response:
        """Plan nothing for the next cases any more."""
        context.planning.forget_queued_outcomes(name)
        return json_response(_outcomes(context, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/rules")
    @takes(RuleIn())
    @responds("RuleOut", 201)
    def add_rule(name: str, payload: dict[str, Any]) -> Response:
        """Decide how the cases of matching requests end; of several rules the first that matches counts."""
        rule = context.planning.add_rule(name, lambda rule_id: make_rule(context.completion_schemas, rule_id, payload))
        return json_response(rule_to_json(rule), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/rules")
    @takes(NothingIn())
    @responds("OutcomesOut")
    def remove_rules(name: str, payload: dict[str, Any]) -> Response:
        """Take all rules of the sandbox back."""
        context.planning.remove_rules(name)
        return json_response(_outcomes(context, name))

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/rules/<rule_id>")
    @takes(NothingIn())
    @responds("OutcomesOut")
    def remove_rule(name: str, rule_id: str, payload: dict[str, Any]) -> Response:
        """Take one rule back."""
        context.planning.remove_rules(name, rule_id)
        return json_response(_outcomes(context, name))


def make_rule(completion_schemas: Mapping[str, Schema], rule_id: str, payload: dict[str, Any]) -> Rule:
    """The rule that was asked for; raises Problem for an unknown provider or word."""
    provider = known_provider(completion_schemas, payload.get("provider"))
    named = named_outcome(completion_schemas, provider, payload["outcome"]) if "outcome" in payload else None
    return Rule(
        id=rule_id,
        match=match_of_json(payload),
        outcome=named.outcome if named else None,
        failed=bool(named and named.failed),
        ends=named is None or named.ends,
        delay=timedelta(seconds=payload["delay"]) if "delay" in payload else None,
        risk_score=payload.get("risk_score"),
    )


def queued_outcome_of(context: ControlContext, provider: str | None, outcome: str, times: int) -> QueuedOutcome:
    """A plan for so many of the next cases; raises Problem for a word that means nothing."""
    named = named_outcome(context.completion_schemas, known_provider(context.completion_schemas, provider), outcome)
    return QueuedOutcome(provider=provider, outcome=named.outcome, failed=named.failed, ends=named.ends, times=times)


def named_outcome(completion_schemas: Mapping[str, Schema], provider: str | None, word: str) -> NamedOutcome:
    """What a word stands for, in the words of its provider, of any provider, or of the emulator; raises Problem."""
    if word == "failed":
        return NamedOutcome(Outcome.UNDECIDED, failed=True)
    if word == "stuck":  # as by surname: approved, should somebody end it after all
        return NamedOutcome(Outcome.APPROVED, ends=False)
    if word in [outcome.value for outcome in Outcome]:
        return NamedOutcome(Outcome(word))
    schemas = [completion_schemas[provider]] if provider else completion_schemas.values()
    for schema in schemas:
        for payload in ({"outcome": word}, {"status": word}):
            order: CompletionOrder | None = None if schema.validate(payload) else schema.load(payload)
            if order and ("outcome" in payload or order.decision.failed):
                return NamedOutcome(order.decision.outcome, failed=order.decision.failed)
    raise Problem(422, f"outcome: {word[:100]} is no outcome {'of ' + provider if provider else 'of any provider'}")


def _outcomes(context: ControlContext, name: str) -> dict[str, Any]:
    settings = context.planning.read(name)
    return {
        "default": settings.default_outcome,
        "next": [{"provider": p.provider, "outcome": p.word, "times": p.times} for p in settings.queued],
        "rules": [rule_to_json(rule) for rule in settings.rules],
        "common_rules": [rule_to_json(rule) for rule in settings.common_rules],
    }

"""The routes that decide how cases will end: the queue of outcomes for the next ones, and outcome rules."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, TypedDict, cast

from flask import Blueprint, Response
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from emulator.control.context import ControlContext
from emulator.control.filter_words import LONGEST, Word, known_provider
from emulator.control.matching import MatchIn, shown_match
from emulator.control.payloads import OutcomesPayload, QueuedOutcomePayload, RulePayload
from emulator.control.request_schemas import NothingIn, Strict, Whole
from emulator.control.views import json_response, responds, takes
from emulator.core.matching import match_of_json
from emulator.core.model import CompletionOrder, Outcome
from emulator.core.rules import Rule, rule_to_json
from emulator.core.sandbox_settings import QueuedOutcome
from emulator.quick_dataclass import dataclass
from emulator.readers import LONGEST_DELAY
from emulator.web.problem_json import Problem

MOST_TIMES = 10_000
WORDS = "approved, denied, undecided, failed, stuck, or a word of the provider's"


class OutcomeOrder(TypedDict):
    """What PlanIn loads."""

    provider: str | None
    outcome: str
    times: int


class RuleOrder(TypedDict, total=False):
    """What RuleIn loads."""

    provider: str | None
    when: dict[str, object]
    outcome: str
    delay: float
    risk_score: float


class OutcomeWord(fields.String):
    """How a case ends, in a word of the emulator's or of a provider's; `named_outcome` says what it means."""


class PlanIn(Strict):
    """{"provider": "aplyid", "outcome": "denied", "times": 1}"""

    provider = Word("provider", allow_none=True, load_default=None, metadata={"description": "both unless told"})
    outcome = OutcomeWord(required=True, validate=Length(1, 100), metadata={"description": WORDS})
    times = Whole(
        load_default=1,
        validate=Range(1, MOST_TIMES),
        metadata={"description": "how many of the next cases"},
    )


class RuleIn(MatchIn):
    """{"provider": "aplyid", "when": {"client.email": {"contains": "@risky."}}, "outcome": "denied", "delay": 5}"""

    class Meta(MatchIn.Meta):
        together: ClassVar[Mapping[str, object]] = {
            "if": {"not": {"required": ["outcome"]}},
            "then": {"if": {"not": {"required": ["delay"]}}, "then": {"required": ["risk_score"]}},
        }

    outcome = OutcomeWord(validate=Length(1, 100), metadata={"description": WORDS})
    delay = fields.Float(validate=Range(0, LONGEST_DELAY), metadata={"description": "seconds from creation to end"})
    risk_score = fields.Float(validate=Range(0, 1), metadata={"description": "where the provider tells one"})

    @validates_schema
    def fit(self, payload: Mapping[str, object], **_: object) -> None:
        """Raise ValidationError for a rule that sets nothing."""
        if not payload.keys() & {"outcome", "delay", "risk_score"}:
            raise ValidationError("one of outcome, delay and risk_score is needed", "outcome")


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """How a case ends that ends in a certain word; `ends` is False for one that never does."""

    outcome: Outcome
    failed: bool = False
    ends: bool = True


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /outcomes, its queue and its rules."""

    @routes.get("/sandboxes/<sandbox:name>/outcomes")
    @responds("OutcomesOut")
    def read_outcomes(name: str) -> Response:
        """Return how cases will end: the queue of outcomes, the rules, and the default."""
        return json_response(_outcomes(context, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(PlanIn())
    @responds("OutcomesOut", 201)
    def plan_outcome(name: str, payload: OutcomeOrder) -> Response:
        """Queue an outcome for the next cases."""
        context.planning.queue_outcome(name, queued_outcome_of(context, **payload))
        return json_response(_outcomes(context, name), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(NothingIn())
    @responds("OutcomesOut")
    def forget_plans(name: str, payload: object) -> Response:
        """Empty the queue of outcomes."""
        context.planning.forget_queued_outcomes(name)
        return json_response(_outcomes(context, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/rules")
    @takes(RuleIn())
    @responds("RuleOut", 201)
    def add_rule(name: str, payload: RuleOrder) -> Response:
        """Add a rule that decides how the cases of matching requests end; the first rule that matches decides."""
        rule = context.planning.add_rule(name, lambda rule_id: make_rule(context.completion_schemas, rule_id, payload))
        return json_response(_render_rule(rule), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/rules")
    @takes(NothingIn())
    @responds("OutcomesOut")
    def remove_rules(name: str, payload: object) -> Response:
        """Remove all rules of the sandbox."""
        context.planning.remove_rules(name)
        return json_response(_outcomes(context, name))

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/rules/<rule_id>")
    @takes(NothingIn())
    @responds("OutcomesOut")
    def remove_rule(name: str, rule_id: str, payload: object) -> Response:
        """Remove one rule."""
        context.planning.remove_rules(name, rule_id)
        return json_response(_outcomes(context, name))


def make_rule(completion_schemas: Mapping[str, Schema], rule_id: str, payload: RuleOrder) -> Rule:
    """Return the rule that a body describes; raise Problem 422 for an unknown provider or outcome."""
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
    """Return an outcome for the next `times` cases; raise Problem 422 for an unknown provider or outcome."""
    named = named_outcome(context.completion_schemas, known_provider(context.completion_schemas, provider), outcome)
    return QueuedOutcome(provider=provider, outcome=named.outcome, failed=named.failed, ends=named.ends, times=times)


def named_outcome(completion_schemas: Mapping[str, Schema], provider: str | None, word: str) -> NamedOutcome:
    """Return what a word means to the emulator, to the given provider, or to any if none is given.

    Raise Problem 422 for a word that means nothing.
    """
    schemas = {provider: completion_schemas[provider]} if provider else completion_schemas
    named = _meaning(schemas, word)
    if named is None:
        whose = f"of {provider}" if provider else "of any provider"
        raise Problem(422, f"outcome: {word[:LONGEST]} is no outcome {whose}; known are {_listed(schemas)}")
    return named


def _meaning(completion_schemas: Mapping[str, Schema], word: str) -> NamedOutcome | None:
    if word == "failed":
        return NamedOutcome(Outcome.UNDECIDED, failed=True)
    if word == "stuck":  # like the surname Stuck: approved, in case somebody completes it after all
        return NamedOutcome(Outcome.APPROVED, ends=False)
    if word in [outcome.value for outcome in Outcome]:
        return NamedOutcome(Outcome(word))
    for schema in completion_schemas.values():
        for payload in ({"outcome": word}, {"status": word}):
            order: CompletionOrder | None = None if schema.validate(payload) else schema.load(payload)
            if order and ("outcome" in payload or order.decision.failed):
                return NamedOutcome(order.decision.outcome, failed=order.decision.failed)
    return None


def _listed(completion_schemas: Mapping[str, Schema]) -> str:
    return ", ".join(outcome_words(completion_schemas))


def outcome_words(completion_schemas: Mapping[str, Schema]) -> list[str]:
    """Return every word that `named_outcome` knows of these providers, sorted."""
    words = {"failed", "stuck", *(outcome.value for outcome in Outcome)}
    for schema in completion_schemas.values():
        fields_with_words = (schema.fields[name] for name in ("outcome", "status") if name in schema.fields)
        rules = [rule for field in fields_with_words for rule in field.validators if isinstance(rule, OneOf)]
        words.update(str(word) for rule in rules for word in rule.choices if _meaning(completion_schemas, str(word)))
    return sorted(words)


def _outcomes(context: ControlContext, name: str) -> OutcomesPayload:
    settings = context.planning.read(name)
    return {
        "default": settings.default_outcome,
        "next": [_render_queued(queued) for queued in settings.queued],
        "rules": [_render_rule(rule) for rule in settings.rules],
        "common_rules": [_render_rule(rule) for rule in settings.common_rules],
    }


def _render_queued(queued: QueuedOutcome) -> QueuedOutcomePayload:
    return {"provider": queued.provider, "outcome": queued.word, "times": queued.times}


def _render_rule(rule: Rule) -> RulePayload:
    return cast(RulePayload, rule_to_json(rule) | shown_match(rule.match))

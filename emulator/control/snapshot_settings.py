"""Check the settings of a snapshot by the rules that held when they were set."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from emulator.control.fault_schemas import SCHEMAS
from emulator.control.faults import settings_of
from emulator.control.filter_words import known_provider
from emulator.control.outcomes import MOST_TIMES, RuleIn, RuleOrder, make_rule
from emulator.control.request_schemas import SettingsIn, Strict, TrueOrFalse, Whole
from emulator.control.views import Variants, load
from emulator.core.faults import MOST_FAULTS, StoredFault
from emulator.core.matching import match_of_json, match_to_json
from emulator.core.rules import MOST_RULES, rule_to_json
from emulator.core.sandbox_clock import LATEST, to_micros
from emulator.web.problem_json import Problem

LATEST_MICROS = to_micros(LATEST)


class KeptPlanIn(Strict):
    """A queued outcome, as it is stored."""

    provider = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True)
    failed = TrueOrFalse(required=True)
    ends = TrueOrFalse(load_default=True)
    times = Whole(required=True, validate=Range(1, MOST_TIMES))


class KeptFaultIn(Strict):
    """A fault, as it is stored."""

    id = fields.String(required=True, validate=Length(1, 20))
    kind = fields.String(required=True)
    match = fields.Dict(required=True)
    until = Whole(required=True, validate=Range(0, LATEST_MICROS))
    times = Whole(required=True, allow_none=True)
    probability = fields.Float(required=True)
    seen = Whole(required=True, validate=Range(0, 2**53))
    settings = fields.Dict(required=True)


class KeptSettingsIn(SettingsIn):
    """Everything that is set and planned for a sandbox, as it is stored."""

    numbered = Whole(validate=Range(0, 2**53))
    key_since = Whole(validate=Range(0, LATEST_MICROS))
    planned = fields.List(fields.Nested(KeptPlanIn), validate=Length(max=MOST_TIMES))
    rules = fields.List(fields.Dict(), validate=Length(max=MOST_RULES))
    faults = fields.List(fields.Nested(KeptFaultIn), validate=Length(max=MOST_FAULTS))


def read_settings(completion_schemas: Mapping[str, Schema], given: object) -> dict[str, Any]:
    """Return the settings of a snapshot as they are stored; raise Problem 422 for what could not have been set."""
    if not isinstance(given, dict):
        raise Problem(422, "settings: a JSON object is needed")
    settings: dict[str, Any] = load(KeptSettingsIn(), given)
    for queued in settings.get("planned", ()):
        known_provider(completion_schemas, queued["provider"])
    planning = {
        "rules": [_rule(completion_schemas, rule) for rule in settings.get("rules", ())],
        "faults": [_fault(completion_schemas, fault) for fault in settings.get("faults", ())],
    }
    return {name: value for name, value in {**settings, **planning}.items() if value is not None and value != []}


def _rule(completion_schemas: Mapping[str, Schema], stored: Mapping[str, object]) -> Mapping[str, object]:
    order: RuleOrder = load(RuleIn(), {name: value for name, value in stored.items() if name != "id"})
    return rule_to_json(make_rule(completion_schemas, str(stored.get("id", "r"))[:20], order))


def _fault(completion_schemas: Mapping[str, Schema], stored: StoredFault) -> Mapping[str, object]:
    order = {"kind": stored["kind"], "times": stored["times"], "probability": stored["probability"]}
    payload = Variants("kind", SCHEMAS).load({**stored["match"], **stored["settings"], **order})
    known_provider(completion_schemas, payload.get("provider"))
    match = match_to_json(match_of_json(payload))
    return {**stored, "match": match, "settings": settings_of(payload), "probability": payload["probability"]}

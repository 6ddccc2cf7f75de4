"""The settings of a snapshot, judged as they were when they were set."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from emulator.control.context import known_provider
from emulator.control.faults import SCHEMAS, settings_of
from emulator.control.outcomes import MOST_TIMES, RuleIn, make_rule
from emulator.control.request_schemas import SettingsIn, Strict
from emulator.control.views import Variants, load
from emulator.core.faults import MOST_FAULTS
from emulator.core.matching import match_of_json, match_to_json
from emulator.core.rules import MOST_RULES, rule_to_json
from emulator.core.sandbox_clock import LATEST, to_micros
from emulator.web.problem_json import Problem

LATEST_MICROS = to_micros(LATEST)


class KeptPlanIn(Strict):
    """What is planned for the next cases, as it is kept."""

    provider = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True)
    failed = fields.Boolean(required=True)
    ends = fields.Boolean(load_default=True)
    times = fields.Integer(required=True, strict=True, validate=Range(1, MOST_TIMES))


class KeptFaultIn(Strict):
    """A fault, as it is kept."""

    id = fields.String(required=True, validate=Length(1, 20))
    kind = fields.String(required=True)
    match = fields.Dict(required=True)
    until = fields.Integer(required=True, strict=True, validate=Range(0, LATEST_MICROS))
    times = fields.Integer(required=True, strict=True, allow_none=True)
    probability = fields.Float(required=True)
    seen = fields.Integer(required=True, strict=True, validate=Range(0, 2**53))
    settings = fields.Dict(required=True)


class KeptSettingsIn(SettingsIn):
    """Everything that is set and planned for a sandbox, as it is kept."""

    numbered = fields.Integer(strict=True, validate=Range(0, 2**53))
    key_since = fields.Integer(strict=True, validate=Range(0, LATEST_MICROS))
    planned = fields.List(fields.Nested(KeptPlanIn), validate=Length(max=MOST_TIMES))
    rules = fields.List(fields.Dict(), validate=Length(max=MOST_RULES))
    faults = fields.List(fields.Nested(KeptFaultIn), validate=Length(max=MOST_FAULTS))


def read_settings(completion_schemas: Mapping[str, Schema], given: Any) -> dict[str, Any]:
    """The settings as they are kept; raises Problem for what could not have been set."""
    if not isinstance(given, dict):
        raise Problem(422, "settings: a JSON object is needed")
    read: dict[str, Any] = load(KeptSettingsIn(), given)
    for planned in read.get("planned", ()):
        known_provider(completion_schemas, planned["provider"])
    planning = {
        "rules": [_rule(completion_schemas, rule) for rule in read.get("rules", ())],
        "faults": [_fault(completion_schemas, fault) for fault in read.get("faults", ())],
    }
    return {name: value for name, value in {**read, **planning}.items() if value is not None and value != []}


def _rule(completion_schemas: Mapping[str, Schema], given: dict[str, Any]) -> dict[str, Any]:
    said = load(RuleIn(), {name: value for name, value in given.items() if name != "id"})
    return rule_to_json(make_rule(completion_schemas, str(given.get("id", "r"))[:20], said))


def _fault(completion_schemas: Mapping[str, Schema], given: dict[str, Any]) -> dict[str, Any]:
    striking = {name: given[name] for name in ("kind", "times", "probability")}
    said = Variants("kind", SCHEMAS).load({**given["match"], **given["settings"], **striking})
    known_provider(completion_schemas, said.get("provider"))
    match = match_to_json(match_of_json(said))
    return {**given, "match": match, "settings": settings_of(said), "probability": said["probability"]}

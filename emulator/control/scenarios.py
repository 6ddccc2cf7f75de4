"""Read the outcome rules of every sandbox from YAML files and settings; a sandbox's own rules come first."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from marshmallow import Schema

from emulator.control.outcomes import RuleIn, make_rule
from emulator.control.views import load
from emulator.core.rules import Rule
from emulator.person_files import UnusableFile, decode, read_person_file
from emulator.settings import BadSetting, RuleText, suggest
from emulator.web.problem_json import Problem

MOST_RULES = 1_000
CompletionSchemas = Mapping[str, Schema]


def common_rules(
    scenarios: Iterable[str], texts: Iterable[str], completion_schemas: CompletionSchemas
) -> tuple[Rule, ...]:
    """Return the rules of JSON texts, then those of scenarios: names of built-in ones, or paths of files.

    The id of a rule says where it was read. Raise BadSetting for a file or rule that is not valid.
    """
    rules = [_settings_rule(f"rule {number}", text, completion_schemas) for number, text in enumerate(texts, 1)]
    for name in scenarios:
        for number, rule in enumerate(_read(name), 1):
            rules.append(_rule(f"{Path(name).stem} {number}", rule, completion_schemas, place=name))
    return tuple(rules)


def _settings_rule(rule_id: str, text: str, completion_schemas: CompletionSchemas) -> Rule:
    place = text.place if isinstance(text, RuleText) else "rule"
    return _rule(rule_id, json.loads(text), completion_schemas, place=place)


def _rule(rule_id: str, rule: object, completion_schemas: CompletionSchemas, *, place: str) -> Rule:
    try:
        if not isinstance(rule, dict):
            raise Problem(422, "an object is needed")
        return make_rule(completion_schemas, rule_id, load(RuleIn(), rule))
    except Problem as error:
        raise BadSetting(f"{place}: {rule_id}: {error.detail}") from error


def _read(name: str) -> list[object]:
    document = _parse(name, _text(name))
    if not isinstance(document, dict) or document.keys() != {"rules"} or not isinstance(document["rules"], list):
        raise BadSetting(f"{name}: a list called rules is needed, and nothing else")
    if len(document["rules"]) > MOST_RULES:
        raise BadSetting(f"{name} has more than {MOST_RULES} rules")
    return document["rules"]


def _text(name: str) -> str:
    """Return the text of a built-in scenario, or else of a file; raise BadSetting if there is neither."""
    built_in = {entry.name.removesuffix(".yaml"): entry for entry in _built_in()}
    if name in built_in:
        return decode(built_in[name].read_bytes(), name)
    path = Path(name)
    try:
        return read_person_file(path)
    except UnusableFile as error:
        raise BadSetting(str(error)) from error
    except (OSError, ValueError) as error:
        reason = f"{name} is no scenario{suggest(name, built_in)}" if path.suffix == "" else f"{name} cannot be read"
        raise BadSetting(f"{reason} ({error})") from error


def _built_in() -> Iterator[Traversable]:
    return (entry for entry in files("emulator.fixtures.scenarios").iterdir() if entry.name.endswith(".yaml"))


def _parse(name: str, text: str) -> object:
    """Return the value of a YAML text; raise BadSetting."""
    from emulator.plain_yaml import read_yaml  # slow to import, and only scenarios need it

    try:
        return read_yaml(text, name)
    except UnusableFile as error:
        raise BadSetting(str(error)) from error

"""Outcome rules from YAML files and from settings: they hold for every sandbox, after its own."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from marshmallow import Schema

from emulator.control.outcomes import RuleIn, make_rule
from emulator.control.views import load
from emulator.core.rules import Rule
from emulator.settings import BadSetting, suggest
from emulator.web.problem_json import Problem

LARGEST_FILE = 1024 * 1024
MOST_RULES = 1_000
DEEPEST = 20
CompletionSchemas = Mapping[str, Schema]


def common_rules(
    scenarios: Iterable[str], texts: Iterable[str], completion_schemas: CompletionSchemas
) -> tuple[Rule, ...]:
    """The rules written as JSON texts, then those of the files and built-in scenarios; raises BadSetting."""
    written = [(f"rule {number}", json.loads(text)) for number, text in enumerate(texts, 1)]
    for name in scenarios:
        written += [(f"{Path(name).stem} {number}", said) for number, said in enumerate(_read(name), 1)]
    return tuple(_rule(where, said, completion_schemas) for where, said in written)


def _rule(where: str, said: Any, completion_schemas: CompletionSchemas) -> Rule:
    try:
        if not isinstance(said, dict):
            raise Problem(422, "an object is needed")
        return make_rule(completion_schemas, where, load(RuleIn(), said))
    except Problem as error:
        raise BadSetting(f"{where}: {error.detail}") from error


def _read(name: str) -> list[Any]:
    document = _parse(name, _text(name))
    if not isinstance(document, dict) or document.keys() != {"rules"} or not isinstance(document["rules"], list):
        raise BadSetting(f"{name}: a list called rules is needed, and nothing else")
    if len(document["rules"]) > MOST_RULES:
        raise BadSetting(f"{name} has more than {MOST_RULES} rules")
    return document["rules"]


def _text(name: str) -> str:
    """The text of a built-in scenario, or of a file."""
    built_in = {entry.name.removesuffix(".yaml"): entry for entry in _built_in()}
    if name in built_in:
        return str(built_in[name].read_text("utf-8"))
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadSetting(f"{name} is larger than {LARGEST_FILE} bytes")
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        told = f"{name} is no scenario{suggest(name, built_in)}" if path.suffix == "" else f"{name} cannot be read"
        raise BadSetting(f"{told} ({error})") from error


def _built_in() -> Iterator[Any]:
    return (entry for entry in files("emulator.fixtures.scenarios").iterdir() if entry.name.endswith(".yaml"))


def _parse(name: str, text: str) -> Any:
    """The YAML, read safely: no tags but those of plain values, and no aliases, which can grow without end."""
    import yaml  # only scenarios need it

    try:
        depth = 0
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            kind, line = type(token).__name__, token.start_mark.line + 1
            depth += kind.endswith("StartToken") - kind.endswith("EndToken")
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                raise BadSetting(f"{name}: anchors and aliases are not read (line {line})")
            if depth > DEEPEST:
                raise BadSetting(f"{name} is nested more than {DEEPEST} deep (line {line})")
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadSetting(f"{name} is no YAML that can be read: {error!s:.300}") from error

"""The payloads that the views build, against the schemas that describe them."""

from importlib import import_module
from inspect import getmembers
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from emulator.openapi.out import Out

ROOT = Path(__file__).parents[2]
# What somebody else builds: web/problem_json.py, and core/snapshots.py.
BUILT_ELSEWHERE = {"ProblemOut", "SnapshotHeadOut", "SnapshotOut"}
# A queued outcome is called by its new name only where nobody reads it.
RENAMED = {"QueuedOutcomePayload": "PlannedOut"}


def schemas() -> dict[str, type[Out]]:
    return {
        name: schema
        for module in modules("response_schemas*.py")
        for name, schema in getmembers(module)
        if isinstance(schema, type) and issubclass(schema, Out) and schema is not Out
    }


def payloads() -> dict[str, Any]:
    found = (getmembers(module, is_typeddict) for module in modules("payloads*.py"))
    return {name: payload for members in found for name, payload in members}


def modules(pattern: str) -> list[Any]:
    paths = [path for room in ("control", "demo") for path in (ROOT / "emulator" / room).glob(pattern)]
    assert paths
    return [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in paths]


def schema_name(payload: str) -> str:
    return RENAMED.get(payload, payload.removesuffix("Payload") + "Out")


def takes_none(hint: Any) -> bool:
    return get_origin(hint) is UnionType and type(None) in get_args(hint)


def test_every_schema_has_its_payload_and_every_payload_its_schema() -> None:
    assert {schema_name(name) for name in payloads()} == schemas().keys() - BUILT_ELSEWHERE


@pytest.mark.parametrize("name", sorted(payloads()))
def test_a_payload_has_the_keys_of_its_schema(name: str) -> None:
    payload, schema = payloads()[name], schemas()[schema_name(name)]
    assert payload.__required_keys__ | payload.__optional_keys__ == schema().fields.keys()
    assert payload.__optional_keys__ == set(schema.Meta.sometimes)


@pytest.mark.parametrize("name", sorted(payloads()))
def test_a_payload_may_be_null_where_its_schema_may(name: str) -> None:
    schema = schemas()[schema_name(name)]()
    hints = {key: hint for key, hint in get_type_hints(payloads()[name]).items() if hint is not object}
    assert [key for key, hint in hints.items() if takes_none(hint) != schema.fields[key].allow_none] == []

"""Describe the error answer to a request schema: a map of all problems, nested as the request is."""

from typing import Any

from marshmallow import Schema, fields

from emulator.openapi.builder import Json
from emulator.providers.sphinxhq.relations import DocumentIds, Object, Objects

FRAMEWORK = {"x-fidelity": "framework"}
WHOLE = "non_field_errors"
TEXTS: Json = {"type": "array", "items": {"type": "string"}, "minItems": 1}
BY_INDEX = r"^\d+$"


def problems_of(schema: type[Schema] | Schema) -> Json:
    """Return, as JSON Schema, the problems that a value of that schema can have."""
    known = (schema() if isinstance(schema, type) else schema).fields
    problems = {name: _problem_of(field) | FRAMEWORK for name, field in known.items()}
    return {"type": "object", "properties": problems | {WHOLE: TEXTS | FRAMEWORK}, "additionalProperties": False}


def _problem_of(field: fields.Field[Any]) -> Json:
    match field:
        case Objects():
            return {"anyOf": [TEXTS, *_problems_of_list(problems_of(field.schema))]}
        case Object():
            return {"anyOf": [TEXTS, problems_of(field.schema)]}
        case DocumentIds():
            return {"anyOf": [TEXTS, _by_index(TEXTS)]}
    return TEXTS


def _problems_of_list(item: Json) -> list[Json]:
    """Return the shapes for a list: one for the list itself, one for each item ({} if good), by switch one by index."""
    either = {"anyOf": [TEXTS, item]}
    whole = {"type": "object", "properties": {WHOLE: TEXTS | FRAMEWORK}, "required": [WHOLE]}
    return [whole | {"additionalProperties": False}, {"type": "array", "items": either}, _by_index(either)]


def _by_index(problem: Json) -> Json:
    return {
        "type": "object",
        "patternProperties": {BY_INDEX: problem},
        "additionalProperties": False,
        "minProperties": 1,
    }

"""Describe the control API as an OpenAPI document, made from its routes."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from inspect import getdoc
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from marshmallow import Schema, fields
from werkzeug.routing import Rule

from emulator.control.fault_schemas import AnyJsonObject
from emulator.control.filter_words import EXTENSION, FilterWords, Word
from emulator.control.matching import LONGEST, When
from emulator.control.outcomes import OutcomeWord, outcome_words
from emulator.control.response_schemas import ProblemOut
from emulator.control.views import Document, Responds, Takes, Variants
from emulator.core.matching import COMPARISONS
from emulator.core.snapshot_rows import TABLES
from emulator.core.snapshots import READABLE, SCHEMA
from emulator.openapi import builder as openapi
from emulator.openapi.builder import Json, content, response_object
from emulator.web.application import LARGEST_STORED
from emulator.web.credentials import SANDBOX_NAME
from emulator.web.provider import Provider, completion_schemas_of

TITLE = "The control API of case-emulator"
ABOUT = """\
Everything under `/_emulator` is the emulator's own: JSON both ways, errors as `application/problem+json`, unknown keys
refused with a suggestion. Changes are asked for as `application/json`, with `{}` where there is nothing to say."""
BLUEPRINT = "control."
ARGUMENT = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
# By the name of the converter in a path of werkzeug's.
CONVERTED: dict[str | None, Json] = {
    "sandbox": {"type": "string", "pattern": f"^{SANDBOX_NAME.pattern}$"},
    "int": {"type": "integer", "minimum": 0, "maximum": LARGEST_STORED},
    None: {"type": "string", "minLength": 1},
}
CompletionSchemas = Mapping[str, Schema]
TOKEN = {"type": "http", "scheme": "bearer", "description": "the control token, where the emulator asks for one"}
OPEN_TO_ALL = {"live", "ready"}
# Values of parameters by name, and bodies by operation; one whose schema tells it is not here.
EXAMPLES: dict[str, object] = {
    "name": "default",
    "provider": "aplyid",
    "case_id": 1024,
    "document": "aplyid",
    "number": 5567,
    "delivery_id": "a1b2c3d4-e5f6-47a1-b2c3-d4e5f6a1b2c3",
    "rule_id": "r1",
    "fault_id": "f1",
    "external_id": "order-9281",
    "search": "Mary",
    "against": "answer",
    "event": "case.completed",
    "method": "POST",
    "operation": "create_case",
    "path": "/",
    "status": 201,
}
BODIES: dict[str, Json] = {
    "create_sandbox": {"name": "shop", "delay": 0.5},
    "change_sandbox": {"delay": 0.5, "retry": "1,5,30"},
    "set_clock": {"mode": "frozen", "at": "2030-01-01T00:00:00Z"},
    "advance_clock": {"seconds": 3600},
    "complete_case": {"outcome": "denied"},
    "send_sample": {"outcome": "denied"},
    "plan_outcome": {"provider": "aplyid", "outcome": "denied", "times": 1},
    "add_rule": {"when": {"client.email": {"contains": "@risky."}}, "outcome": "denied"},
    "add_fault": {"kind": "status", "provider": "aplyid", "status": 503, "times": 2},
    "send_on": {"url": "http://localhost:3000/webhooks"},
    "test_webhook": {"url": "http://localhost:3000/webhooks"},
    "switch_receiver": {"is_on": False},
    "begin_story": {"story": "recover", "case_id": None},
}


def describe(app: Flask, providers: Sequence[Provider], address: str, *, asks_for_token: bool) -> Json:
    """Return the document of the control API of an application that is served at `address`."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(BLUEPRINT)]
    servers = [{"url": address, "description": "this emulator"}]
    security: list[Json] = [{"token": []}] if asks_for_token else [{}, {"token": []}]
    rules_of_fields = (
        _rule_of_words(app.extensions[EXTENSION]),
        _rule_of_outcomes(completion_schemas_of(providers)),
        _rule_of_objects,
    )
    spec = openapi.begin(TITLE, ABOUT, servers=servers, rules=rules_of_fields, name_of=_name, security=security)
    spec.components.security_scheme("token", TOKEN)
    spec.components.response("Problem", response_object("What is wrong and what to do.", PROBLEM))
    for module in sorted({app.view_functions[rule.endpoint].__module__ for rule in rules}):
        spec.tag({"name": _tag(module), "description": getdoc(sys.modules[module]) or ""})
    for rule in sorted(rules, key=str):
        _add_route(spec, app, rule, providers)
    return openapi.finish(spec, EXAMPLES)


def _rule_of_words(words: FilterWords) -> openapi.Rule:
    """Return the rule that documents the words of a filter, from the list that checks them."""

    def enum(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
        if not isinstance(field, Word):
            return {}
        return {"enum": [*words.documented(field.kind), *([None] if field.allow_none else ())]}

    return enum


def _rule_of_outcomes(completion_schemas: CompletionSchemas) -> openapi.Rule:
    """Return the rule that documents how a case may end; a pattern: generators do not part DENIED from denied."""
    pattern = f"^({'|'.join(map(re.escape, outcome_words(completion_schemas)))})$"

    def words(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
        return {"pattern": pattern} if isinstance(field, OutcomeWord) else {}

    return words


def _rule_of_objects(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    """Return what an object whose keys are not known before may hold."""
    if isinstance(field, AnyJsonObject):
        return {"minProperties": 1}
    return {"additionalProperties": CONDITION} if isinstance(field, When) else {}


def _name(schema: type[Schema] | Schema) -> str:
    """Return the name of a schema, with the provider in front: two providers may name theirs alike."""
    name = openapi.class_name(schema)
    _, context, provider, *_ = openapi.class_of(schema).__module__.split(".")
    return f"{provider}.{name}" if context == "providers" else name


def _tag(module: str) -> str:
    """Return the area of a view: the name of its module."""
    name = module.rpartition(".")[2]
    return "emulator" if name == "routes" else name


def _add_route(spec: APISpec, app: Flask, rule: Rule, providers: Sequence[Provider]) -> None:
    view = app.view_functions[rule.endpoint]
    path = ARGUMENT.sub(r"{\g<name>}", rule.rule)
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        spec.path(path=path, operations={method.lower(): _operation(rule, view, method, providers)})


def _operation(rule: Rule, view: Callable[..., object], method: str, providers: Sequence[Provider]) -> Json:
    name = rule.endpoint.removeprefix(BLUEPRINT)
    takes: Takes = getattr(view, "takes", Takes(None, None))
    body = _body(takes)
    if name == "complete_case":  # its body is in the words of the provider that the path names
        body = {"oneOf": [type(schema) for schema in completion_schemas_of(providers).values()]}
    query = [{"in": "query", "schema": type(takes.query)}] if takes.query else []
    return {
        "operationId": name,
        "summary": (getdoc(view) or "").partition("\n")[0],
        "tags": [_tag(view.__module__)],
        "parameters": [*_parameters(rule, providers), *query],
        "responses": {**_responses(view), "default": "Problem"},
        **({"security": []} if name in OPEN_TO_ALL else {}),
        **({"requestBody": _request_body(method, body, _example(name, providers))} if body else {}),
    }


def _request_body(method: str, body: Json | type[Schema], example: Json) -> Json:
    return {"required": method != "DELETE", "content": content(body, {"example": example})}


def _example(name: str, providers: Sequence[Provider]) -> Json:
    return _new_sandbox(providers) if name == "restore_snapshot" else BODIES.get(name, {})


def _new_sandbox(providers: Sequence[Provider]) -> Json:
    """Return the snapshot of a sandbox that holds nothing, and in which ids begin as they do in a new one."""
    first_ids = [(provider.name, *first) for provider in providers for first in provider.newborn.first_ids]
    counters = [{"provider": name, "kind": kind, "next": first} for name, kind, first in first_ids]
    empty: Json = {table: [] for table in TABLES}
    return {"schema": SCHEMA, "clock": None, "settings": {}, **empty, "counters": counters}


def _body(takes: Takes) -> Json | type[Schema] | None:
    if isinstance(takes.body, Variants):
        return {"oneOf": [type(schema) for schema in takes.body.schemas.values()]}
    if isinstance(takes.body, Document):
        return SNAPSHOT
    return None if takes.body is None else type(takes.body)


def _parameters(rule: Rule, providers: Sequence[Provider]) -> list[Json]:
    names = {"type": "string", "enum": sorted(provider.name for provider in providers)}
    return [
        {
            "in": "path",
            "name": argument["name"],
            "schema": names if argument["name"] == "provider" else CONVERTED[argument["converter"]],
        }
        for argument in ARGUMENT.finditer(rule.rule)
    ]


def _responses(view: Callable[..., object]) -> Json:
    responds: Responds = vars(view)["responds"]
    if isinstance(responds.schema, str):
        # The module of the schemas lies beside that of the view, and is imported only for this document.
        schemas = import_module(f"{view.__module__.rpartition('.')[0]}.response_schemas")
        body = content(getattr(schemas, responds.schema))
    else:
        body = content(responds.schema, media_type=responds.media_type)
    return {str(responds.status): response_object(responds.description, body)}


OPERAND: Json = {"type": ["string", "number"], "maxLength": LONGEST}
CONDITION: Json = {
    "type": ["string", "number", "boolean", "null", "object"],
    "maxLength": LONGEST,
    "minProperties": 1,
    "properties": {
        name: {**OPERAND, "type": [*OPERAND["type"], "boolean", "null"]} if name == "equals" else OPERAND
        for name in COMPARISONS
    },
    "additionalProperties": False,
}
SNAPSHOT: Json = {
    "type": "object",
    "properties": {
        "schema": {"type": "integer", "enum": list(READABLE)},
        "clock": {"type": ["object", "null"]},
        "settings": {"type": "object"},
    }
    | {table: {"type": "array", "items": {"type": "object"}} for table in TABLES},
    "required": ["schema", "clock", "settings", *TABLES],
}
PROBLEM = content(ProblemOut, media_type="application/problem+json")

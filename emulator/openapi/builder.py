"""Describe an API by OpenAPI 3.1, from the schemas that validate it.

Imported when a document is asked for, never at the start: importing apispec takes longer than reading the settings.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from http import HTTPStatus
from importlib.resources import files
from inspect import getdoc
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from emulator.core.model import DEFAULT_SANDBOX
from emulator.openapi.open_objects import open_objects
from emulator.openapi.patterns import bounds_of_objects, open_bounds_of, pattern_of
from emulator.version import VERSION
from emulator.web.advice import LONGEST
from emulator.web.credentials import SANDBOX_NAME
from emulator.web.problem_json import phrase_of

Json = dict[str, Any]
Types = Mapping[type[fields.Field[Any]], tuple[str | None, str | None]]  # by custom field: type and format
Rule = Callable[[OpenAPIConverter, fields.Field[Any], Json], Json]  # converter, field, its JSON Schema: keys to add
PRINTED_ADDRESS = "http://127.0.0.1:8642"  # the emulator's, as the fixtures have it
# An answer without a body still has a media type: that of the framework's pages.
EMPTY: Json = {"text/html": {"schema": {"type": "string", "maxLength": 0}}}
PAGE: Json = {"text/html": {"schema": {"type": "string", "minLength": 1}}}
WEBHOOKS = {"name": "webhooks", "description": "What the emulator sends."}
# By name: description, whether every answer has it, and schema.
HEADERS: dict[str, tuple[str, bool, Json]] = {
    "X-Emulator-Version": ("the version of the emulator; the service sends none", True, {"type": "string"}),
    "X-Emulator-Advice": (
        "what was accepted but is probably a mistake; the service sends none",
        False,
        {"type": "string", "maxLength": LONGEST},
    ),
}


class Converter(OpenAPIConverter):
    """Takes the description of a schema from the first line of its docstring, and `Meta.together` as it is."""

    def schema2jsonschema(self, schema: type[Schema] | Schema) -> Json:
        """Return the schema as JSON Schema, with its description."""
        described: Json = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        together: Json = getattr(class_of(schema).Meta, "together", {})  # rules on several fields at once
        return {"description": (getdoc(class_of(schema)) or "").partition("\n")[0], **described, **together}


class Plugin(MarshmallowPlugin):
    """Reads marshmallow's schemas."""

    Converter = Converter


def class_of(schema: type[Schema] | Schema) -> type[Schema]:
    """Return the class of a schema, which may be given as the class itself or as an instance."""
    return schema if isinstance(schema, type) else type(schema)


def class_name(schema: type[Schema] | Schema) -> str:
    """Return the name of a schema in a document, which is that of its class."""
    return class_of(schema).__name__


def begin(
    title: str,
    about: str,
    *,
    servers: list[Json],
    types: Types | None = None,
    rules: Iterable[Rule] = (),
    name_of: Callable[[type[Schema]], str] = class_name,
    **options: Any,
) -> APISpec:
    """Return a document without paths.

    `about` is its description, `types` and `rules` document custom fields, `name_of` names schemas, and `options` are
    further keys of its top level.
    """
    plugin = Plugin(schema_name_resolver=name_of)
    spec = APISpec(title, VERSION, "3.1.0", [plugin], info={"description": about}, servers=servers, **options)
    converter = plugin.converter
    assert converter is not None  # made by APISpec
    # A mapping of its own, because apispec shares one between all documents.
    converter.field_mapping = {**converter.field_mapping, **(types or {})}
    for rule in (pattern_of, open_bounds_of, bounds_of_objects, *rules):
        converter.add_attribute_function(rule)  # type: ignore[no-untyped-call]
    for name, (description, is_required, schema) in HEADERS.items():
        spec.components.header(name, {"description": description, "required": is_required, "schema": schema})
    return spec


def own_servers(address: str) -> list[Json]:
    """Return the servers of a provider's API: the emulator's address, and the path of each sandbox below it."""
    sandbox = {"default": DEFAULT_SANDBOX, "description": f"{SANDBOX_NAME.pattern}; it wins over that of the key"}
    return [
        {"url": address, "description": "this emulator; the credential names the sandbox"},
        {
            "url": f"{address}/s/{{sandbox}}",
            "description": "the same, in that sandbox",
            "variables": {"sandbox": sandbox},
        },
    ]


def add_webhook(spec: APISpec, name: str, operation: Json) -> None:
    """Add the webhook, a request that the emulator sends, to the document.

    Its tag keeps it apart from the operations: openapi-generator writes a class a tag, and that of the webhook in place
    of that of the operations where they share one.
    """
    spec.tag(WEBHOOKS)
    item = {"post": {**deepcopy(operation), "tags": [WEBHOOKS["name"]]}}
    for plugin in spec.plugins:
        plugin.operation_helper(operations=item)
    spec.components.resolve_refs_in_path(item)
    spec.options.setdefault("webhooks", {})[name] = item


def add_refusals(spec: APISpec, refusals: Mapping[str, Json]) -> None:
    """Add error answers by status; operations refer to them by `refer_to`."""
    for status, refusal in refusals.items():
        spec.components.response(response_name(status), refusal)


def refer_to(refusals: Iterable[str]) -> dict[str, str]:
    """Return by status the names of the responses that `add_refusals` added."""
    return {status: response_name(status) for status in refusals}


def response_name(status: str) -> str:
    """Return the name of a response with that status, like BadRequest: generators make no name of 400."""
    return RENAMED.get(status) or "".join(filter(str.isalnum, phrase_of(int(status)).title()))


RENAMED = {"413": "ContentTooLarge"}  # as Python 3.13 says it, and the older ones do not


def finish(spec: APISpec, examples: Mapping[str, object]) -> Json:
    """Return the document as JSON, with its top-level keys in the usual order.

    `examples` are values of parameters by name, where their schemas do not tell one.
    """
    document = spec.to_dict()
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                parameter.setdefault("example", example_of(parameter["name"], parameter["schema"], examples))
    order = ("openapi", "info", "servers", "security", "tags", "paths", "webhooks", "components")
    opened: Json = open_objects({key: document[key] for key in order if key in document})
    return opened


def example_of(name: str, schema: Json, examples: Mapping[str, object]) -> object:
    """Return a value of a parameter; raise LookupError, which names what to add."""
    if name in examples:
        return examples[name]
    if "enum" in schema or "default" in schema:
        return schema["default"] if "default" in schema else schema["enum"][0]
    simple = {"boolean": True, "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1.0)}
    if schema.get("type") not in simple:
        raise LookupError(f"an example of the parameter {name} is missing: add it to the EXAMPLES of its document")
    return simple[schema["type"]]


def content(
    schema: type[Schema] | Mapping[str, Any],
    examples: Mapping[str, object] | None = None,
    media_type: str = "application/json",
) -> Json:
    """Return the OpenAPI content of a body with this schema; the examples are values by name."""
    named = {"examples": {name: {"value": value} for name, value in examples.items()}} if examples else {}
    return {media_type: {"schema": schema, **named}}


def response_object(description: str, bodies: Json | None = None, headers: Mapping[str, Json] | None = None) -> Json:
    """Return the OpenAPI response with this content by media type; `headers` are those besides every answer's."""
    every_answer = dict(zip(HEADERS, HEADERS, strict=True))  # references, by name
    response: Json = {"description": description, "headers": {**(headers or {}), **every_answer}}
    return response | ({"content": bodies} if bodies else {})


def header(description: str, schema: Json | None = None) -> Json:
    """Return the OpenAPI description of a header that is always there, a string unless `schema` says otherwise."""
    return {"description": description, "required": True, "schema": schema or {"type": "string"}}


def exchanges(provider: str, method: str, path: str, address: str) -> dict[str, Json]:
    """Return the exchanges of an operation that succeed, by name, from the fixtures, with this address in them."""
    by_name = {}
    for file in sorted(files(f"emulator.fixtures.{provider}").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            exchange = json.loads(file.read_text("utf-8").replace(PRINTED_ADDRESS, address))
            request, succeeds = exchange["request"], exchange["answer"]["status"] < HTTPStatus.MULTIPLE_CHOICES
            if succeeds and (request["method"], request["path"]) == (method, path):
                by_name[file.name.removesuffix(".json")] = exchange
    return by_name

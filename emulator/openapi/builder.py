"""Describe an API by OpenAPI 3.1, from the schemas that validate it.

Imported by whoever is asked for a document, never at the start: apispec costs more than reading the settings.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from importlib.resources import files
from inspect import getdoc
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from emulator.core.model import DEFAULT_SANDBOX
from emulator.version import VERSION
from emulator.web.advice import LONGEST
from emulator.web.credentials import SANDBOX_NAME

Json = dict[str, Any]
Types = Mapping[type[fields.Field[Any]], tuple[str | None, str | None]]  # how custom fields are documented
Rule = Callable[[Any, fields.Field[Any], Json], Json]  # converter, field, what is found so far: what else is to say
PRINTED_ADDRESS = "http://127.0.0.1:8642"  # ours, as the fixtures print it
# What an answer without a body is: its type is that of the framework's pages.
EMPTY: Json = {"text/html": {"schema": {"type": "string", "maxLength": 0}}}
PAGE: Json = {"text/html": {"schema": {"type": "string", "minLength": 1}}}
HEADERS = {
    "X-Emulator-Version": ("the version of the emulator; the service sends none", True, {"type": "string"}),
    "X-Emulator-Advice": (
        "what was accepted but is probably a mistake; the service sends none",
        False,
        {"type": "string", "maxLength": LONGEST},
    ),
}


class Converter(OpenAPIConverter):
    """Takes the description of a schema from the first line of its docstring."""

    def schema2jsonschema(self, schema: Any) -> Json:
        """The schema as JSON Schema."""
        described: Json = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return {"description": (getdoc(class_of(schema)) or "").partition("\n")[0], **described}


class Plugin(MarshmallowPlugin):
    """Reads marshmallow's schemas."""

    Converter = Converter


def class_of(schema: type[Schema] | Schema) -> type[Schema]:
    """The class of a schema, whichever of the two is there."""
    return schema if isinstance(schema, type) else type(schema)


def class_name(schema: type[Schema] | Schema) -> str:
    """The name of a schema in a document."""
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
    """A document without paths; `options` are further keys of its top level."""
    plugin = Plugin(schema_name_resolver=name_of)
    spec = APISpec(title, VERSION, "3.1.0", [plugin], info={"description": about}, servers=servers, **options)
    converter = plugin.converter
    assert converter is not None  # the document has just made it
    converter.field_mapping = {**converter.field_mapping, **(types or {})}  # its own: apispec shares one
    for rule in rules:
        converter.add_attribute_function(rule)  # type: ignore[no-untyped-call]
    for name, (told, always, schema) in HEADERS.items():
        spec.components.header(name, {"description": told, "required": always, "schema": schema})
    return spec


def own_servers(address: str) -> list[Json]:
    """Where a provider's API is served: at our address, and below the path of each sandbox."""
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
    """Describe a request that we send."""
    item = {"post": deepcopy(operation)}
    for plugin in spec.plugins:
        plugin.operation_helper(operations=item)
    spec.components.resolve_refs_in_path(item)
    spec.options.setdefault("webhooks", {})[name] = item


def add_refusals(spec: APISpec, refusals: Mapping[str, Json]) -> None:
    """Keep error answers by their status, which operations name them by."""
    for status, refusal in refusals.items():
        spec.components.response(status, refusal)


def finish(spec: APISpec) -> Json:
    """The document, laid out as its readers expect it."""
    made = spec.to_dict()
    order = ("openapi", "info", "servers", "security", "tags", "paths", "webhooks", "components")
    return {key: made[key] for key in order if key in made}


def content(schema: Any, examples: Mapping[str, Any] | None = None, media_type: str = "application/json") -> Json:
    """A body of that schema; the examples are values by name."""
    told = {"examples": {name: {"value": value} for name, value in examples.items()}} if examples else {}
    return {media_type: {"schema": schema, **told}}


def response_object(told: str, bodies: Json | None = None, headers: Mapping[str, Json] | None = None) -> Json:
    """An answer: when it is given, its body by media type, and its headers besides those of every answer."""
    return {"description": told, "headers": {**(headers or {}), **dict(zip(HEADERS, HEADERS, strict=True))}} | (
        {"content": bodies} if bodies else {}
    )


def header(told: str, schema: Json | None = None) -> Json:
    """A header that is always there."""
    return {"description": told, "required": True, "schema": schema or {"type": "string"}}


def exchanges(provider: str, method: str, path: str, address: str) -> dict[str, Json]:
    """The exchanges of that operation as the service prints them, by name, on our address."""
    found = {}
    for file in sorted(files(f"emulator.fixtures.{provider}").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            exchange = json.loads(file.read_text("utf-8").replace(PRINTED_ADDRESS, address))
            if (exchange["request"]["method"], exchange["request"]["path"]) == (method, path):
                found[file.name.removesuffix(".json")] = exchange
    return found

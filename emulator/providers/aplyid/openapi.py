"""Describe APLYiD Workflow as an OpenAPI document."""

import re
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields
from marshmallow.validate import OneOf, Regexp

from emulator.openapi import builder as openapi
from emulator.openapi.builder import EMPTY, Json, content, response_object
from emulator.openapi.patterns import SPACES, STORABLE, ecma_pattern, not_blank
from emulator.providers.aplyid import columns, rails
from emulator.providers.aplyid.columns import NationalNumber
from emulator.providers.aplyid.response_schemas import (
    CaseOut,
    CompletedCaseOut,
    PublicRefusalOut,
    RefusalOut,
    UnauthorizedOut,
)
from emulator.providers.aplyid.samples import PATH
from emulator.providers.aplyid.schemas import DOCUMENTED, ActivityIn, AnyClientIn
from emulator.providers.aplyid.webhook import EVENT
from emulator.web.body import LARGEST_BODY

TITLE = "APLYiD Workflow, emulated"
ABOUT = """\
Create Case as case-emulator answers it. `x-fidelity` says how sure each part is: `documented` by the service,
`framework` (what Ruby on Rails answers) or `assumed`.

Described are the documented types; as the framework does, the emulator takes a number or a boolean where a text is
meant, null for what was not sent, and ignores keys it does not know. NUL and half surrogate pairs are refused."""
TYPES: openapi.Types = {
    rails.Text: ("string", None),
    rails.Decimal: ("number", None),
    columns.Date: ("string", "date"),
}
NOT_ONLY_A_ZERO = r"^(?!\s*0?\s*$)"  # one leading 0 is removed before the number is judged
# Documented: the client of a known external_id is reused, and its details are ignored. Without one it must be new.
NEW_INDIVIDUAL: Json = {
    "if": {
        "properties": {"client_type": {"const": "individual"}},
        "required": ["client_type"],
        "not": {"properties": {"external_id": {"pattern": r"\S"}}, "required": ["external_id"]},
    },
    "then": {"required": ["clientable_attributes"]},
}


class NewCaseIn(rails.Record):
    """The body of Create Case."""

    activity = rails.Attributes(ActivityIn, required=True, metadata=DOCUMENTED)
    client = rails.Attributes(AnyClientIn, required=True, metadata=DOCUMENTED)


def describe(address: str) -> Json:
    """Return the OpenAPI document of this API, served at that address."""
    spec = openapi.begin(
        TITLE,
        ABOUT,
        servers=openapi.own_servers(address),
        types=TYPES,
        rules=(rules_of_text, rules_of_decimal),
        security=[{"access_key": []}],
    )
    spec.components.security_scheme("access_key", ACCESS_KEY)
    spec.components.schema("AnyClientIn", NEW_INDIVIDUAL, schema=AnyClientIn)
    openapi.add_refusals(spec, REFUSALS)
    printed = openapi.exchanges("aplyid", "POST", PATH, address)
    spec.path(path=PATH, operations={"post": _create_case(printed)})
    openapi.add_webhook(spec, EVENT, _case_completed(printed))
    return openapi.finish(spec, {})


def rules_of_text(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    """Return the rules that a Text checks besides its validators: formats, choices, blanks."""
    if not isinstance(field, rails.Text):
        return {}
    ret["type"] = "string"  # null counts as not sent, but the service documents no null
    choices = [list(rule.choices) for rule in field.rules if isinstance(rule, OneOf)]
    if choices:
        return {"enum": choices[0]}
    patterns = [ecma_pattern(rule) for rule in field.rules if isinstance(rule, Regexp)]
    if not field.required:  # allow_blank
        patterns = [rf"{pattern}|^[{SPACES}]*$" for pattern in patterns]
    elif all(re.match(pattern, "  ") for pattern in patterns):
        patterns.append(not_blank())
    patterns = patterns or [STORABLE]
    if isinstance(field, NationalNumber):
        patterns.append(NOT_ONLY_A_ZERO)
    if len(patterns) > 1:
        return {"allOf": [{"pattern": pattern} for pattern in patterns]}
    return {"pattern": patterns[0]}


def rules_of_decimal(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    """Return the rule of Decimal, which is not in its validators."""
    return {"exclusiveMinimum": 0} if isinstance(field, rails.Decimal) else {}


def _create_case(printed: dict[str, Json]) -> Json:
    bodies = {name: exchange["request"]["body"] for name, exchange in printed.items()}
    answers = {name: exchange["answer"]["body"] for name, exchange in printed.items()}
    return {
        "operationId": "create_case",
        "summary": "Create Case",
        "requestBody": {"required": True, "content": content(NewCaseIn, bodies)},
        "responses": {
            "201": response_object(
                "The case; one that is in_progress ends by itself here, where a person ends it at the service.",
                content(CaseOut, answers),
            ),
            **openapi.refer_to(REFUSALS),
        },
    }


def _case_completed(printed: dict[str, Json]) -> Json:
    bodies = {name: exchange["webhook"]["body"] for name, exchange in printed.items() if exchange["webhook"]}
    return {
        "operationId": "case_completed",
        "summary": "A case was completed",
        "description": "Sent when a case ends that was created with `activity.external_id`. No signature.",
        "security": [],
        "parameters": [
            _header("X-Workflow-Event-Type", {"type": "string", "enum": [EVENT]}, "what happened"),
            _header("X-Workflow-Webhook-Id", {"type": "string", "format": "uuid"}, "the same on every retry"),
        ],
        "requestBody": {"required": True, "content": content(CompletedCaseOut, bodies)},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Never sent again."},
            "default": {"description": "Sent again, as the retry profile says."},
        },
    }


def _header(name: str, schema: Json, description: str) -> Json:
    return {"in": "header", "name": name, "required": True, "schema": schema, "description": description, **DOCUMENTED}


ACCESS_KEY: Json = {
    "type": "apiKey",
    "in": "header",
    "name": "X-Workflow-Access-Key",
    "description": "`test_<name>` opens the sandbox `<name>`",
}


def _refusal(status: int, message: str) -> Json:
    return {"message": message, "code": f"APLY-{status}"}


def _public(status: int, error: str) -> Json:
    return content(PublicRefusalOut, {"json": {"status": status, "error": error}}) | EMPTY


# What the body {bad is answered.
NO_JSON = "the request body is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
MISSING = "param is missing or the value is empty: Client must exist"
REFUSALS: dict[str, Json] = {
    "400": response_object(
        "`client` or `activity` is missing or empty (the header X-Emulator-Advice says which); the body is no JSON; or "
        "it or the query is not UTF-8, which is told as JSON to those whose `Accept` asks for it",
        content(
            {"anyOf": [RefusalOut, PublicRefusalOut]},
            {
                "missing": _refusal(400, MISSING),
                "json": _refusal(400, NO_JSON),
                "encoding": {"status": 400, "error": "Bad Request"},
            },
        )
        | EMPTY,
    ),
    "401": response_object(
        "The key is missing, unknown or expired.", content(UnauthorizedOut, {"key": {"message": "Unauthorized"}})
    ),
    "404": response_object(
        "Unknown path, or another verb; JSON for those whose `Accept` asks for it.", _public(404, "Not Found")
    ),
    "405": response_object("A verb nobody knows; JSON likewise.", _public(405, "Method Not Allowed")),
    "406": response_object("`Content-Type` or `Accept` is no media type.", EMPTY),
    "413": response_object(
        "A body over 1 MiB.",
        content(RefusalOut, {"size": _refusal(413, f"the request body is larger than {LARGEST_BODY} bytes")}),
    ),
    "422": response_object(
        "A field is wrong; several are joined as a sentence.",
        content(
            RefusalOut,
            {
                "blank": _refusal(422, "Name can't be blank"),
                "client_type": _refusal(422, "Invalid client type: organisation"),
            },
        ),
    ),
}

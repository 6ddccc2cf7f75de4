"""Describe Sphinx as an OpenAPI document."""

from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from emulator.openapi import builder as openapi
from emulator.openapi.builder import EMPTY, PAGE, Json, content, header, response_object
from emulator.openapi.patterns import NOT_BLANK, STORABLE
from emulator.providers.sphinxhq import drf, relations
from emulator.providers.sphinxhq.problems import problems_of
from emulator.providers.sphinxhq.query import LARGEST_PAGE, PAGE_SIZE
from emulator.providers.sphinxhq.response_schemas import CaseOut, DetailOut, PageOut
from emulator.providers.sphinxhq.routes import OUTCOMES
from emulator.providers.sphinxhq.samples import PATH
from emulator.providers.sphinxhq.schemas import DOCUMENTED, NO_CUSTOMER, NewCaseIn
from emulator.providers.sphinxhq.webhook import EVENT
from emulator.web.body import LARGEST_BODY

TITLE = "Sphinx, emulated"
ABOUT = """\
Create Case and its reads as case-emulator answers them. `x-fidelity` says how sure each part is: `documented` by the
service, `framework` (what Django REST Framework answers) or `assumed`.

Described are the documented types; as the framework does, the emulator takes a number where a text is meant and the
other way round, and ignores keys it does not know. NUL and half surrogate pairs are refused."""
TYPES: openapi.Types = {
    drf.Text: ("string", None),
    drf.Choice: ("string", None),
    drf.Integer: ("integer", None),
    relations.CustomerId: ("integer", None),
    relations.DocumentIds: ("array", None),
}
# One of the two is needed. Not as a top-level anyOf, of which generators make a class that no language knows.
SOME_CUSTOMER: Json = {
    "if": {"not": {"required": ["customer_id"]}},
    "then": {"required": ["customer"]},
    "x-fidelity": "documented; that one of the two is needed is assumed",
}


class CasesQuery(Schema):
    """Which cases to list."""

    customer_id = fields.Integer(validate=Range(-(10**18) + 1, 10**18 - 1), metadata=DOCUMENTED)
    has_webhook = fields.Boolean(metadata=DOCUMENTED)
    outcome = fields.String(validate=OneOf(list(OUTCOMES)), metadata=DOCUMENTED)
    page = fields.Raw(
        load_default=1,
        metadata={**DOCUMENTED, "anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}]},
    )
    page_size = fields.Integer(
        load_default=PAGE_SIZE,
        metadata={
            "x-fidelity": "documented; its bounds are assumed",
            "description": f"more than {LARGEST_PAGE} means {LARGEST_PAGE}, less than 1 means {PAGE_SIZE}",
        },
    )


def describe(address: str) -> Json:
    """Return the OpenAPI document of this API, served at that address."""
    spec = openapi.begin(
        TITLE,
        ABOUT,
        servers=openapi.own_servers(address),
        types=TYPES,
        rules=(rules_of_text, rules_of_ids),
        security=[{"session": []}],
    )
    spec.components.security_scheme("session", SESSION)
    spec.components.schema("NewCaseIn", SOME_CUSTOMER, schema=NewCaseIn)
    spec.components.schema("CaseProblems", problems_of(NewCaseIn) | {"minProperties": 1})
    spec.components.schema("FilterProblems", problems_of(CasesQuery) | {"minProperties": 1})
    openapi.add_refusals(spec, REFUSALS)
    printed = openapi.exchanges("sphinxhq", "POST", PATH, address)
    finished = {name: exchange["webhook"]["body"] for name, exchange in printed.items() if exchange["webhook"]}
    spec.path(path=PATH, operations={"get": _list_cases(finished), "post": _create_case(printed)})
    spec.path(path=f"{PATH}{{id}}/", operations={"get": _read_case(finished)})
    openapi.add_webhook(spec, EVENT, _case_completed(finished))
    return openapi.finish(spec, {"page": 1, "id": 1, "customer_id": 123})


def rules_of_text(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    """Return the rules against blanks and NUL, which no validator checks."""
    if not isinstance(field, drf.Text):
        return {}
    return {"pattern": STORABLE} if field.blank else {"minLength": 1, "pattern": NOT_BLANK}


def rules_of_ids(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    """Return what DocumentIds holds, which is no marshmallow list."""
    if not isinstance(field, relations.DocumentIds):
        return {}
    return {"items": converter.field2property(field.item), "maxItems": ret.pop("maxLength")}


def _create_case(printed: dict[str, Json]) -> Json:
    bodies = {name: exchange["request"]["body"] for name, exchange in printed.items()}
    answers = {name: exchange["answer"]["body"] for name, exchange in printed.items()}
    return {
        "operationId": "create_case",
        "summary": "Create Case",
        "requestBody": {"required": True, "content": content(NewCaseIn, bodies)},
        "responses": {
            "201": response_object("The case; it ends by itself after a while.", content(CaseOut, answers)),
            "400": response_object(
                "Fields are wrong, all told at once and nested as sent; or the body is no JSON.",
                content({"anyOf": [_ref("CaseProblems"), DetailOut]}, WRONG_BODIES),
            ),
            **openapi.refer_to(REFUSALS),
        },
    }


def _list_cases(finished: dict[str, Json]) -> Json:
    page = {"count": len(finished), "next": None, "previous": None, "results": list(finished.values())}
    return {
        "operationId": "list_cases",
        "summary": "List Cases, newest first",
        "parameters": [{"in": "query", "schema": CasesQuery}],
        "responses": {
            "200": response_object("One page of the list.", content(PageOut, {"page": page})),
            "400": response_object("A filter is wrong.", content(_ref("FilterProblems"), WRONG_FILTER)),
            **openapi.refer_to(READING),
        },
    }


def _read_case(finished: dict[str, Json]) -> Json:
    key = {"in": "path", "name": "id", "required": True, "schema": {"type": "integer"}, **DOCUMENTED}
    return {
        "operationId": "read_case",
        "summary": "Read a case",
        "parameters": [key],
        "responses": {
            "200": response_object("The case as it stands.", content(CaseOut, finished)),
            **openapi.refer_to(READING),
        },
    }


def _case_completed(finished: dict[str, Json]) -> Json:
    return {
        "operationId": "case_completed",
        "summary": "A case ended, also by an error",
        "description": "Sent to the case's own `webhook_url`: the case as a read returns it. No signature.",
        "security": [],
        "requestBody": {"required": True, "content": content(CaseOut, finished)},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Never sent again."},
            "default": {"description": "Sent again, as the retry profile says."},
        },
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _detail(name: str, text: str) -> Json:
    return content(DetailOut, {name: {"detail": text}})


SESSION: Json = {
    "type": "apiKey",
    "in": "cookie",
    "name": "sessionid",
    "description": "test_<name> opens the sandbox <name>; no CSRF token is asked for",
}
WRONG_BODIES: Json = {
    "field": {"notes": ["This field may not be blank."]},
    "check": {"checks": [{}, {"check_type": ['"X" is not a valid choice.']}]},
    "customer": {"non_field_errors": [NO_CUSTOMER]},
    "json": {
        "detail": "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    },
}
WRONG_FILTER: Json = {"outcome": {"outcome": ["Select a valid choice. X is not one of the available choices."]}}
REFUSALS: dict[str, Json] = {
    "301": response_object(
        "The path without its last slash.", EMPTY, {"Location": header("the path with its last slash")}
    ),
    "401": response_object(
        "The session is missing, unknown or expired; 403 where the emulator is switched so.",
        _detail("session", "Authentication credentials were not provided."),
        {"WWW-Authenticate": header("as assumed", {"type": "string", "const": "Session"})},
    ),
    "404": response_object(
        "No such case, page or `?format=`; an unknown path gets a page in HTML.",
        content(DetailOut, {"case": {"detail": "Not found."}, "page": {"detail": "Invalid page."}}) | PAGE,
    ),
    "405": response_object(
        "Another verb.", _detail("verb", 'Method "PUT" not allowed.'), {"Allow": header("the verbs this path knows")}
    ),
    "406": response_object(
        "`Accept` excludes JSON.", _detail("accept", "Could not satisfy the request Accept header.")
    ),
    "413": response_object("A body over 1 MiB.", _detail("size", f"Request body exceeded {LARGEST_BODY} bytes.")),
    "415": response_object("Any body but JSON.", _detail("type", 'Unsupported media type "text/plain" in request.')),
}
READING = [status for status in REFUSALS if status not in ("413", "415")]

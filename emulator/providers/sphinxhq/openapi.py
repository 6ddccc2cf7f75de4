"""Describe Sphinx as an OpenAPI document."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from emulator.openapi import builder as openapi
from emulator.openapi.builder import Json
from emulator.openapi.patterns import SPACES, STORABLE, not_blank
from emulator.providers.sphinxhq import current_fields, drf, relations, uploads
from emulator.providers.sphinxhq.case_file_schemas import CustomerUpdateIn, DocumentIn, NewCheckIn, NewCustomerIn
from emulator.providers.sphinxhq.current_schemas import (
    CaseChangeIn,
    CurrentCaseIn,
    CurrentCustomerUpdateIn,
    CurrentNewCheckIn,
    CurrentNewCustomerIn,
    StartIn,
    TokenIn,
)
from emulator.providers.sphinxhq.openapi_case_files import ChecksQuery, case_file_paths, problems_name
from emulator.providers.sphinxhq.openapi_cases import (
    CasesQuery,
    case_completed,
    create_case,
    issue_token,
    list_cases,
    read_case,
    start_case,
    update_case,
)
from emulator.providers.sphinxhq.openapi_parts import REFUSALS, SESSION, TOKEN, Shapes
from emulator.providers.sphinxhq.problems import problems_of
from emulator.providers.sphinxhq.samples import PATH
from emulator.providers.sphinxhq.schemas import PROVIDER, NewCaseIn
from emulator.providers.sphinxhq.tokens import PATH as TOKEN_PATH
from emulator.providers.sphinxhq.webhook import EVENT

TITLE = "Sphinx, emulated"
ABOUT = """\
Create Case and what stands around it, as case-emulator answers them. `x-fidelity` says how sure each part is:
`documented` by the service, `framework` (what Django REST Framework answers) or `assumed`.

Who comes with the cookie speaks the first generation, who comes with a token the current one. Shapes that only the
current one has are named `Current...`; where both are possible, the caller's credential decides.

Described are the documented types; as the framework does, the emulator takes a number where a text is meant and the
other way round, and ignores keys it does not know. NUL and half surrogate pairs are refused."""
TYPES: openapi.Types = {
    drf.Text: ("string", None),
    drf.Choice: ("string", None),
    drf.Integer: ("integer", None),
    relations.CustomerId: ("integer", None),
    relations.CaseId: ("integer", None),
    relations.CheckId: ("integer", None),
    uploads.File: ("string", None),
    relations.DocumentIds: ("array", None),
    relations.ConfigSlug: ("string", None),
    current_fields.Boolean: ("boolean", None),
    current_fields.Identifier: ("string", None),
    current_fields.Dictionary: ("object", None),
}
NOT_BLANK = not_blank(rf"{SPACES}\u001c-\u001f")  # with what Python strips besides
FIRST_BODIES = (NewCheckIn, NewCustomerIn, CustomerUpdateIn)
CURRENT_BODIES = (CurrentNewCheckIn, CurrentNewCustomerIn, CurrentCustomerUpdateIn)
# One of the two is needed. Not as a top-level anyOf, of which generators make a class that no language knows.
SOME_CUSTOMER: Json = {
    "if": {"not": {"required": ["customer_id"]}},
    "then": {"required": ["customer"]},
    "x-fidelity": "documented; that one of the two is needed is assumed",
}


def describe(address: str, generations: Collection[str]) -> Json:
    """Return the OpenAPI document of this API, served at that address, with the shapes of these generations."""
    shapes = Shapes(generations)
    spec = openapi.begin(
        TITLE,
        ABOUT,
        servers=openapi.own_servers(address),
        types=TYPES,
        rules=(rules_of_text, rules_of_ids, rules_of_more),
        security=shapes.security,
    )
    _add_components(spec, shapes)
    examples = partial(_examples, address, shapes)
    printed = examples("POST", PATH)
    finished = _webhooks(printed)
    spec.path(path=PATH, operations={"get": list_cases(finished, shapes), "post": create_case(printed, shapes)})
    one: Json = {"get": read_case(finished, shapes)}
    if shapes.has_current:
        one["patch"] = update_case(examples("PATCH", f"{PATH}1/"))
        spec.path(
            path=TOKEN_PATH, operations={"post": issue_token(openapi.exchanges(PROVIDER, "POST", TOKEN_PATH, address))}
        )
    spec.path(path=f"{PATH}{{id}}/", operations=one)
    spec.path(path=f"{PATH}{{id}}/start/", operations={"post": start_case(examples("POST", f"{PATH}1/start/"), shapes)})
    for path, operations in case_file_paths(examples, shapes).items():
        spec.path(path=path, operations=operations)
    finished |= _webhooks(examples("POST", "/api/checks/"))
    openapi.add_webhook(spec, EVENT, case_completed(finished, shapes))
    return openapi.finish(spec, {"page": 1, "id": 1, "customer_id": 123, "case_id": 1})


def _add_components(spec: APISpec, shapes: Shapes) -> None:
    """Add the credentials, the request of Create Case, and what can be wrong with bodies and filters."""
    first, current = shapes.has_first, shapes.has_current
    for name, scheme, is_described in (("session", SESSION, first), ("token", TOKEN, current)):
        if is_described:
            spec.components.security_scheme(name, scheme)
    for body, is_described in ((NewCaseIn, first), (CurrentCaseIn, current)):
        if is_described:
            spec.components.schema(body.__name__, SOME_CUSTOMER, schema=body)
    openapi.add_refusals(spec, REFUSALS)
    problems: list[tuple[str, type[Schema]]] = [
        ("FilterProblems", CasesQuery),
        ("CheckFilterProblems", ChecksQuery),
        (problems_name(DocumentIn), DocumentIn),
    ]
    if first:
        problems += [("CaseProblems", NewCaseIn), *((problems_name(each), each) for each in FIRST_BODIES)]
    if current:
        problems += [
            (f"Current{problems_name(old)}", new) for old, new in zip(FIRST_BODIES, CURRENT_BODIES, strict=True)
        ]
        problems += [("CurrentCaseProblems", CurrentCaseIn), ("CaseChangeProblems", CaseChangeIn)]
        problems += [("StartProblems", StartIn), ("TokenProblems", TokenIn)]
    for name, schema in problems:
        spec.components.schema(name, problems_of(schema) | {"minProperties": 1})


def _examples(address: str, shapes: Shapes, method: str, path: str) -> dict[str, Json]:
    return shapes.examples(openapi.exchanges(PROVIDER, method, path, address))


def _webhooks(exchanges: Mapping[str, Json]) -> Json:
    """Return the bodies of the webhooks that follow."""
    return {name: exchange["webhook"]["body"] for name, exchange in exchanges.items() if exchange["webhook"]}


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


def rules_of_more(converter: OpenAPIConverter, field: fields.Field[Any], ret: Json) -> Json:
    """Return what fields of the current generation are that marshmallow has no word for."""
    if isinstance(field, current_fields.Identifier):
        return {"format": "uuid"}
    return {"format": "email"} if isinstance(field, current_fields.Email) else {}

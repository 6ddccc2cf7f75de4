"""Describe Sphinx as an OpenAPI document."""

from functools import partial
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields

from emulator.openapi import builder as openapi
from emulator.openapi.builder import Json
from emulator.openapi.patterns import NOT_BLANK, STORABLE
from emulator.providers.sphinxhq import drf, relations, uploads
from emulator.providers.sphinxhq.case_file_schemas import CustomerUpdateIn, DocumentIn, NewCheckIn, NewCustomerIn
from emulator.providers.sphinxhq.openapi_case_files import ChecksQuery, case_file_paths, problems_name
from emulator.providers.sphinxhq.openapi_cases import (
    CasesQuery,
    case_completed,
    create_case,
    list_cases,
    read_case,
    start_case,
)
from emulator.providers.sphinxhq.openapi_parts import REFUSALS, SESSION
from emulator.providers.sphinxhq.problems import problems_of
from emulator.providers.sphinxhq.samples import PATH
from emulator.providers.sphinxhq.schemas import NewCaseIn
from emulator.providers.sphinxhq.webhook import EVENT

TITLE = "Sphinx, emulated"
ABOUT = """\
Create Case and what stands around it, as case-emulator answers them. `x-fidelity` says how sure each part is:
`documented` by the service, `framework` (what Django REST Framework answers) or `assumed`.

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
}
# One of the two is needed. Not as a top-level anyOf, of which generators make a class that no language knows.
SOME_CUSTOMER: Json = {
    "if": {"not": {"required": ["customer_id"]}},
    "then": {"required": ["customer"]},
    "x-fidelity": "documented; that one of the two is needed is assumed",
}


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
    spec.components.schema("CheckFilterProblems", problems_of(ChecksQuery) | {"minProperties": 1})
    for schema in (NewCheckIn, NewCustomerIn, CustomerUpdateIn, DocumentIn):
        spec.components.schema(problems_name(schema), problems_of(schema) | {"minProperties": 1})
    examples = partial(openapi.exchanges, "sphinxhq", address=address)
    printed = examples("POST", PATH)
    finished = {name: exchange["webhook"]["body"] for name, exchange in printed.items() if exchange["webhook"]}
    spec.path(path=PATH, operations={"get": list_cases(finished), "post": create_case(printed)})
    spec.path(path=f"{PATH}{{id}}/", operations={"get": read_case(finished)})
    spec.path(path=f"{PATH}{{id}}/start/", operations={"post": start_case(examples("POST", f"{PATH}1/start/"))})
    for path, operations in case_file_paths(examples).items():
        spec.path(path=path, operations=operations)
    further = {name: exchange for name, exchange in examples("POST", "/api/checks/").items() if exchange["webhook"]}
    finished |= {name: exchange["webhook"]["body"] for name, exchange in further.items()}
    openapi.add_webhook(spec, EVENT, case_completed(finished))
    return openapi.finish(spec, {"page": 1, "id": 1, "customer_id": 123, "case_id": 1})


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

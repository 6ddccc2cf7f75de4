"""Describe the operations of checks, customers and documents."""

from collections.abc import Callable

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from emulator.openapi.builder import Json, content
from emulator.providers.sphinxhq.case_file_schemas import (
    ONE_PARENT,
    CustomerUpdateIn,
    DocumentIn,
    NewCheckIn,
    NewCustomerIn,
)
from emulator.providers.sphinxhq.current_response_schemas import (
    CurrentCheckPageOut,
    CurrentCustomerRecordOut,
    CurrentFiledCheckOut,
)
from emulator.providers.sphinxhq.current_schemas import (
    ALL_CHECK_TYPES,
    CurrentCustomerUpdateIn,
    CurrentNewCheckIn,
    CurrentNewCustomerIn,
)
from emulator.providers.sphinxhq.generation import CURRENT
from emulator.providers.sphinxhq.openapi_cases import PagesQuery, problems_in
from emulator.providers.sphinxhq.openapi_parts import BORN_WITH, KEY, Shape, Shapes, operation, ref
from emulator.providers.sphinxhq.paging import OUTCOMES
from emulator.providers.sphinxhq.response_schemas import (
    CheckPageOut,
    CustomerRecordOut,
    DetailOut,
    DocumentOut,
    FiledCheckOut,
)
from emulator.providers.sphinxhq.schemas import CHECK_TYPES, DOCUMENTED
from emulator.providers.sphinxhq.uploads import NOT_VALID

Examples = Callable[[str, str], dict[str, Json]]


class ChecksQuery(PagesQuery):
    """Which checks to list."""

    case_id = fields.Float(validate=Range(max=1e50), metadata=DOCUMENTED)
    check_type = fields.String(validate=OneOf(CHECK_TYPES), metadata=DOCUMENTED)
    outcome = fields.String(validate=OneOf(list(OUTCOMES)), metadata=DOCUMENTED)
    min_risk_score = fields.Float(
        validate=Range(max=1e50), metadata={**DOCUMENTED, "description": "included; checks without a score fall out"}
    )
    max_risk_score = fields.Float(
        validate=Range(max=1e50), metadata={**DOCUMENTED, "description": "included; checks without a score fall out"}
    )


class CurrentChecksQuery(ChecksQuery):
    """Which checks to list."""

    check_type = fields.String(validate=OneOf(ALL_CHECK_TYPES), metadata=DOCUMENTED)


def problems_name(schema: type[Schema]) -> str:
    """Return the name of the schema of what can be wrong with a body of that schema."""
    return f"{schema.__name__.removesuffix('In')}Problems"


def case_file_paths(examples: Examples, shapes: Shapes) -> dict[str, Json]:
    """Return the operations by path; `examples` returns the exchanges of a verb and a path."""
    return {**_checks(examples, shapes), **_customers(examples, shapes), **_documents(examples)}


def _checks(examples: Examples, shapes: Shapes) -> dict[str, Json]:
    shape = shapes.either(FiledCheckOut, CurrentFiledCheckOut)
    added = operation(
        "add_check",
        "Add a check to a case",
        {201: ("The check; a case that had finished is open again.", shape)},
        examples("POST", "/api/checks/"),
        body=shapes.either(NewCheckIn, CurrentNewCheckIn),
        problems=_problems(shapes, NewCheckIn, {"case_id": ['Invalid pk "9" - object does not exist.']}),
    )
    listed = operation(
        "list_checks",
        "List checks, newest first",
        {200: ("One page of the list.", shapes.either(CheckPageOut, CurrentCheckPageOut))},
        examples("GET", "/api/checks/?case_id=1&outcome=PENDING"),
        problems=content(ref("CheckFilterProblems"), {"case": {"case_id": ["Enter a number."]}}),
        parameters=[{"in": "query", "schema": CurrentChecksQuery if shapes.has_current else ChecksQuery}],
    )
    return {
        "/api/checks/": {"get": listed, "post": added},
        "/api/checks/{id}/": {"get": _read("check", shape, examples("GET", "/api/checks/1/"))},
    }


def _customers(examples: Examples, shapes: Shapes) -> dict[str, Json]:
    shape = shapes.either(CustomerRecordOut, CurrentCustomerRecordOut)
    created = operation(
        "create_customer",
        "Create a customer",
        {
            201: ("The customer.", shape),
            200: ("The customer as it was updated, where the emulator is switched so.", shape),
        },
        examples("POST", "/api/customers/"),
        body=shapes.either(NewCustomerIn, CurrentNewCustomerIn),
        problems=_problems(shapes, NewCustomerIn, {"external_id": ["This field must be unique."]}),
    )
    updated = operation(
        "update_customer",
        "Update a customer; what is not sent stays",
        {200: ("The customer.", shape)},
        examples("POST", "/api/customers/update/"),
        body=shapes.either(CustomerUpdateIn, CurrentCustomerUpdateIn),
        problems=_problems(shapes, CustomerUpdateIn, {"external_id": ["This field is required."]}),
    )
    return {
        "/api/customers/": {"post": created},
        "/api/customers/update/": {"post": updated, **_patched(examples, shapes)},
        "/api/customers/{id}/": {"get": _read("customer", shape, examples("GET", "/api/customers/124/"))},
    }


def _patched(examples: Examples, shapes: Shapes) -> dict[str, Json]:
    """Return the same update with another verb, which only the current generation has."""
    if not shapes.has_current:
        return {}
    patched = operation(
        "patch_customer",
        "Update a customer; what is not sent stays",
        {200: ("The customer.", CurrentCustomerRecordOut)},
        examples("PATCH", "/api/customers/update/"),
        body=CurrentCustomerUpdateIn,
        problems=_problems(Shapes([CURRENT.name]), CustomerUpdateIn, {"external_id": ["This field is required."]}),
    )
    return {"patch": {**patched, "security": [{"token": []}]}}


def _documents(examples: Examples) -> dict[str, Json]:
    uploaded = operation(
        "upload_document",
        "Upload a document; at most one of case_id, check_id and customer_id",
        {201: ("The document, whose bytes are not kept.", DocumentOut)},
        examples("POST", "/api/documents/"),
        body=DocumentIn,
        problems=_problems(None, DocumentIn, {"file": [NOT_VALID]}, {"non_field_errors": [ONE_PARENT]}),
    )
    return {
        "/api/documents/": {"post": uploaded},
        "/api/documents/{id}/": {"get": _read("document", DocumentOut, examples("GET", "/api/documents/124/"))},
    }


def _read(kind: str, schema: Shape, examples: dict[str, Json]) -> Json:
    answers = {200: (f"The {kind} as it stands.", schema)}
    key = KEY if kind == "check" else KEY | BORN_WITH
    return operation(f"read_{kind}", f"Read a {kind}", answers, examples, parameters=[key])


def _problems(shapes: Shapes | None, schema: type[Schema], *examples: Json) -> Json:
    """Return the content of a refusal; without `shapes`, both generations have the same."""
    shown = {f"problem-{number}": example for number, example in enumerate(examples, 1)}
    name = problems_name(schema)
    either = problems_in(shapes, name) if shapes else {"anyOf": [ref(name), DetailOut]}
    return content(either, shown)

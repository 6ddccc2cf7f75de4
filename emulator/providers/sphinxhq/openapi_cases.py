"""Describe the operations of cases, and their webhook."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range

from emulator.openapi import builder as openapi
from emulator.openapi.builder import Json, content, response_object
from emulator.providers.sphinxhq.current_response_schemas import (
    CurrentCaseOut,
    CurrentPageOut,
    StartedCaseOut,
    TokenErrorOut,
    TokenOut,
)
from emulator.providers.sphinxhq.current_schemas import CaseChangeIn, CurrentCaseIn, StartIn, TokenIn
from emulator.providers.sphinxhq.facts import NO_CHECKS
from emulator.providers.sphinxhq.openapi_parts import KEY, READING, REFUSALS, Shape, Shapes, operation, ref
from emulator.providers.sphinxhq.paging import OUTCOMES
from emulator.providers.sphinxhq.query import LARGEST_PAGE, PAGE_SIZE
from emulator.providers.sphinxhq.response_schemas import CaseOut, DetailOut, PageOut
from emulator.providers.sphinxhq.schemas import DOCUMENTED, NO_CUSTOMER, NewCaseIn


class PagesQuery(Schema):
    """Which page to list."""

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


class CasesQuery(PagesQuery):
    """Which cases to list."""

    customer_id = fields.Float(validate=Range(max=1e50), metadata=DOCUMENTED)
    has_webhook = fields.Boolean(metadata=DOCUMENTED)
    outcome = fields.String(validate=OneOf(list(OUTCOMES)), metadata=DOCUMENTED)


WRONG_BODIES: Json = {
    "field": {"notes": ["This field may not be blank."]},
    "check": {"checks": [{}, {"check_type": ['"X" is not a valid choice.']}]},
    "customer": {"non_field_errors": [NO_CUSTOMER]},
    "json": {
        "detail": "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    },
}
WRONG_NOW: Json = {name: WRONG_BODIES[name] for name in ("check", "customer", "json")}
WRONG_FILTER: Json = {"outcome": {"outcome": ["Select a valid choice. X is not one of the available choices."]}}


def create_case(printed: dict[str, Json], shapes: Shapes) -> Json:
    """Return the operation that opens a case."""
    bodies = {name: exchange["request"]["body"] for name, exchange in printed.items()}
    answers = {name: exchange["answer"]["body"] for name, exchange in printed.items()}
    return {
        "operationId": "create_case",
        "summary": "Create Case",
        "requestBody": {"required": True, "content": content(shapes.either(NewCaseIn, CurrentCaseIn), bodies)},
        "responses": {
            "201": response_object("The case; it ends by itself after a while.", content(case_of(shapes), answers)),
            "400": response_object(
                "Fields are wrong, all told at once and nested as sent; or the body is no JSON.",
                content(problems_in(shapes, "CaseProblems"), WRONG_BODIES if shapes.has_first else WRONG_NOW),
            ),
            **openapi.refer_to(REFUSALS),
        },
    }


def list_cases(finished: dict[str, Json], shapes: Shapes) -> Json:
    """Return the operation that lists cases."""
    pages = {name: _page_of(cases) for name, cases in _by_generation(finished).items() if cases}
    shape = shapes.either(PageOut, CurrentPageOut)
    return {
        "operationId": "list_cases",
        "summary": "List Cases, newest first",
        "parameters": [{"in": "query", "schema": CasesQuery}],
        "responses": {
            "200": response_object("One page of the list.", content(shape, pages)),
            "400": response_object("A filter is wrong.", content(ref("FilterProblems"), WRONG_FILTER)),
            **openapi.refer_to(READING),
        },
    }


def _by_generation(cases: dict[str, Json]) -> dict[str, list[Json]]:
    """Return the cases by a name for their shape: all of a page have the same."""
    current = [case for case in cases.values() if "is_complete" in case]
    return {"page": [case for case in cases.values() if case not in current], "current-page": current}


def _page_of(cases: list[Json]) -> Json:
    return {"count": len(cases), "next": None, "previous": None, "results": cases}


def read_case(finished: dict[str, Json], shapes: Shapes) -> Json:
    """Return the operation that reads a case."""
    return {
        "operationId": "read_case",
        "summary": "Read a case",
        "parameters": [KEY],
        "responses": {
            "200": response_object("The case as it stands.", content(case_of(shapes), finished)),
            **openapi.refer_to(READING),
        },
    }


def case_completed(finished: dict[str, Json], shapes: Shapes) -> Json:
    """Return the webhook."""
    return {
        "operationId": "case_completed",
        "summary": "A case ended, also by an error",
        "description": "Sent to the case's own `webhook_url`: the case as a read returns it. No signature.",
        "security": [],
        "requestBody": {"required": True, "content": content(case_of(shapes), finished)},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Never sent again."},
            "default": {"description": "Sent again, as the retry profile says."},
        },
    }


def start_case(examples: dict[str, Json], shapes: Shapes) -> Json:
    """Return the operation that starts a case, for the first time or again."""
    text = "The case that runs from now on: a new one where the old one had finished, which is archived."
    answers: dict[int, tuple[str, Shape]] = {200: (text, shapes.either(CaseOut, StartedCaseOut))}
    parameters, problems = [KEY], None
    if shapes.has_current:
        answers[202] = ("The case as it was: nothing was to be done, or allowed.", StartedCaseOut)
        parameters.append({"in": "query", "schema": StartIn})
        wrong = {"restart": {"allow_restart": ["Must be a valid boolean."]}, "empty": {"detail": NO_CHECKS}}
        problems = content({"anyOf": [ref("StartProblems"), DetailOut]}, wrong)
    described = operation(
        "start", "Start a case, or start it again", answers, examples, problems=problems, parameters=parameters
    )
    if shapes.has_current:
        described["requestBody"] = {"required": False, "content": content(StartIn, {"again": {"allow_restart": True}})}
        described["responses"] |= openapi.refer_to(REFUSALS)
    return described


def update_case(examples: dict[str, Json]) -> Json:
    """Return the operation that changes a case, of the current generation."""
    wrong: Json = {"taken": {"external_id": ["This field must be unique."]}}
    described = operation(
        "update_case",
        "Change a case; only what is sent changes",
        {200: ("The case as it is now.", CurrentCaseOut)},
        examples,
        body=CaseChangeIn,
        problems=content({"anyOf": [ref("CaseChangeProblems"), DetailOut]}, wrong),
        parameters=[KEY],
    )
    described["requestBody"]["required"] = False  # without one nothing changes
    return {**described, "security": [{"token": []}]}


def issue_token(examples: dict[str, Json]) -> Json:
    """Return the operation that issues an access token."""
    wrong: Json = {"id": {"client_id": ["Must be a valid UUID."]}}
    described = operation(
        "issue_token",
        "Issue an access token; a urlencoded form is read too",
        {200: ("The token.", TokenOut)},
        examples,
        body=TokenIn,
        problems=content({"anyOf": [ref("TokenProblems"), DetailOut]}, wrong),
    )
    refused = content({"anyOf": [TokenErrorOut, DetailOut]}, {"secret": {"error": "invalid_client"}})
    described["responses"]["401"] = response_object("The client_secret is wrong.", refused)
    return {**described, "security": []}


def case_of(shapes: Shapes) -> Shape:
    """Return the shape of a case."""
    return shapes.either(CaseOut, CurrentCaseOut)


def problems_in(shapes: Shapes, name: str) -> Json:
    """Return the shape of what is wrong with a body; `name` is that of the first generation's problems."""
    shape = shapes.either(ref(name), ref(f"Current{name}"))
    assert isinstance(shape, dict)
    return {"anyOf": [*shape.get("anyOf", [shape]), DetailOut]}

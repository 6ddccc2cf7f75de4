"""What the documents say about a request is what the emulator enforces: rule by rule, read from the documents."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests
from marshmallow import Schema, fields

from emulator.app import describe
from emulator.openapi.patterns import SPACES, STORABLE, not_blank
from emulator.providers.aplyid import rails
from emulator.providers.aplyid import schemas as aplyid
from emulator.providers.aplyid.openapi import NOT_ONLY_A_ZERO
from emulator.providers.sphinxhq import drf, relations
from emulator.providers.sphinxhq import schemas as sphinxhq
from emulator.providers.sphinxhq.openapi import NOT_BLANK as OF_SPHINX
from emulator.settings import Settings
from tests.bad_input.table import PATHS, VALID
from tests.documents import PROVIDER_NAMES, document, lowered
from tests.emulators import Emulator

LEFT_OUT = object()
NOT_BLANK = {not_blank(), OF_SPHINX}
# With every field. A customer_id and a customer at once are what the service's own sample sends.
BODIES = {
    "aplyid": VALID["aplyid"],
    "sphinxhq": VALID["sphinxhq"] | {"customer_id": 123, "webhook_url": "http://receiver.test/"},
}
Way = tuple[str | int, ...]
Try = tuple[str, Way, str, Any, Any]  # provider, place, rule, what it allows, what it forbids


def tries(provider: str) -> Iterator[Try]:
    """Both sides of every rule the document has about the request."""
    for way, told in places(provider, {"$ref": "#/components/schemas/NewCaseIn"}, ()):
        now = value_at(BODIES[provider], way) if way else None
        for rule, allowed, forbidden in sides(told, now):
            yield provider, way, rule, allowed, forbidden
        for name in told.get("required", ()):
            yield provider, (*way, name), "required", value_at(BODIES[provider], (*way, name)), LEFT_OUT


def places(provider: str, told: dict[str, Any], way: Way) -> Iterator[tuple[Way, dict[str, Any]]]:
    """Every part of the request with its description."""
    if "$ref" in told:
        told = {**document(provider).schema(told["$ref"].rpartition("/")[2]), **told}
    yield way, told
    for name, part in told.get("properties", {}).items():
        yield from places(provider, part, (*way, name))
    if "$ref" in told.get("items", {}):
        yield from places(provider, told["items"], (*way, 0))


def sides(told: dict[str, Any], now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Of each rule: the rule, the last value it allows and the first one it forbids."""
    if "maxLength" in told:
        most = told["maxLength"]
        yield "maxLength", lengthened(now, most), lengthened(now, most + 1)
    if "maxItems" in told:
        yield "maxItems", now[:1] * told["maxItems"], now[:1] * (told["maxItems"] + 1)
    if "minimum" in told:
        yield "minimum", told["minimum"], told["minimum"] - 1
    if "maximum" in told:
        yield "maximum", told["maximum"], told["maximum"] + 1
    if "exclusiveMinimum" in told:
        yield "exclusiveMinimum", told["exclusiveMinimum"] + 0.01, told["exclusiveMinimum"]
    for choice in told.get("enum", ()):
        yield f"enum {choice}", choice, f"{choice}x"
    patterns = [part["pattern"] for part in (told, *told.get("allOf", ())) if "pattern" in part]
    if NOT_BLANK & {*patterns}:
        yield "blank", now, "  "
    if {STORABLE, *NOT_BLANK} & {*patterns}:
        yield "NUL", now, f"{now}\0"
    if NOT_ONLY_A_ZERO in patterns:
        yield "pattern", now, "0"
    elif {*patterns} - {STORABLE, *NOT_BLANK}:
        yield "pattern", now, f"{now}?"
    if "null" in told.get("type", ()):
        yield "null", None, {}


def lengthened(text: str, length: int) -> str:
    """A text of that length which fits its place as that one did."""
    name, at, host = text.partition("@")
    return name[:1] * (length - len(at + host)) + at + host


def value_at(body: Any, way: Way) -> Any:
    for step in way:
        if isinstance(body, dict) and step not in body:
            place = ".".join(map(str, way))
            raise LookupError(
                f"{place} is in the document: add a valid value of it to VALID in tests/bad_input/table.py"
            )
        body = body[step]
    return body


def with_value(body: Any, way: Way, value: Any) -> Any:
    """The body with another value at that place, or none."""
    changed = deepcopy(body)
    *before, last = way
    part = value_at(changed, tuple(before))
    if value is LEFT_OUT:
        del part[last]
    else:
        part[last] = value
    return changed


def post(emulator: Emulator, provider: str, body: Any) -> requests.Response:
    return emulator.aplyid.post(body) if provider == "aplyid" else emulator.sphinxhq.post(body)


TRIES = [case for provider in PROVIDER_NAMES for case in tries(provider)]


def label(case: Try) -> str:
    provider, way, rule, *_ = case
    return f"{provider}-{'.'.join(map(str, way))}-{rule}"


@pytest.mark.parametrize("case", TRIES, ids=label)
def test_what_a_rule_allows_is_taken_and_what_it_forbids_is_refused(emulator: Emulator, case: Try) -> None:
    provider, way, _, allowed, forbidden = case
    described, place = document(provider), ("components", "schemas", "NewCaseIn")
    for value, taken in ((forbidden, False), (allowed, True)):  # so that the client is new both times
        body = with_value(BODIES[provider], way, value)
        assert (described.problems(body, *place) == []) == taken, described.problems(body, *place)
        told = post(emulator, provider, body)
        assert (told.status_code == 201) == taken, told.text
        answered = (told.status_code, lowered(told.headers), told.text)
        assert described.check_answer(PATHS[provider], "post", *answered) == []


# All that some language takes for white space, and three letters that look like it; \s is another set in each.
SEEM_BLANK = [chr(code) for code in range(1, 0x10000) if chr(code).isspace()] + ["\u180e", "\u200b", "\ufeff"]


@pytest.mark.parametrize(("provider", "way"), [("aplyid", ("client", "name")), ("sphinxhq", ("customer", "full_name"))])
def test_the_document_and_the_server_take_the_same_for_blank(
    emulator: Emulator, provider: str, way: tuple[str, ...]
) -> None:
    described, place = document(provider), ("components", "schemas", "NewCaseIn")
    taken = {}
    for blank in SEEM_BLANK:
        new = with_value(BODIES[provider], (*way[:-1], "external_id"), LEFT_OUT)  # of a known client no name is read
        body = with_value(new, way, blank * 2)
        taken[blank] = described.problems(body, *place) == [], post(emulator, provider, body).status_code == 201
    assert {blank for blank, (by_document, by_server) in taken.items() if by_document != by_server} == set()
    assert {by_server for _, by_server in taken.values()} == {True, False}


def test_there_are_rules_of_every_kind() -> None:
    assert len(TRIES) > 80
    assert {case[2].partition(" ")[0] for case in TRIES} == {
        *("maxLength", "maxItems", "minimum", "maximum", "exclusiveMinimum"),
        *("enum", "blank", "NUL", "pattern", "null", "required"),
    }


def test_a_new_individual_needs_details_and_one_that_may_be_known_does_not(emulator: Emulator) -> None:
    described, place = document("aplyid"), ("components", "schemas", "NewCaseIn")
    without = with_value(BODIES["aplyid"], ("client", "clientable_attributes"), LEFT_OUT)
    new = with_value(without, ("client", "external_id"), LEFT_OUT)
    assert described.problems(without, *place) == []
    assert described.problems(new, *place)
    assert emulator.aplyid.post(new).status_code == 422
    assert emulator.aplyid.post(BODIES["aplyid"]).status_code == emulator.aplyid.post(without).status_code == 201


def test_some_customer_is_needed(emulator: Emulator) -> None:
    described, place = document("sphinxhq"), ("components", "schemas", "NewCaseIn")
    for body, taken in (({}, False), ({"customer_id": 123}, True), ({"customer": {"full_name": "Ada"}}, True)):
        assert (described.problems(body, *place) == []) == taken
        assert (emulator.sphinxhq.post(body).status_code == 201) == taken


@pytest.mark.parametrize(
    ("provider", "schema", "name", "changed", "rule"),
    [
        ("aplyid", aplyid.ActivityIn, "name", rails.Text(required=True, most=49), ("maxLength", 49)),
        (
            "aplyid",
            aplyid.ActivityIn,
            "nature",
            rails.Text(rails.matches("[a-z]+")),
            ("pattern", rf"^(?:[a-z]+)$|^[{SPACES}]*$"),
        ),
        ("aplyid", aplyid.ActivityIn, "status", rails.Choice(rails.included(("done",))), ("enum", ["done"])),
        ("sphinxhq", sphinxhq.NewCaseIn, "notes", drf.Text(most=9), ("maxLength", 9)),
        ("sphinxhq", sphinxhq.NewCaseIn, "delete_after", drf.Integer(most=7), ("maximum", 7)),
        ("sphinxhq", sphinxhq.NewCaseIn, "document_ids", relations.DocumentIds(most=3), ("maxItems", 3)),
    ],
)
def test_a_changed_rule_changes_the_document(
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    schema: type[Schema],
    name: str,
    changed: fields.Field[Any],
    rule: tuple[str, Any],
) -> None:
    monkeypatch.setitem(schema._declared_fields, name, changed)
    told = describe(provider, Settings())["components"]["schemas"][schema.__name__]["properties"][name]
    assert told[rule[0]] == rule[1]

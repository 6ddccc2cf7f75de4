"""The short way to load a schema reads and refuses as marshmallow's own does."""

import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.experimental.context import Context

from emulator.providers.aplyid import schemas as aplyid
from emulator.providers.aplyid.rails import is_storable
from emulator.providers.aplyid.ruby import is_blank
from emulator.providers.sphinxhq import case_file_schemas, current_schemas
from emulator.providers.sphinxhq import schemas as sphinxhq
from emulator.providers.sphinxhq.relations import Known
from emulator.web import flat_schema
from emulator.web.flat_schema import FlatSchema

KNOWN = Known(
    has_customer=lambda number: number == 123,
    has_case=lambda _: False,
    has_check=lambda _: False,
    known_documents=lambda ids: {123}.intersection(ids),
    is_taken=lambda _: False,
    is_key_taken=lambda key: key == "7",
    configs=lambda: {"x" * 200: ("PEP",)},
)
ODD: tuple[Any, ...] = (
    None,
    "",
    " ",
    "x" * 600,
    "a\x00",
    "\ud800",
    0,
    7,
    -1.5,
    True,
    [],
    [1],
    {},
    {"name": 5},
    "2020-01-02",
)
PLAIN = ("Mary", " Mary ", "0", "021", "  ", "\t", "\x7f", "é", "\xa0", "x" * 50, "x" * 51, "NZL", "in_progress", "+64")
VALUES: tuple[Any, ...] = (*PLAIN, *ODD)
ADDRESS = {"country_code": "NZL", "address_line_1": "1 Lane", "state": "Auckland", "postcode": "1010"}
NO_OBJECTS: tuple[Any, ...] = (None, [], "text", 7)
SCHEMAS: tuple[FlatSchema, ...] = (
    aplyid.ACTIVITY,
    aplyid.CLIENT,
    aplyid.INDIVIDUAL,
    aplyid.ANY_CLIENT,
    aplyid.AddressIn(),
    aplyid.PersonIn(),
    aplyid.PhoneIn(),
    sphinxhq.NewCaseIn(),
    sphinxhq.CustomerIn(),
    sphinxhq.CheckIn(),
    case_file_schemas.NewCheckIn(),
    case_file_schemas.NewCustomerIn(),
    case_file_schemas.CustomerUpdateIn(),
    case_file_schemas.DocumentIn(),
    current_schemas.CurrentCaseIn(),
    current_schemas.CurrentCustomerIn(),
    current_schemas.CurrentCheckIn(),
    current_schemas.SyncPlatformIn(),
    current_schemas.CaseChangeIn(),
    current_schemas.StartIn(),
    current_schemas.CurrentNewCheckIn(),
    current_schemas.CurrentNewCustomerIn(),
    current_schemas.CurrentCustomerUpdateIn(),
    current_schemas.TokenIn(),
)
every_schema = pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)


def nested(schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
    """The fields that hold a schema of their own, with whether they hold many of it."""
    for name, field in schema.fields.items():
        if isinstance(field, fields.Nested):
            assert isinstance(field.schema, Schema)
            yield name, field.schema, bool(field.many)


def bodies(schema: Schema) -> Iterator[dict[str, object]]:
    """Bodies in which one field or all have one value, plain or odd, at this level and in each nested object."""
    yield {}
    yield {"unknown": 1}
    for value in VALUES:
        yield dict.fromkeys(schema.fields, value)
    for name, value in product(schema.fields, VALUES):
        yield {**dict.fromkeys(schema.fields, "7"), name: value}
    for name, inner, many in nested(schema):
        for body in bodies(inner):
            yield {name: [body, {}] if many else body}


def result(load: Any, body: Mapping[str, object]) -> tuple[object, ...]:
    """What is loaded or refused, with the order of keys."""
    with Context(KNOWN):
        try:
            return ("loaded", repr(load(body)))
        except ValidationError as error:
            return ("refused", repr(error.messages), repr(error.valid_data), error.data == body)


@every_schema
def test_it_loads_and_refuses_as_marshmallow_does(schema: FlatSchema) -> None:
    results = set()
    for body in bodies(schema):
        plain = result(lambda body: Schema.load(schema, body), body)
        assert (body, result(schema.load, body)) == (body, plain)
        results.add(plain[0])
    assert "refused" in results or not any(field.required for field in schema.fields.values())


@every_schema
def test_what_is_no_object_is_refused_in_the_same_words(schema: FlatSchema) -> None:
    for body in NO_OBJECTS:
        with pytest.raises(ValidationError) as plain:
            Schema.load(schema, body)
        with pytest.raises(ValidationError, match="Invalid input type") as refused:
            schema.load(body)
        assert refused.value.messages == plain.value.messages


def judged(schema: FlatSchema, body: Mapping[str, object]) -> tuple[object, ...]:
    """What becomes of a body, and of which fields something is to be told."""
    with Context(KNOWN):
        try:
            loaded = schema.load(body)
        except ValidationError as error:
            return repr(error.messages), repr(error.valid_data)
    return repr(loaded), loaded.altered


@every_schema
def test_what_recurs_is_judged_as_at_first(schema: FlatSchema) -> None:
    for body in bodies(schema):
        judged(schema, body)
        assert judged(schema, body) == judged(type(schema)(), body)


def test_texts_that_recur_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat_schema, "MOST_RECURRING", 3)
    schema = aplyid.AddressIn()
    for number in range(10, 18):
        schema.load({**ADDRESS, "postcode": str(number)})
    with pytest.raises(ValidationError):
        schema.load({**ADDRESS, "country_code": "Z" * 40})
    [kept] = [step[3] for step in schema._steps if step[0] == "postcode"]
    assert kept == {"16", "17", ADDRESS["postcode"]}


def test_most_plain_texts_are_taken_without_a_look_of_their_field() -> None:
    taken = [field for schema in SCHEMAS for field in schema.fields.values() if hasattr(field, "longest_plain")]
    assert len(taken) > 20


def subclasses(schema: type[Schema]) -> Iterator[type[Schema]]:
    for child in schema.__subclasses__():
        yield child
        yield from subclasses(child)


def test_no_such_schema_has_more_than_the_loop_looks_at() -> None:
    found = list(subclasses(FlatSchema))
    assert {type(schema) for schema in SCHEMAS} <= set(found)
    for schema in (child() for child in found):
        assert schema.unknown == EXCLUDE
        assert not any(schema._hooks.values())
        assert all((field.data_key, field.attribute) == (None, None) for field in schema.load_fields.values())


def test_one_item_of_a_list_is_loaded_in_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = sphinxhq.CheckIn(many=True)
    monkeypatch.setattr(Schema, "_do_load", lambda *_, **__: pytest.fail("loaded by marshmallow"))
    with Context(KNOWN):
        assert schema.load({"check_type": "PEP"}, many=False) == {"check_type": "PEP"}


def test_a_payload_names_the_fields_of_which_something_may_be_told() -> None:
    plain = {"phone_country_code": "64", "phone_number": "0211234567"}
    person = {"firstname": "Mary", "lastname": " Chen ", "middle_name": None}
    schema = aplyid.PersonIn()
    assert schema.load(person).altered == []  # Rails keeps blanks
    assert schema.load({**person, "firstname": 5}).altered == ["firstname"]
    assert aplyid.PhoneIn().load(plain).altered == ["phone_number"]  # its 0 is dropped
    assert aplyid.AddressIn().load({**ADDRESS, "country_code": "XYZ"}).altered == ["country_code"]  # none of ISO 3166
    assert sphinxhq.CustomerIn().load({"full_name": " Mary "}).altered == ["full_name"]


def test_a_nested_payload_is_named_where_anything_is_to_be_told_of_what_is_in_it() -> None:
    def altered(address: object) -> list[str]:
        activity = {"name": "Sale", "nature": "A house", "address_attributes": address}
        return list(aplyid.ActivityIn().load(activity).altered)

    assert altered(ADDRESS) == []
    assert altered({**ADDRESS, "state": 5}) == altered({**ADDRESS, "planet": "Earth"}) == ["address_attributes"]
    assert altered("here") == ["address_attributes"]


def test_a_list_of_payloads_is_named_where_anything_is_to_be_told_of_one_of_them() -> None:
    def altered(*checks: object) -> list[str]:
        with Context(KNOWN):
            return list(sphinxhq.NewCaseIn().load({"customer": {"full_name": "Mary"}, "checks": list(checks)}).altered)

    plain = {"check_type": "PEP"}
    assert "checks" not in altered(plain, plain)
    assert "checks" in altered(plain, {**plain, "planet": "Earth"})


def test_no_printable_character_but_the_blank_needs_a_look_of_a_field() -> None:
    odd = [c for c in map(chr, range(sys.maxunicode + 1)) if c.isprintable() and (is_blank(c) or not is_storable(c))]
    assert odd == [" "]

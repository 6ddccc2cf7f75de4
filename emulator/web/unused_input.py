"""Advise of what was accepted but is not used as it was sent: the one rule for the requests of all providers.

A field may have words of its own: the texts `if_unused` and `if_changed`; `keeps(sent, used)`, which says whether
nothing is lost; `is_another_form`, where a value is always used in another form than it was sent in; and
`doubt(value)`, which returns what is odd about a value that is used.
"""

import operator
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from marshmallow import Schema, fields, missing

from emulator.web.advice import advise, advise_unknown_keys
from emulator.web.flat_schema import Payload

MOST_ITEMS = 100
KINDS = {
    bool: "a truth value",
    str: "a text",
    int: "a number",
    float: "a number",
    Decimal: "a number",
    dict: "an object",
    list: "an array",
}


def advise_unused(schema: Schema, sent: object, payload: Mapping[str, object] | None, where: str = "") -> None:
    """Advise of each part of an object that is ignored or changed, at every level; `where` precedes each name.

    `payload` is what the schema made of it. It is None for a request that is refused: then only unknown keys are told.
    """
    if not isinstance(sent, dict):
        return
    for name in _to_be_looked_at(schema, sent, payload, where):
        value = sent.get(name)
        if value is None:  # null is the same as nothing, or refused
            continue
        field = schema.fields[name]
        used = None if payload is None else payload.get(name, missing)
        if used is not missing:
            _advise_field(field, value, used, f"{where}{name}", is_refused=payload is None)
        elif not _is_blank(value):
            advise(f"{where}{name} {_if_unused(field, value)}")


def _to_be_looked_at(
    schema: Schema, sent: Mapping[str, object], payload: Mapping[str, object] | None, where: str
) -> Collection[str]:
    """Return the names of the fields but those that are used just as they were sent; advise of unknown keys."""
    if payload is None or not payload.keys() >= sent.keys():
        advise_unknown_keys(sent, schema.fields, where)
    elif isinstance(payload, Payload):
        return payload.altered
    return schema.fields


def _advise_field(field: fields.Field[object], sent: object, used: object, place: str, *, is_refused: bool) -> None:
    if isinstance(field, fields.Nested):
        _advise_nested(field, sent, used, place)
    elif not is_refused:
        doubt = getattr(field, "doubt", None)
        for text in (_difference(field, sent, used), doubt and doubt(used)):
            if text:
                advise(f"{place} {text}")


def _advise_nested(field: fields.Nested, sent: object, used: object, place: str) -> None:
    if not field.many:
        advise_unused(field.schema, sent, used if isinstance(used, dict) else None, f"{place}.")
    elif isinstance(sent, list):
        items: Sequence[object] = used if isinstance(used, list) else ()
        for index, item in enumerate(islice(sent, MOST_ITEMS)):
            payload = items[index] if index < len(items) else None
            advise_unused(field.schema, item, payload if isinstance(payload, dict) else None, f"{place}[{index}].")


def _difference(field: fields.Field[object], sent: object, used: object) -> str | None:
    """Return how a value differs from what it is used as."""
    if sent is used or getattr(field, "is_another_form", False):
        return None
    if kind_of(sent) == kind_of(used):
        keeps = getattr(field, "keeps", operator.eq)
        return None if keeps(sent, used) else str(getattr(field, "if_changed", "is not used exactly as it was sent"))
    if isinstance(sent, dict | list):  # the default is used instead
        return _if_unused(field, sent)
    return f"is {kind_of(sent)} and is used as {kind_of(used)}"


def _if_unused(field: fields.Field[object], value: object) -> str:
    return str(getattr(field, "if_unused", f"is {kind_of(value)} here, which was ignored"))


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def kind_of(value: object) -> str:
    """Return what a JSON value is, in a word."""
    return KINDS.get(type(value)) or next((KINDS[kind] for kind in type(value).__mro__ if kind in KINDS), "null")

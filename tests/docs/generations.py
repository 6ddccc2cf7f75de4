"""The table of Sphinx's generations, from the code that speaks them."""

from collections.abc import Iterable

from marshmallow import Schema

from emulator.providers.sphinxhq.current_response_schemas import (
    CurrentCaseOut,
    CurrentCheckOut,
    CurrentCustomerRecordOut,
)
from emulator.providers.sphinxhq.current_responses import CHECK_STATUSES
from emulator.providers.sphinxhq.current_samples import CurrentSamples
from emulator.providers.sphinxhq.generation import CURRENT, FIRST, Generation
from emulator.providers.sphinxhq.response_schemas import CaseOut, CheckOut, CustomerRecordOut
from emulator.providers.sphinxhq.routes import RESOURCES
from emulator.providers.sphinxhq.samples import SphinxSamples
from emulator.providers.sphinxhq.schemas import STATUSES


def generations_table() -> str:
    """Return what differs between the generations."""
    keys = [": ".join(samples.key_of("default")) for samples in (SphinxSamples(), CurrentSamples())]
    rows = [
        ("comes with", *(f"`{key}`" for key in keys)),
        ("Create Case also reads", *_only(FIRST.new_case, CURRENT.new_case)),
        ("`customer` of it also reads", *_only(_nested(FIRST, "customer"), _nested(CURRENT, "customer"))),
        ("types of checks", *(str(len(generation.check_types)) for generation in (FIRST, CURRENT))),
        ("a case also shows", *_only(CaseOut(), CurrentCaseOut())),
        ("`status` of a check", _words(STATUSES.values()), _words(CHECK_STATUSES.values())),
        ("`reasoning` of a check", *(_type(schema, "reasoning") for schema in (CheckOut(), CurrentCheckOut()))),
        ("a customer also shows", *_only(CustomerRecordOut(), CurrentCustomerRecordOut())),
        *_verbs(),
    ]
    lines = [f"| {' | '.join(row)} |" for row in [("", "first", "current"), *rows]]
    return "\n".join([lines[0], "|---|---|---|", *lines[1:]])


def _nested(generation: Generation, name: str) -> Schema:
    schema: Schema = generation.new_case.fields[name].schema  # type: ignore[attr-defined]
    return schema


def _only(first: Schema, current: Schema) -> tuple[str, str]:
    """Return the fields that only one of the two has."""
    return _words(first.fields.keys() - current.fields.keys()), _words(current.fields.keys() - first.fields.keys())


def _words(words: Iterable[str]) -> str:
    """Return each word once, in its order or, of a set, sorted."""
    listed = sorted(words) if isinstance(words, set) else dict.fromkeys(words)
    return ", ".join(f"`{word}`" for word in listed) or "–"


def _type(schema: Schema, name: str) -> str:
    return {"String": "a text or null", "List": "a list of texts"}[type(schema.fields[name]).__name__]


def _verbs() -> list[tuple[str, str, str]]:
    """Return the rows of paths that allow other verbs."""
    found = []
    for resource in RESOURCES:
        path = resource.path.replace("<sphinxhq_key:key>", "{id}")
        allowed = [resource.spoken[generation.name].allowed for generation in (FIRST, CURRENT)]
        if allowed[0] != allowed[1]:
            found.append((f"`Allow` of `{path}`", allowed[0], allowed[1]))
    return found

"""The bodies that complete a case, and the word of each outcome, read from the schema of a provider."""

from collections.abc import Iterator, Mapping

from marshmallow import Schema
from marshmallow.validate import OneOf

from emulator.core.model import Case, Check, State

FAILED = "failed"


def completions_of(schema: Schema) -> Iterator[dict[str, str]]:
    """Yield the simplest bodies that complete a case: one for each outcome, and one for each way to fail."""
    for name, field in schema.fields.items():
        for word in (word for rule in field.validators if isinstance(rule, OneOf) for word in rule.choices):
            body = {name: str(word)}
            if not schema.validate(body) and (name == "outcome" or schema.load(body).decision.failed):
                yield body


def words_of(schema: Schema) -> Mapping[str, str]:
    """Return the provider's word by outcome; that of a failed case, if there is one, under `failed`."""
    words: dict[str, str] = {}
    for body in completions_of(schema):
        decision = schema.load(body).decision
        [word] = body.values()
        words.setdefault(FAILED if decision.failed else str(decision.outcome), word)
    return words


def word_of(case: Case | Check, words: Mapping[str, str]) -> str | None:
    """Return the provider's word for how a case or a check ended; None before its end, and if there is no word."""
    if case.state is State.FAILED:
        return words.get(FAILED)
    return words.get(case.outcome) if case.outcome and case.state is State.COMPLETED else None

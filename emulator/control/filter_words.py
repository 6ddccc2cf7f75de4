"""Filters that compare with a fixed set of words: one list of each feeds the check and the OpenAPI document.

A misspelt word would find nothing, which reads like an answer: nothing came, nothing was asked.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import current_app, has_request_context, request
from flask.sansio.app import App
from marshmallow import Schema, ValidationError, fields

from emulator.control.context import ControlContext
from emulator.core.webhook_faults import UnknownEvent
from emulator.quick_dataclass import dataclass
from emulator.settings import suggest
from emulator.web.problem_json import Problem

EXTENSION = "case_emulator.filter_words"
METHODS = ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")  # RFC 9110 and 5789
LONGEST = 100  # characters of a wrong word that the refusal repeats


def refusal_of(kind: str, word: str, known: Iterable[str]) -> str:
    """Return why a word is refused, with the known ones and the one that was probably meant."""
    known = sorted(known)
    suggestion = suggest(word[:LONGEST], known)
    listed = "" if suggestion.startswith("; known") else f" Known are {', '.join(known)}"
    return f"no {kind} is called {word[:LONGEST]}{suggestion}{listed}"


def known_provider(completion_schemas: Mapping[str, Schema], name: str | None) -> str | None:
    """Return the name if it is None or of a provider; raise Problem 422 otherwise."""
    if name is not None and name not in completion_schemas:
        reason = refusal_of("provider", name, completion_schemas)
        raise Problem(422, f"provider: {reason}", errors={"provider": reason})
    return name


class Word(fields.String):
    """A word of the set that is called `kind`; any other is refused, with a list of the known ones."""

    def __init__(self, kind: str, *, in_capitals: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.kind, self.in_capitals = kind, in_capitals

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        word: str = super()._deserialize(value, attr, data, **options)
        if not has_request_context():
            return word  # of a file, whose reader checks it
        words: FilterWords = current_app.extensions[EXTENSION]
        meant = word.upper() if self.in_capitals else word
        if meant not in words.documented(self.kind):
            known = words.in_sandbox(self.kind, (request.view_args or {}).get("name", ""))
            if meant not in known:
                raise ValidationError(refusal_of(self.kind, word, known))
        return word


@dataclass(frozen=True)
class FilterWords:
    """The known words by kind: those that are documented, and those that one sandbox has besides."""

    context: ControlContext

    def install(self, app: App) -> None:
        """Let the filters of this application, and its OpenAPI document, know the words."""
        app.extensions[EXTENSION] = self

    def documented(self, kind: str) -> tuple[str, ...]:
        """Return the words of the kind that every sandbox knows."""
        if kind == "method":
            return METHODS
        providers = self.context.providers.values()
        if kind == "provider":
            return tuple(sorted(provider.name for provider in providers))
        if kind == "check_type":
            return tuple(sorted({each for provider in providers for each in provider.check_types}))
        if kind == "sample":
            drawn = [each for p in providers if p.samples for each in (p.samples, p.samples.current) if each]
            return tuple(sorted({operation for samples in drawn for operation in samples.operations}))
        return tuple(sorted({event for provider in providers for event in provider.events}))

    def in_sandbox(self, kind: str, sandbox: str) -> set[str]:
        """Return all words of the kind that something in the sandbox may have."""
        besides: Mapping[str, Callable[[str], Iterable[str]]] = {"event": self._events, "method": self._methods}
        return {*self.documented(kind), *(besides[kind](sandbox) if kind in besides else ())}

    def _events(self, sandbox: str) -> Iterable[str]:
        """Return the events that planned faults will name, and those of the deliveries that are kept."""
        faults = [fault for fault in self.context.planning.faults(sandbox) if fault.kind == UnknownEvent.kind]
        planned = [str(json.loads(fault.settings).get("event", UnknownEvent.event)) for fault in faults]
        return [*planned, *self.context.deliveries.events(sandbox)]

    def _methods(self, sandbox: str) -> Iterable[str]:
        found = self.context.journal.find(sandbox, lambda _: True)
        return {exchange.method for exchange in found.exchanges}

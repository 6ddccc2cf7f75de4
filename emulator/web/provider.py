"""The contract of a provider, which is one emulated API.

A further provider is a folder, a line in `app.py` and a line in `setup.cfg`: copy `providers/template`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response
from marshmallow import Schema

from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case
from emulator.core.pace import RealPace
from emulator.core.ports import Newborn
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.quick_dataclass import dataclass
from emulator.web.desk import Desk
from emulator.web.extras import CompletionIn, Flow, Samples, Switch


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One request that the API answers; its path has the arguments in braces, as in /cases/{id}/."""

    name: str
    verb: str
    path: str
    summary: str = ""
    body: type[Schema] | None = None
    status: int = 200
    answer: type[Schema] | None = None
    is_current: bool = False  # only the current generation of the API has it
    is_quick: bool = False  # takes about a millisecond, and waits for nothing but a fault

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationDocument:
    """The OpenAPI document of one generation of an API."""

    describe: Callable[[str], dict[str, object]]  # given the address
    is_current: bool = False  # whether its requests come with the key of the current generation


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One emulated API: the required parts first, then the optional ones."""

    name: str
    title: str
    prefixes: tuple[str, ...]  # errors below these paths go to render_error
    operations: tuple[Operation, ...]
    routes: Callable[[Desk], Blueprint]
    credential: Callable[[WSGIEnvironment], str | None]  # the credential that a request shows
    render_error: Callable[[Exception, Desk], Response]
    conclude: Callable[[Case, SeededRandom], Case]  # fills in risk, texts and checks when a case ends
    webhook: Callable[[Case, SandboxSettings, str, Desk], RenderedWebhook | NoWebhook]  # the text is the event id

    events: tuple[str, ...] = ("case.completed",)  # what its webhooks can be about
    newborn: Newborn = Newborn(first_ids=(("case", 1), ("client", 1)))
    real_pace: RealPace = RealPace()  # how long the real service takes; a minute unless told
    switches: tuple[Switch, ...] = ()
    check_types: tuple[str, ...] = ()  # of which the setting `case_configs` of a sandbox makes configs
    invalid_status: int = 422  # of an answer to a request whose fields break the rules
    # Texts of errors that are assumed, and other words that say the same.
    assumed_words: Mapping[str, str] = field(default_factory=dict)
    # What the recipes of worlds call `$name`: code of a receiver or a test, in the words of this API.
    recipe_words: Mapping[str, str] = field(default_factory=dict)
    samples: Samples | None = None
    flow: Flow | None = None
    completion: type[Schema] = CompletionIn  # a body that completes a case; loads to CompletionOrder
    # Returns the OpenAPI document for that address; None: it is made from the operations alone.
    document: Callable[[str], dict[str, object]] | None = None
    # The same of each generation of the API by itself, by its name, where it has several.
    generation_documents: Mapping[str, GenerationDocument] = field(default_factory=dict)

    @property
    def document_names(self) -> tuple[str, ...]:
        """The names of its OpenAPI documents: of all of the API, and of each of its generations by itself."""
        return (self.name, *(f"{self.name}-{generation}" for generation in self.generation_documents))

    def creates(self, environ: WSGIEnvironment) -> bool:
        """Return whether this request asks for a new case."""
        path = environ.get("PATH_INFO", "").rstrip("/")
        creating = [operation for operation in self.operations if operation.name == "create_case"]
        return any(environ["REQUEST_METHOD"] == each.verb and path == each.path.rstrip("/") for each in creating)

    def signs_links(self, switches: Mapping[str, str]) -> bool:
        """Return whether links to its cases are signed when its switches stand like this."""
        return self.flow is not None and self.flow.signed_by in list(switches.items())


def completion_schemas_of(providers: Iterable[Provider]) -> dict[str, Schema]:
    """Return by provider the schema of a body that completes a case."""
    return {provider.name: provider.completion() for provider in providers}

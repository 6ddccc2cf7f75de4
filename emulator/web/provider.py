"""The contract of a provider: what one emulated API brings along.

A further one is a folder, a line in `app.py` and a line in `setup.cfg`: copy `providers/template`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema

from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case
from emulator.core.ports import Newborn
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.web.desk import Desk
from emulator.web.extras import CompletionIn, Flow, Samples, Switch


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One request that the API knows; its path has its arguments in braces, as in /cases/{id}/."""

    name: str
    verb: str
    path: str
    summary: str = ""
    body: type[Schema] | None = None
    status: int = 200
    answer: type[Schema] | None = None

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One emulated API: the contract first, then what it may leave out."""

    name: str
    title: str
    prefixes: tuple[str, ...]  # the paths whose errors are worded by it
    operations: tuple[Operation, ...]
    routes: Callable[[Desk], Blueprint]
    credential: Callable[[Mapping[str, Any]], str | None]  # what a request shows, given its WSGI environ
    render_error: Callable[[Exception, Desk], Response]
    conclude: Callable[[Case, SeededRandom], Case]  # the same case with risk, texts and checks filled in
    webhook: Callable[[Case, SandboxSettings, str, Desk], RenderedWebhook | NoWebhook]  # given the id of the event

    newborn: Newborn = Newborn(first_ids=(("case", 1), ("client", 1)))
    switches: tuple[Switch, ...] = ()
    samples: Samples | None = None
    flow: Flow | None = None
    completion: type[Schema] = CompletionIn  # of a body that says how a case is to end; loads to CompletionOrder
    # The OpenAPI document at that address, where more is to be said than its operations say.
    document: Callable[[str], dict[str, Any]] | None = None

"""The route that says what is emulated, and how a sandbox is reached through it."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema
from marshmallow.validate import OneOf

from emulator.control.room import ControlRoom
from emulator.control.wire import answer
from emulator.web.provider import Provider


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/providers of a sandbox."""

    @routes.get("/sandboxes/<sandbox:name>/providers")
    def list_providers(name: str) -> Response:
        """The emulated APIs: the key to send, a first request, and how their cases can end."""
        found = [_render(provider, room, name) for provider in room.providers.values()]
        return answer({"address": room.address, "providers": found})


def _render(provider: Provider, room: ControlRoom, sandbox: str) -> dict[str, Any]:
    return {
        "name": provider.name,
        "title": provider.title,
        "routes": list(provider.routes),
        "key": dict([provider.key_of(sandbox)]),
        "curl": provider.curl(room.address, sandbox),
        "has_flow": provider.name in room.flows,
        "endings": list(_completions(room.completion_schemas[provider.name])),
    }


def _completions(schema: Schema) -> Iterator[dict[str, str]]:
    """The simplest bodies that say how a case ends: each outcome, and each way to fail."""
    for name, field in schema.fields.items():
        for word in (word for rule in field.validators if isinstance(rule, OneOf) for word in rule.choices):
            body = {name: str(word)}
            if not schema.validate(body) and (name == "outcome" or schema.load(body).decision.failed):
                yield body

"""The routes under /_emulator."""

from typing import Any

from flask import Blueprint, Response
from werkzeug.routing import BaseConverter

from emulator.control import cases, clock, deliveries, documents, sandboxes
from emulator.control.room import ControlRoom
from emulator.control.wire import answer


class SandboxName(BaseConverter):
    """1 to 64 of a-z 0-9 - _"""

    regex = "[a-z0-9_-]{1,64}"


def blueprint(room: ControlRoom) -> Blueprint:
    """The whole control API."""
    routes = Blueprint("control", __name__, url_prefix="/_emulator")

    @routes.record_once
    def know_sandbox_names(setup: Any) -> None:
        setup.app.url_map.converters["sandbox"] = SandboxName

    @routes.get("/livez")
    def live() -> Response:
        """Is the process up?"""
        return answer({"status": "alive"})

    @routes.get("/readyz")
    def ready() -> Response:
        """Does the store answer, so that cases can be opened?"""
        room.sandboxes.names()  # the store answers, so that cases can be opened
        return answer({"status": "ready"})

    sandboxes.add_routes(routes, room)
    clock.add_routes(routes, room)
    cases.add_routes(routes, room)
    deliveries.add_routes(routes, room)
    documents.add_routes(routes, room)
    return routes

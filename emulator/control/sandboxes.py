"""The routes of a sandbox as a whole: look, set, reset."""

from typing import Any

from flask import Blueprint, Response

from emulator.control.context import ControlContext
from emulator.control.request_schemas import NothingIn, SandboxIn, SettingsIn
from emulator.control.views import json_response, responds, takes
from emulator.core.randomness import fresh_name


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/sandboxes and /sandboxes/{name}."""

    @routes.get("/sandboxes")
    @responds("SandboxesOut")
    def list_sandboxes() -> Response:
        """The sandboxes that were used."""
        names = context.sandboxes.names()
        return json_response({"count": len(names), "sandboxes": list(names)})

    @routes.post("/sandboxes")
    @takes(SandboxIn())
    @responds("SandboxOut", 201)
    def create_sandbox(payload: dict[str, Any]) -> Response:
        """Make a sandbox with settings of its own; one is also made by the first request with its key."""
        name = payload.pop("name", None) or fresh_name()
        context.sandboxes.create(name, payload)
        return json_response(_render(context, name), 201)

    @routes.get("/sandboxes/<sandbox:name>")
    @responds("SandboxOut")
    def read_sandbox(name: str) -> Response:
        """How a sandbox behaves, and what was set for it alone."""
        return json_response(_render(context, name))

    @routes.patch("/sandboxes/<sandbox:name>")
    @takes(SettingsIn())
    @responds("SandboxOut")
    def change_sandbox(name: str, payload: dict[str, Any]) -> Response:
        """Set how it behaves; null takes a setting back."""
        context.sandboxes.change(name, payload)
        return json_response(_render(context, name))

    @routes.get("/sandboxes/<sandbox:name>/counts")
    @responds("CountsOut")
    def count_states(name: str) -> Response:
        """How many of its cases and webhooks stand where, by state."""
        cases, deliveries = context.deliveries.counts(name)
        return json_response({"cases": dict(cases), "deliveries": dict(deliveries)})

    @routes.post("/sandboxes/<sandbox:name>/reset")
    @takes(NothingIn())
    @responds("SandboxOut")
    def reset_sandbox(name: str, payload: dict[str, Any]) -> Response:
        """Leave a newborn: no webhook of its old life starts after the answer."""
        context.sandboxes.reset(name)
        return json_response(_render(context, name))


def _render(context: ControlContext, name: str) -> dict[str, Any]:
    """A sandbox: whether it was used, how it behaves, and which of that was set for it alone."""
    view = context.sandboxes.look(name)
    settings, own = view.settings, view.own_settings
    return {
        "name": name,
        "used": view.is_used,
        "settings": {
            "webhook_url": settings.webhook_url,
            "delay": settings.delay.total_seconds(),
            "retry": [wait.total_seconds() for wait in settings.retry.waits],
            "seed": settings.seed,
            "default_outcome": settings.default_outcome,
            "pace": settings.pace,
            "integration": own.get("integration", "live"),
        },
        "providers": list(context.providers),
        "set_here": sorted(own.keys() & SettingsIn().fields.keys()),
    }

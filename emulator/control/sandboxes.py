"""The routes of a sandbox as a whole: create, read, change and reset it."""

from collections.abc import Mapping

from flask import Blueprint, Response

from emulator.control.context import ControlContext
from emulator.control.payloads import CountsPayload, SandboxesPayload, SandboxPayload, SettingsPayload
from emulator.control.request_schemas import NothingIn, SandboxIn, SettingsIn
from emulator.control.views import json_response, responds, takes
from emulator.core.randomness import fresh_name
from emulator.core.sandbox_view import SandboxView
from emulator.masking import masked_url

SETTINGS = SettingsIn()


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /sandboxes, /sandboxes/{name}, its counts and its reset."""

    @routes.get("/sandboxes")
    @responds("SandboxesOut")
    def list_sandboxes() -> Response:
        """List the names of the sandboxes that were used."""
        names = context.sandboxes.names()
        answer: SandboxesPayload = {"count": len(names), "sandboxes": list(names)}
        return json_response(answer)

    @routes.post("/sandboxes")
    @takes(SandboxIn())
    @responds("SandboxOut", 201)
    def create_sandbox(payload: Mapping[str, object]) -> Response:
        """Make a sandbox with settings of its own; the first request with its key makes one as well."""
        name = str(payload.get("name") or fresh_name())
        context.sandboxes.create(name, {setting: value for setting, value in payload.items() if setting != "name"})
        return json_response(_render(context, name), 201)

    @routes.get("/sandboxes/<sandbox:name>")
    @responds("SandboxOut")
    def read_sandbox(name: str) -> Response:
        """Return how a sandbox behaves, and what was set for it alone."""
        return json_response(_render(context, name))

    @routes.patch("/sandboxes/<sandbox:name>")
    @takes(SETTINGS)
    @responds("SandboxOut")
    def change_sandbox(name: str, payload: Mapping[str, object]) -> Response:
        """Set how a sandbox behaves; null takes a setting back."""
        context.sandboxes.change(name, payload)
        return json_response(_render(context, name))

    @routes.get("/sandboxes/<sandbox:name>/counts")
    @responds("CountsOut")
    def count_states(name: str) -> Response:
        """Count the cases and the webhooks of a sandbox by state."""
        cases, deliveries = context.deliveries.counts(name)
        answer: CountsPayload = {"cases": dict(cases), "deliveries": dict(deliveries)}
        return json_response(answer)

    @routes.post("/sandboxes/<sandbox:name>/reset")
    @takes(NothingIn())
    @responds("SandboxOut")
    def reset_sandbox(name: str, payload: object) -> Response:
        """Reset a sandbox to its first state; no webhook from before starts after the answer."""
        context.sandboxes.reset(name)
        return json_response(_render(context, name))


def _render(context: ControlContext, name: str) -> SandboxPayload:
    view = context.sandboxes.look(name)
    own_names = sorted(view.own_settings.keys() & SETTINGS.fields.keys())
    return {
        "name": name,
        "used": view.is_used,
        "settings": _render_settings(view),
        "providers": list(context.providers),
        "set_here": own_names,
        "faults": len(context.planning.faults(name)) if view.settings.faults else 0,
    }


def _render_settings(view: SandboxView) -> SettingsPayload:
    settings = view.settings
    return {
        "webhook_url": settings.webhook_url and masked_url(settings.webhook_url),
        "delay": settings.delay.total_seconds(),
        "retry": [wait.total_seconds() for wait in settings.retry.waits],
        "seed": settings.seed,
        "default_outcome": settings.default_outcome,
        "pace": settings.pace,
        "integration": view.own_settings.get("integration", "live"),
        "case_configs": {name: list(types) for name, types in settings.case_configs},
    }

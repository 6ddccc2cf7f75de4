"""The routes of a sandbox as a whole: look, set, reset."""

from typing import Any

from flask import Blueprint, Response

from emulator.control.room import ControlRoom
from emulator.control.wire import NothingIn, SandboxIn, SettingsIn, answer, takes
from emulator.core.randomness import fresh_name


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/sandboxes and /sandboxes/{name}."""

    @routes.get("/sandboxes")
    def list_sandboxes() -> Response:
        """The sandboxes that were used."""
        names = room.sandboxes.names()
        return answer({"count": len(names), "sandboxes": list(names)})

    @routes.post("/sandboxes")
    @takes(SandboxIn())
    def create_sandbox(said: dict[str, Any]) -> Response:
        """Make a sandbox with settings of its own; one is also made by the first request with its key."""
        name = said.pop("name", None) or fresh_name()
        room.sandboxes.create(name, said)
        return answer(_render(room, name), 201)

    @routes.get("/sandboxes/<sandbox:name>")
    def read_sandbox(name: str) -> Response:
        """How a sandbox behaves, and what was set for it alone."""
        return answer(_render(room, name))

    @routes.patch("/sandboxes/<sandbox:name>")
    @takes(SettingsIn())
    def change_sandbox(name: str, said: dict[str, Any]) -> Response:
        """Set how it behaves; null takes a setting back."""
        room.sandboxes.change(name, said)
        return answer(_render(room, name))

    @routes.get("/sandboxes/<sandbox:name>/counts")
    def count_states(name: str) -> Response:
        """How many of its cases and webhooks stand where, by state."""
        cases, deliveries = room.deliveries.counts(name)
        return answer({"cases": dict(cases), "deliveries": dict(deliveries)})

    @routes.post("/sandboxes/<sandbox:name>/reset")
    @takes(NothingIn())
    def reset_sandbox(name: str, said: dict[str, Any]) -> Response:
        """Leave a newborn: no webhook of its old life starts after the answer."""
        room.sandboxes.reset(name)
        return answer(_render(room, name))


def _render(room: ControlRoom, name: str) -> dict[str, Any]:
    """A sandbox: whether it was used, how it behaves, and which of that was set for it alone."""
    used, settings, own = room.sandboxes.look(name)
    return {
        "name": name,
        "used": used,
        "settings": {
            "webhook_url": settings.webhook_url,
            "delay": settings.delay.total_seconds(),
            "retry": [wait.total_seconds() for wait in settings.retry.waits],
            "seed": settings.seed,
            "default_outcome": settings.default_outcome,
            "pace": settings.pace,
            "integration": own.get("integration", "live"),
        },
        "set_here": sorted(own.keys() & SettingsIn().fields.keys()),
    }

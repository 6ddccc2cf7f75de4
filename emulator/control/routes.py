"""The routes under /_emulator."""

import json
from typing import Any

from flask import Blueprint, Response

from emulator.core.cases import Cases
from emulator.core.deliveries import Delivery
from emulator.web.credentials import SANDBOX_NAME
from emulator.web.problem import problem


def blueprint(cases: Cases) -> Blueprint:
    """The inbox of each sandbox."""
    routes = Blueprint("control", __name__, url_prefix="/_emulator")

    @routes.get("/sandboxes/<name>/inbox")
    def inbox(name: str) -> Response:
        if not SANDBOX_NAME.fullmatch(name):
            return problem(404, "a sandbox name is 1 to 64 of a-z 0-9 - _")
        count, kept = cases.inbox(name)
        return _answer({"count": count, "webhooks": [render_kept(delivery) for delivery in kept]})

    return routes


def render_kept(delivery: Delivery) -> dict[str, Any]:
    """A webhook that was not dialled: the exact headers, and the body as the exact text that would be sent."""
    return {
        "id": delivery.id,
        "provider": delivery.provider,
        "event": delivery.event,
        "case_id": delivery.case_id,
        "state": delivery.state,
        "reason": delivery.reason,
        "url": delivery.shown_url,
        "created_at": delivery.created_at.isoformat(),
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
    }


def _answer(value: Any) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, indent=2) + "\n", 200, content_type="application/json")

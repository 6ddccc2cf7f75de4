"""The routes under /_emulator."""

from collections.abc import Callable, Iterable
from functools import partial
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter

from emulator.control import (
    cases,
    clock,
    deliveries,
    documents,
    faults,
    flows,
    metrics,
    outcomes,
    providers,
    requests,
    samples,
    sandboxes,
    snapshots,
)
from emulator.control.context import ControlContext
from emulator.control.views import json_response, responds
from emulator.web.problem_json import Problem


def _check_token(token: str) -> None:
    """Raises Refused 401 for whoever does not know the token; how the process is may be asked by all."""
    if request.endpoint in ("control.live", "control.ready"):
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), token.encode()):
        raise Problem(401, "the control token is needed: send Authorization: Bearer <token>")


class SandboxName(BaseConverter):
    """1 to 64 of a-z 0-9 - _"""

    regex = "[a-z0-9_-]{1,64}"


def blueprint(
    context: ControlContext, token: str | None, further: Iterable[Callable[[Blueprint], None]] = ()
) -> Blueprint:
    """The whole control API; with a token, only for those who know it."""
    routes = Blueprint("control", __name__, url_prefix="/_emulator")
    if token is not None:
        routes.before_request(partial(_check_token, token))

    @routes.record_once
    def know_sandbox_names(setup: Any) -> None:
        setup.app.url_map.converters["sandbox"] = SandboxName

    @routes.get("/livez")
    @responds("HealthOut")
    def live() -> Response:
        """Is the process up?"""
        return json_response({"status": "alive"})

    @routes.get("/readyz")
    @responds("HealthOut")
    def ready() -> Response:
        """Does the store answer, so that cases can be opened?"""
        context.sandboxes.names()  # the store answers, so that cases can be opened
        return json_response({"status": "ready"})

    for add_routes in further:
        add_routes(routes)
    sandboxes.add_routes(routes, context)
    snapshots.add_routes(routes, context)
    clock.add_routes(routes, context)
    cases.add_routes(routes, context)
    providers.add_routes(routes, context)
    flows.add_routes(routes, context)
    samples.add_routes(routes, context)
    outcomes.add_routes(routes, context)
    faults.add_routes(routes, context)
    deliveries.add_routes(routes, context)
    requests.add_routes(routes, context)
    metrics.add_routes(routes, context)
    documents.add_routes(routes, context)
    return routes

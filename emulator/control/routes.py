"""The blueprint of all routes under /_emulator."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import cast

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from emulator.control import (
    case_links,
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
    sending,
    snapshots,
)
from emulator.control.context import ControlContext
from emulator.control.filter_words import FilterWords
from emulator.control.payloads import HealthPayload
from emulator.control.views import json_response, responds
from emulator.core.errors import StoreUnavailable
from emulator.web.application import Application
from emulator.web.control_token import ControlToken
from emulator.web.errors import STORE_RETRY
from emulator.web.problem_json import Problem

PARTS = (
    sandboxes,
    snapshots,
    clock,
    cases,
    case_links,
    providers,
    flows,
    samples,
    outcomes,
    faults,
    deliveries,
    sending,
    requests,
    metrics,
    documents,
)


def _check_token(token: ControlToken) -> None:
    """Raise Problem 401 for a request without the token; the two health routes need none."""
    if request.endpoint in ("control.live", "control.ready"):
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.is_right(given.strip()):
        raise Problem(401, "the control token is needed: send Authorization: Bearer <token>")


def _check_readiness(context: ControlContext) -> None:
    """Raise Problem while nothing can be stored, and while the emulator is about to stop (--stop-delay)."""
    if cast(Application, current_app).is_about_to_stop:
        raise Problem(503, "the emulator is about to stop")
    try:
        context.sandboxes.store.check()
    except StoreUnavailable as error:
        raise Problem(503, str(error), retry_after=STORE_RETRY) from error


class SandboxName(BaseConverter):
    """Matches the name of a sandbox in a path: 1 to 64 of a-z 0-9 - _"""

    regex = "[a-z0-9_-]{1,64}"


def blueprint(
    context: ControlContext, token: ControlToken | None, further: Iterable[Callable[[Blueprint], None]] = ()
) -> Blueprint:
    """Return the control API with the routes that `further` adds; a token, if given, is needed for all but health."""
    routes = Blueprint("control", __name__, url_prefix="/_emulator")
    if token is not None:
        routes.before_request(partial(_check_token, token))

    @routes.record_once
    def know_sandbox_names(setup: BlueprintSetupState) -> None:
        setup.app.url_map.converters["sandbox"] = SandboxName
        FilterWords(context).install(setup.app)

    @routes.get("/livez")
    @responds("HealthOut")
    def live() -> Response:
        """Answer as soon as the process is up."""
        answer: HealthPayload = {"status": "alive"}
        return json_response(answer)

    @routes.get("/readyz")
    @responds("HealthOut")
    def ready() -> Response:
        """Answer once cases can be opened and stored; 503 with the reason if they cannot be, or not for long."""
        _check_readiness(context)
        answer: HealthPayload = {"status": "ready"}
        return json_response(answer)

    for add_routes in further:
        add_routes(routes)
    for part in PARTS:
        part.add_routes(routes, context)
    return routes

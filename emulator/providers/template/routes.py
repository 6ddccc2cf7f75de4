"""The routes: read, do, answer."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from emulator.providers.template.schemas import read_order, render_case
from emulator.web.body import read_json
from emulator.web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    """Return Create Case and Read Case."""
    routes = Blueprint("template", __name__, url_prefix="/template")

    @routes.post("/cases")
    def create_case() -> Response:
        sandbox = desk.admit(request.environ, credential(request.environ))
        order = read_order(sandbox, read_json(request.environ, envelope=1))
        return json_response(render_case(desk.open_case(order)), 201)

    @routes.get("/cases/<int:case_id>")
    def read_case(case_id: int) -> Response:
        sandbox = desk.admit(request.environ, credential(request.environ))
        return json_response(render_case(desk.cases.get(sandbox, "template", case_id)), 200)

    return routes


def credential(environ: Mapping[str, Any]) -> str | None:
    """Return what the request shows for a credential."""
    return environ.get("HTTP_X_TEMPLATE_KEY")


def json_response(value: Any, status: int) -> Response:
    """Return a JSON answer."""
    return Response(json.dumps(value), status, content_type="application/json")

"""The routes: read, do, answer."""

import json
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request

from emulator.providers.template.schemas import read_order, render_case
from emulator.web.body import read_json
from emulator.web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    """Return the routes of Create Case and Read Case."""
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


def credential(environ: WSGIEnvironment) -> str | None:
    """Return the credential that the request shows, if any."""
    key: str | None = environ.get("HTTP_X_TEMPLATE_KEY")
    return key


def json_response(value: object, status: int) -> Response:
    """Return a JSON answer."""
    return Response(json.dumps(value), status, content_type="application/json")

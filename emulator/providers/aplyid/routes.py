"""The routes of APLYiD Workflow."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from emulator.core.model import Case
from emulator.providers.aplyid import schemas
from emulator.providers.aplyid.errors import (
    BROWSER_LIKE,
    JSON_TYPES,
    BadQuery,
    NoMediaType,
    ParameterMissing,
)
from emulator.providers.aplyid.responses import rails_response, render_case
from emulator.providers.aplyid.ruby import is_blank
from emulator.web.advice import advise, advise_unknown_keys
from emulator.web.body import read_json
from emulator.web.desk import Desk
from emulator.web.errors import UnknownPath, WrongMethod

MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})|\*/\*", re.ASCII)
PARAMETER = re.compile(r";\s*\w+=\"?\w+\"?")
BAD_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")
OBJECTS = ("activity", "client")
# The end of the message: the page prints one body for both objects.
CLIENT_MISSING = "Client must exist"
ACTIVITY_MISSING = {"documented": CLIENT_MISSING, "activity": "activity", "must_exist": "Activity must exist"}


class CasesPath(BaseConverter):
    """The documented path as Rails matches it: with doubled or trailing slashes or a format suffix too."""

    regex = r"/*integrations/+core/+cases(?:\.[^/.]+)?/*"
    part_isolating = False


def blueprint(desk: Desk) -> Blueprint:
    """Return the route of Create Case."""
    routes = Blueprint("aplyid", __name__)

    @routes.record_once
    def add_path(setup: BlueprintSetupState) -> None:
        setup.app.url_map.converters["aplyid_cases"] = CasesPath
        # For any verb, so that this API and not Flask words the answer to a wrong one.
        setup.app.url_map.add(setup.app.url_rule_class("/<aplyid_cases:path>", endpoint="aplyid.cases"))

    @routes.endpoint("aplyid.cases")
    def create_case(path: str) -> Response:
        environ = request.environ
        if environ["REQUEST_METHOD"] != "POST":
            raise WrongMethod
        if "%" in environ.get("REQUEST_URI", "").partition("?")[0]:
            raise UnknownPath  # Rails compares the path as it was sent
        if "%" in environ.get("QUERY_STRING", "") and not _is_decodable(environ["QUERY_STRING"]):
            raise BadQuery
        accept = "" if "." in path else environ.get("HTTP_ACCEPT", "")  # a format suffix wins over the header
        if not _are_media_types(environ.get("CONTENT_TYPE"), accept):
            raise NoMediaType
        sandbox = desk.admit(environ, access_key(environ))
        parameters = read_parameters(environ)
        _demand_both(parameters, desk)
        return rails_response(render_case(_open(desk, sandbox, parameters), desk), 201)

    return routes


def _open(desk: Desk, sandbox: str, parameters: dict[str, Any]) -> Case:
    order = schemas.read_order(sandbox, parameters)
    case = desk.open_case(order)
    if order.client.reuse_key is not None:
        schemas.advise_reuse(order, parameters["client"], case.client)
    elif desk.cases.is_first_without_key(case):
        advise(schemas.NO_KEY)
    return case


def access_key(environ: WSGIEnvironment) -> str | None:
    """Return the credential that the request shows, if any."""
    key: str | None = environ.get("HTTP_X_WORKFLOW_ACCESS_KEY")
    return key


@lru_cache(maxsize=256)
def _are_media_types(content_type: str | None, accept: str) -> bool:
    """Return whether both headers name media types; Rails checks this first, and answers an empty 406 if not."""
    if content_type is not None and not MEDIA_TYPE.fullmatch(_media_type(content_type)):
        return False
    if BROWSER_LIKE.search(accept):
        return True
    named = (PARAMETER.split(part)[0].strip().lower() for part in accept.split(","))
    return all(MEDIA_TYPE.fullmatch(name) for name in named if name)


def _is_decodable(query: str) -> bool:
    if BAD_ESCAPE.search(query):
        return False
    try:
        unquote(query, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=256)
def _media_type(header: str) -> str:
    return re.split("[,;]", header)[0].strip().lower()


def read_parameters(environ: WSGIEnvironment) -> dict[str, object]:
    """Return the parameters of a JSON body; any other body has none. Raise what `read_json` raises."""
    header = environ.get("CONTENT_TYPE", "")
    if _media_type(header) not in JSON_TYPES:
        advise(f"only application/json is read, the Content-Type was {header or 'missing'}")
        return {}
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        advise("a body with a Content-Encoding is not read")
        return {}
    if environ.get("QUERY_STRING"):
        advise("the query is not read: parameters are only read from the body")
    value = read_json(environ, envelope=1)
    return value if isinstance(value, dict) else {}


def _demand_both(parameters: dict[str, object], desk: Desk) -> None:
    """Raise ParameterMissing unless both objects are there, and advise which of them is missing."""
    advise_unknown_keys(parameters, OBJECTS)
    missing = [name for name in OBJECTS if not isinstance(parameters.get(name), dict) or not parameters[name]]
    for name in missing:
        advise(f"{name} {_absence(parameters, name)}")
    if missing:
        without_client = "client" in missing
        raise ParameterMissing(
            CLIENT_MISSING if without_client else ACTIVITY_MISSING[desk.switches["activity-missing"]]
        )


def _absence(parameters: dict[str, object], name: str) -> str:
    if name not in parameters:
        return "is missing"
    return "is empty" if is_blank(parameters[name]) else "is no object and counts as missing"

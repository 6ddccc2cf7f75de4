"""The routes of Sphinx."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter
from werkzeug.sansio.http import parse_cookie

from emulator.core.errors import NotFound
from emulator.providers.sphinxhq.caller import JSON_RANGES, Caller
from emulator.providers.sphinxhq.case_routes import create_case, list_cases, read_case, start_case
from emulator.providers.sphinxhq.check_routes import add_check, list_checks, read_check
from emulator.providers.sphinxhq.customer_routes import create_customer, read_customer, update_customer
from emulator.providers.sphinxhq.document_routes import MEDIA, read_document, upload_document, view_file, without_file
from emulator.providers.sphinxhq.generation import FIRST
from emulator.providers.sphinxhq.query import last_value
from emulator.providers.sphinxhq.responses import drf_response
from emulator.web.advice import advise
from emulator.web.desk import Desk
from emulator.web.errors import NotAcceptable, UnknownPath, WrongMethod
from emulator.web.request_state import state_of

ANY_VERB = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATH_SAFE, QUERY_SAFE = "/:@&+$,-_.!~*'()", "/#%[]=:;$&()+,!?*@'~"  # characters that Django's redirect does not escape
NO_SLASH = "the path lacks its last slash; most clients follow this redirect with a GET that has no body: send to {}/"
KEY = "<sphinxhq_key:key>"
View = Callable[..., Response]


class Key(BaseConverter):
    """A key in a path, as the framework's default lookup matches it."""

    regex = "[^/.]+"


def blueprint(desk: Desk) -> Blueprint:
    """Return the routes of cases and of what stands around them."""
    routes = Blueprint("sphinxhq", __name__)
    routes.record_once(lambda setup: setup.app.url_map.converters.update(sphinxhq_key=Key))
    for path, name, views in RESOURCES:
        _resource(routes, desk, path, name, views)
    routes.add_url_rule(
        f"{MEDIA}{KEY}/<name>", "file", partial(view_file, desk), methods=ANY_VERB, provide_automatic_options=False
    )
    return routes


def _resource(routes: Blueprint, desk: Desk, path: str, name: str, views: Mapping[str, View]) -> None:
    """Add one route for any verb, because the framework checks the credential before the verb."""
    reads = ("HEAD", "OPTIONS") if "GET" in views else ("OPTIONS",)
    allowed = ", ".join(m for m in ("GET", "POST", "HEAD", "OPTIONS") if m in views or m in reads)
    endpoint = name.lower().replace(" ", "_")
    takes_files = upload_document in views.values()
    routes.record_once(
        lambda setup: setup.app.url_map.add(setup.app.url_rule_class(path, endpoint=f"sphinxhq.{endpoint}"))
    )

    @routes.endpoint(f"sphinxhq.{endpoint}")
    def dispatch(**arguments: str) -> Response:
        environ = request.environ  # each look at `request` costs a microsecond
        path, verb = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if "//" in path:  # Flask's routing would take it, the framework's does not
            raise UnknownPath
        if not path.endswith("/"):
            return _add_slash()
        state = state_of(environ)
        state.show_body = without_file if takes_files else None
        headers = state.headers  # of every answer, errors too
        headers["Allow"] = allowed
        _negotiate(environ)
        headers["Vary"] = "Cookie"
        sandbox = desk.admit(environ, session_id(environ))
        if verb == "OPTIONS":
            return _describe(name)
        view = views.get("GET" if verb == "HEAD" else verb)
        if view is None:
            raise WrongMethod
        return view(Caller(desk=desk, sandbox=sandbox, generation=FIRST), **arguments)


RESOURCES: tuple[tuple[str, str, Mapping[str, View]], ...] = (
    ("/api/cases/", "Case List", {"GET": list_cases, "POST": create_case}),
    (f"/api/cases/{KEY}/", "Case Instance", {"GET": read_case}),
    (f"/api/cases/{KEY}/start/", "Case Start", {"POST": start_case}),
    ("/api/checks/", "Check List", {"GET": list_checks, "POST": add_check}),
    (f"/api/checks/{KEY}/", "Check Instance", {"GET": read_check}),
    ("/api/customers/", "Customer List", {"POST": create_customer}),
    ("/api/customers/update/", "Customer Update", {"POST": update_customer}),
    (f"/api/customers/{KEY}/", "Customer Instance", {"GET": read_customer}),
    ("/api/documents/", "Document List", {"POST": upload_document}),
    (f"/api/documents/{KEY}/", "Document Instance", {"GET": read_document}),
)


def _add_slash() -> Response:
    """Return the framework's redirect to the path with a slash, which needs no credential."""
    query = f"?{quote(request.query_string, safe=QUERY_SAFE)}" if request.query_string else ""
    location = f"{request.root_path}{quote(request.path, safe=PATH_SAFE)}/{query}"
    advise(NO_SLASH.format(request.path[:200]))
    return Response("", 301, {"Location": location, "Content-Type": "text/html; charset=utf-8"})


def _negotiate(environ: WSGIEnvironment) -> None:
    """Raise NotFound for an unknown `?format=`, or NotAcceptable; like the framework, ignore q in Accept."""
    if environ.get("QUERY_STRING") and last_value("format") not in ("", "json"):
        raise NotFound("format", last_value("format"))
    accept = environ.get("HTTP_ACCEPT", "*/*")
    if not any(part.partition(";")[0].strip().lower() in JSON_RANGES for part in accept.split(",")):
        raise NotAcceptable


def session_id(environ: WSGIEnvironment) -> str | None:
    """Return the credential that the request shows, if any; of two cookies the last."""
    cookies = _sessions(environ.get("HTTP_COOKIE"))
    if len(cookies) > 1 and len(set(cookies)) > 1:
        advise("the session was sent in two cookies: the last one counts", environ)
    return cookies[-1] if cookies else None


@lru_cache(maxsize=256)
def _sessions(cookies: str | None) -> list[str]:
    return parse_cookie(cookies).getlist("sessionid")


def _describe(name: str) -> Response:
    json_only = ["application/json"]
    return drf_response({"name": name, "description": "", "renders": json_only, "parses": json_only}, 200)

"""The routes of Sphinx."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cached_property, partial
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter

from emulator.core.errors import NotFound
from emulator.providers.sphinxhq.caller import JSON_RANGES, Caller
from emulator.providers.sphinxhq.case_routes import create_case, list_cases, read_case
from emulator.providers.sphinxhq.case_routes import start_case as start_first
from emulator.providers.sphinxhq.check_routes import add_check, list_checks, read_check
from emulator.providers.sphinxhq.credentials import admit, generation_spoken
from emulator.providers.sphinxhq.current_routes import start_case as start_current
from emulator.providers.sphinxhq.current_routes import update_case
from emulator.providers.sphinxhq.customer_routes import create_customer, read_customer, update_customer
from emulator.providers.sphinxhq.document_routes import MEDIA, read_document, upload_document, view_file, without_file
from emulator.providers.sphinxhq.generation import CURRENT, FIRST
from emulator.providers.sphinxhq.query import last_value
from emulator.providers.sphinxhq.responses import drf_response
from emulator.providers.sphinxhq.tokens import FORM, issue_token
from emulator.providers.sphinxhq.tokens import PATH as TOKEN_PATH
from emulator.quick_dataclass import dataclass
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


@dataclass(frozen=True)
class Resource:
    """A path, and what answers each verb: in both generations, and in the current one besides or instead."""

    path: str
    name: str
    views: Mapping[str, View]
    current: Mapping[str, View] = field(default_factory=dict)

    @cached_property
    def spoken(self) -> Mapping[str, "Served"]:
        """What is served to a caller, by the name of the generation that is spoken."""
        return {FIRST.name: Served.of(self.views), CURRENT.name: Served.of({**self.views, **self.current})}


@dataclass(frozen=True)
class Served:
    """What answers each verb, what the header Allow says of it, and whether files are uploaded."""

    views: Mapping[str, View]
    allowed: str
    takes_files: bool

    @classmethod
    def of(cls, views: Mapping[str, View]) -> "Served":
        """Return it for these views."""
        return cls(views, _allowed(views), upload_document in views.values())


def blueprint(desk: Desk) -> Blueprint:
    """Return the routes of cases and of what stands around them."""
    routes = Blueprint("sphinxhq", __name__)
    routes.record_once(lambda setup: setup.app.url_map.converters.update(sphinxhq_key=Key))
    for resource in RESOURCES:
        _add(routes, resource, partial(_answer_of, desk, resource))
    token = Resource(TOKEN_PATH, "Token", {"POST": issue_token})
    _add(routes, token, partial(_answer_to_anyone, desk, token))
    routes.add_url_rule(
        f"{MEDIA}{KEY}/<name>", "file", partial(view_file, desk), methods=ANY_VERB, provide_automatic_options=False
    )
    return routes


def _add(routes: Blueprint, resource: Resource, answer: View) -> None:
    """Add one route for any verb, because the framework checks the credential before the verb."""
    endpoint = f"sphinxhq.{resource.name.lower().replace(' ', '_')}"
    routes.record_once(lambda setup: setup.app.url_map.add(setup.app.url_rule_class(resource.path, endpoint=endpoint)))

    @routes.endpoint(endpoint)
    def dispatch(**arguments: str) -> Response:
        path = request.environ["PATH_INFO"]
        if "//" in path:  # Flask's routing would take it, the framework's does not
            raise UnknownPath
        if not path.endswith("/"):
            return _add_slash()
        return answer(**arguments)


def _answer_of(desk: Desk, resource: Resource, **arguments: str) -> Response:
    """Answer a request for which a credential is needed, in the generation that it speaks."""
    environ = request.environ
    generation = generation_spoken(environ)
    served = resource.spoken[generation.name]
    state = state_of(environ)
    state.show_body = without_file if served.takes_files else None
    state.headers["Allow"] = served.allowed  # of every answer, errors too
    _negotiate(environ)
    state.headers["Vary"] = "Cookie" if generation is FIRST else "Authorization"
    sandbox = admit(desk, environ)
    verb = environ["REQUEST_METHOD"]
    if verb == "OPTIONS":
        return _describe(resource.name, ("application/json",))
    view = _view_of(served.views, verb)
    return view(Caller(desk=desk, sandbox=sandbox, generation=generation), **arguments)


def _answer_to_anyone(desk: Desk, resource: Resource) -> Response:
    """Answer a request for which no credential is needed."""
    environ = request.environ
    state_of(environ).headers["Allow"] = _allowed(resource.views)
    _negotiate(environ)
    if environ["REQUEST_METHOD"] == "OPTIONS":
        return _describe(resource.name, ("application/json", FORM))
    return _view_of(resource.views, environ["REQUEST_METHOD"])(desk)


def _view_of(views: Mapping[str, View], verb: str) -> View:
    """Return what answers the verb of the request; raise WrongMethod."""
    view = views.get("GET" if verb == "HEAD" else verb)
    if view is None:
        raise WrongMethod
    return view


def _allowed(views: Mapping[str, View]) -> str:
    more = ("HEAD", "OPTIONS") if "GET" in views else ("OPTIONS",)
    return ", ".join(verb for verb in ("GET", "POST", "PATCH", "HEAD", "OPTIONS") if verb in views or verb in more)


RESOURCES = (
    Resource("/api/cases/", "Case List", {"GET": list_cases, "POST": create_case}),
    Resource(f"/api/cases/{KEY}/", "Case Instance", {"GET": read_case}, {"PATCH": update_case}),
    Resource(f"/api/cases/{KEY}/start/", "Case Start", {"POST": start_first}, {"POST": start_current}),
    Resource("/api/checks/", "Check List", {"GET": list_checks, "POST": add_check}),
    Resource(f"/api/checks/{KEY}/", "Check Instance", {"GET": read_check}),
    Resource("/api/customers/", "Customer List", {"POST": create_customer}),
    Resource("/api/customers/update/", "Customer Update", {"POST": update_customer}, {"PATCH": update_customer}),
    Resource(f"/api/customers/{KEY}/", "Customer Instance", {"GET": read_customer}),
    Resource("/api/documents/", "Document List", {"POST": upload_document}),
    Resource(f"/api/documents/{KEY}/", "Document Instance", {"GET": read_document}),
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


def _describe(name: str, parsed: Sequence[str]) -> Response:
    return drf_response({"name": name, "description": "", "renders": ["application/json"], "parses": list(parsed)}, 200)

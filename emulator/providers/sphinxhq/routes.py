"""The routes of Sphinx."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from urllib.parse import quote, urlencode
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter, Rule
from werkzeug.sansio.http import parse_cookie

from emulator.core.errors import Invalid, NotFound
from emulator.core.model import CaseFilter, NewCase, Outcome
from emulator.providers.sphinxhq import schemas
from emulator.providers.sphinxhq.errors import InvalidPage
from emulator.providers.sphinxhq.query import HAS_WEBHOOK, advise_of_query, last_value, page_size, query_pairs
from emulator.providers.sphinxhq.relations import INT64, Known
from emulator.providers.sphinxhq.responses import drf_response, render_case
from emulator.web.advice import advise
from emulator.web.body import read_json
from emulator.web.desk import Desk
from emulator.web.errors import NotAcceptable, UnknownPath, WrongMediaType, WrongMethod
from emulator.web.request_state import state_of

JSON_RANGES = {"*/*", "application/*", "*/json", "application/json"}
PATH_SAFE, QUERY_SAFE = "/:@&+$,-_.!~*'()", "/#%[]=:;$&()+,!?*@'~"  # characters that Django's redirect does not escape
OUTCOMES: Mapping[str, frozenset[Outcome | None]] = {
    "ACCEPTED": frozenset({Outcome.APPROVED}),
    "REJECTED": frozenset({Outcome.DENIED}),
    "PENDING": frozenset({Outcome.UNDECIDED, None}),
}
DELETED_UNSEEN = (
    "delete_after 0 and no webhook to send: the case is deleted as soon as it has finished, and no read "
    "ever shows it COMPLETED: they answer 404"
)
NO_SLASH = "the path lacks its last slash; most clients follow this redirect with a GET that has no body: send to {}/"
FILTERS = ("customer_id", "has_webhook", "outcome", "page", "page_size")
KEY = "<sphinxhq_key:key>"
View = Callable[..., Response]


class Key(BaseConverter):
    """A key in a path, as the framework's default lookup matches it."""

    regex = "[^/.]+"


def blueprint(desk: Desk) -> Blueprint:
    """Return the routes of Create Case and of the two reads."""
    routes = Blueprint("sphinxhq", __name__)
    routes.record_once(lambda setup: setup.app.url_map.converters.update(sphinxhq_key=Key))
    _resource(routes, desk, "cases", "/api/cases/", "Case List", GET=list_cases, POST=create_case)
    _resource(routes, desk, "case", f"/api/cases/{KEY}/", "Case Instance", GET=read_case)
    return routes


def _resource(routes: Blueprint, desk: Desk, endpoint: str, path: str, name: str, **views: View) -> None:
    """Add one route for any verb, because the framework checks the credential before the verb."""
    allowed = ", ".join(m for m in ("GET", "POST", "HEAD", "OPTIONS") if m in views or m in ("HEAD", "OPTIONS"))
    rule = Rule(path, endpoint=f"sphinxhq.{endpoint}")
    routes.record_once(lambda setup: setup.app.url_map.add(rule))

    @routes.endpoint(f"sphinxhq.{endpoint}")
    def dispatch(**arguments: str) -> Response:
        path = request.environ["PATH_INFO"]
        if "//" in path:  # Flask's routing would take it, the framework's does not
            raise UnknownPath
        if not path.endswith("/"):
            return _add_slash()
        headers = state_of(request.environ).headers  # of every answer, errors too
        headers["Allow"] = allowed
        _negotiate()
        headers["Vary"] = "Cookie"
        sandbox = desk.admit(request.environ, session_id(request.environ))
        if request.method == "OPTIONS":
            return _describe(name)
        view = views.get("GET" if request.method == "HEAD" else request.method)
        if view is None:
            raise WrongMethod
        return view(desk, sandbox, **arguments)


def _add_slash() -> Response:
    """Return the framework's redirect to the path with a slash, which needs no credential."""
    query = f"?{quote(request.query_string, safe=QUERY_SAFE)}" if request.query_string else ""
    location = f"{request.root_path}{quote(request.path, safe=PATH_SAFE)}/{query}"
    advise(NO_SLASH.format(request.path[:200]))
    return Response("", 301, {"Location": location, "Content-Type": "text/html; charset=utf-8"})


def _negotiate() -> None:
    """Raise NotFound for an unknown `?format=`, or NotAcceptable; like the framework, ignore q in Accept."""
    if request.query_string and last_value("format") not in ("", "json"):
        raise NotFound("format", last_value("format"))
    accept = request.environ.get("HTTP_ACCEPT", "*/*")
    if not any(part.partition(";")[0].strip().lower() in JSON_RANGES for part in accept.split(",")):
        raise NotAcceptable


def session_id(environ: WSGIEnvironment) -> str | None:
    """Return the credential that the request shows, if any; of two cookies the last."""
    cookies = parse_cookie(environ.get("HTTP_COOKIE")).getlist("sessionid")
    if len(set(cookies)) > 1:
        advise("the session was sent in two cookies: the last one counts", environ)
    return cookies[-1] if cookies else None


def _describe(name: str) -> Response:
    json_only = ["application/json"]
    return drf_response({"name": name, "description": "", "renders": json_only, "parses": json_only}, 200)


def create_case(desk: Desk, sandbox: str) -> Response:
    """Answer POST /api/cases/."""
    advise_of_query(())
    known = Known(
        has_customer=partial(desk.cases.knows_client, sandbox, "sphinxhq"),
        list_documents=partial(desk.cases.document_ids, sandbox, "sphinxhq"),
    )
    order = schemas.read_order(sandbox, _read_body(request.environ), known)
    _advise_of_webhook(order, desk.object_to(order.webhook_url) if order.webhook_url else None)
    return drf_response(render_case(desk.open_case(order)), 201)


def _advise_of_webhook(order: NewCase, objection: str | None) -> None:
    if objection:
        advise(f"the webhook will be kept, not sent: {objection}")
    if order.retention_days == 0 and (objection or not order.webhook_url):
        advise(DELETED_UNSEEN)


def _read_body(environ: WSGIEnvironment) -> object:
    if environ.get("CONTENT_LENGTH", "0") in ("", "0"):
        return {}
    media = environ.get("CONTENT_TYPE", "").strip()
    if media.partition(";")[0].strip().lower() not in JSON_RANGES:
        raise WrongMediaType(media)
    encoding = environ.get("HTTP_CONTENT_ENCODING", "identity").strip()
    if encoding.lower() != "identity":
        raise WrongMediaType(f"{media}; encoded as {encoding}")
    value: object = read_json(environ, envelope=3)
    return value


def read_case(desk: Desk, sandbox: str, key: str) -> Response:
    """Answer GET /api/cases/{id}/."""
    advise_of_query(())
    return drf_response(render_case(desk.cases.get(sandbox, "sphinxhq", _id(key))), 200)


def _id(key: str) -> int:
    try:
        number = int(key[:30])
    except ValueError:
        raise NotFound("case", key) from None
    if number not in INT64:
        raise NotFound("case", key)
    return number


def list_cases(desk: Desk, sandbox: str) -> Response:
    """Answer GET /api/cases/."""
    advise_of_query(FILTERS)
    case_filter, size = _case_filter(), page_size()
    count = desk.cases.count(sandbox, "sphinxhq", case_filter)
    last = max(1, -(-count // size))
    page = _page_number(last)
    cases = desk.cases.list(sandbox, "sphinxhq", case_filter, offset=(page - 1) * size, limit=size)
    page_of_list = {
        "count": count,
        "next": _page_link(page + 1) if page < last else None,
        "previous": _page_link(page - 1) if page > 1 else None,
        "results": [render_case(case) for case in cases],
    }
    return drf_response(page_of_list, 200)


def _case_filter() -> CaseFilter:
    """Return the filter that the query asks for; raise Invalid. An unknown `has_webhook` is ignored."""
    problems = {}
    client_id, outcome = last_value("customer_id"), last_value("outcome")
    if client_id and not re.fullmatch(r"\s*-?[0-9]{1,18}\s*", client_id):
        problems["customer_id"] = ["Enter a number."]
    if outcome and outcome not in OUTCOMES:
        problems["outcome"] = [f"Select a valid choice. {outcome} is not one of the available choices."]
    if problems:
        raise Invalid(problems)
    return CaseFilter(
        client_id=int(client_id) if client_id else None,
        outcomes=OUTCOMES.get(outcome),
        has_webhook=HAS_WEBHOOK.get(last_value("has_webhook")),
    )


def _page_number(last: int) -> int:
    """Return the number of the page that the query asks for; raise InvalidPage for one that does not exist."""
    text = last_value("page") or "1"
    if text == "last":
        return last
    try:
        number = int(text[:30])
    except ValueError:
        raise InvalidPage from None
    if not 1 <= number <= last:
        raise InvalidPage
    return number


def _page_link(number: int) -> str:
    """Return the address of another page, on the host that the request named."""
    query = [(name, value) for name, value in query_pairs() if name != "page"]
    if number > 1:
        query.append(("page", str(number)))
    return f"{request.base_url}{'?' if query else ''}{urlencode(sorted(query, key=itemgetter(0)))}"

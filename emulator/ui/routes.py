"""The pages by their paths. The module of a page is imported when somebody first opens it, so that no start pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from flask import Blueprint, Response, g, request
from markupsafe import Markup, escape

from emulator.ui.api_client import ApiClient
from emulator.ui.rendering import protect
from emulator.ui.sandbox_links import is_polled
from emulator.web.provider import Flow


@dataclass(frozen=True, slots=True)
class Page:
    """One route: its verb and path, and the function of this room that answers."""

    verb: str
    path: str
    place: str  # module.function
    open_to_all: bool = False  # also to those who do not know the control token


PAGES = (
    Page("GET", "/assets/<name>", "assets.show", open_to_all=True),
    Page("GET", "/login", "login.show", open_to_all=True),
    Page("POST", "/login", "login.enter", open_to_all=True),
    Page("POST", "/samples/<provider>", "feed.send_sample"),
    Page("GET", "/clock", "clock.show"),
    Page("POST", "/clock", "clock.change"),
    Page("GET", "/cases/<provider>/<int:case_id>", "case.show"),
    Page("POST", "/cases/<provider>/<int:case_id>/complete", "case.complete"),
    Page("POST", "/deliveries/<delivery_id>/send", "case.send_again"),
    Page("GET", "/inbox", "inbox.show"),
    Page("GET", "/requests", "exchanges.show"),
    Page("GET", "/requests/<int:number>", "exchanges.show_one"),
    Page("GET", "/planning", "planning.show"),
    Page("POST", "/planning/next", "planning.plan"),
    Page("POST", "/planning/next/forget", "planning.forget_plans"),
    Page("POST", "/planning/rules", "planning.add_rule"),
    Page("POST", "/planning/rules/remove", "planning.remove_rule"),
    Page("POST", "/planning/faults/<kind>", "planning.add_fault"),
    Page("POST", "/planning/faults/remove", "planning.remove_fault"),
    Page("GET", "/sandboxes", "sandboxes.show"),
    Page("POST", "/sandboxes", "sandboxes.create"),
    Page("POST", "/sandboxes/settings", "sandboxes.change"),
    Page("POST", "/sandboxes/reset", "sandboxes.reset"),
    Page("GET", "/analyst/<provider>/<int:case_id>", "analyst.show"),
    Page("GET", "/demo", "demo.show"),
    Page("GET", "/demo/<name>", "demo.story"),
    Page("POST", "/demo/<name>", "demo.act"),
    Page("GET", "/documents", "documents.show_first"),
    Page("GET", "/documents/<name>", "documents.show"),
    Page("GET", "/documents/<name>.json", "documents.read"),
)


def blueprint(api: ApiClient, welcome: str) -> Blueprint:
    """All pages; `welcome` is what the first one says to a caller that is no browser."""
    routes = Blueprint("ui", __name__, template_folder="templates")
    routes.after_request(protect)
    # What an attribute of a page holds is read back to the byte: a browser would make \r\n one character.
    routes.add_app_template_filter(lambda text: escape(text).replace("\r", Markup("&#13;")), "exact")
    routes.register_error_handler(Exception, partial(_explain, api))
    routes.add_url_rule("/", "feed_show", partial(_welcome, api, welcome))
    for page in PAGES:
        view = partial(_answer, api, page)
        routes.add_url_rule(page.path, page.place.replace(".", "_"), view, methods=[page.verb])
    return routes


def flow_blueprint(api: ApiClient, flows: Mapping[str, Flow]) -> Blueprint:
    """The applicants' pages of every provider whose links lead to some; they need no control token."""
    routes = Blueprint("flow", __name__, template_folder="templates")
    routes.after_request(protect)
    for provider, flow in flows.items():
        for path, what, verbs in (
            (flow.path, "walk", ["GET", "POST"]),
            (flow.result, "result", ["GET"]),
            (f"{flow.path}/presenter", "arrival", ["GET"]),
        ):
            routes.add_url_rule(path, f"{what}_{provider}", partial(_visit, api, provider, flow, what), methods=verbs)
    return routes


def _visit(api: ApiClient, provider: str, flow: Flow, what: str, number: str) -> Response:
    from emulator.ui import flow as pages

    if what == "arrival":
        g.quiet = True  # asked for each second; the log is for what somebody did
    return pages.show(api, provider, flow, what, number)


def _welcome(api: ApiClient, welcome: str) -> Response:
    """The feed to a browser; a few lines of text to everybody else, as to curl."""
    best = request.accept_mimetypes.best_match(["text/plain", "text/html"])
    if best == "text/html" or "HX-Request" in request.headers:
        answer = _answer(api, Page("GET", "/", "feed.show"))
    else:
        answer = Response(welcome, content_type="text/plain; charset=utf-8")
    answer.vary.update(("Accept", "HX-Request"))
    return answer


def _answer(api: ApiClient, page: Page, **path: Any) -> Response:
    if api.token is not None and not page.open_to_all:
        from emulator.ui import login

        kept_out = login.keep_out(api.token)
        if kept_out:
            return kept_out
    if is_polled():
        g.quiet = True
    module, _, function = page.place.partition(".")
    answer: Response = getattr(import_module(f"emulator.ui.{module}"), function)(api, **path)
    return answer


def _explain(api: ApiClient, error: Exception) -> Response:
    from emulator.ui import error_pages, login  # only what went wrong needs it

    return error_pages.explain(api, error, is_known=login.has_told(api.token))

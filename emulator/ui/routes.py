"""The blueprint of the pages, with the first page, which answers curl in plain text."""

from collections.abc import Callable, Sequence
from functools import partial

from flask import Blueprint, Response, request
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound

from emulator.ui.api_client import ApiClient
from emulator.ui.registry import Page, add_pages, answer_page
from emulator.ui.rendering import protect
from emulator.ui.views import PAGES, feed_show
from emulator.web.public_address import CONTROL
from emulator.web.request_state import current_state

FEED = Page("GET", "/", feed_show, menu="Feed")


def blueprint(api: ApiClient, welcome: Callable[[], str], further: Sequence[Page] = ()) -> Blueprint:
    """Return all pages, the `further` ones last; the first page answers a caller that is no browser with `welcome`."""
    routes = Blueprint("ui", __name__, template_folder="templates")
    routes.after_request(protect)
    # A browser reads \r\n in an attribute as one character, but what is copied from there has to be exact.
    routes.add_app_template_filter(lambda text: escape(text).replace("\r", Markup("&#13;")), "exact")
    routes.register_error_handler(Exception, partial(_explain, api))
    routes.after_app_request(partial(_show_lost, api))
    routes.add_url_rule(FEED.path, FEED.view.__name__, partial(_first_page, api, welcome))
    add_pages(routes, api, (*PAGES, *further))
    menu = [(f"ui.{page.view.__name__}", page.menu) for page in (FEED, *PAGES, *further) if page.menu]
    routes.app_context_processor(lambda: {"menu": menu, "mount": current_state().mount})
    return routes


def _first_page(api: ApiClient, welcome: Callable[[], str]) -> Response:
    """Answer a browser with the feed, and everybody else, as curl, with a few lines of text."""
    best = request.accept_mimetypes.best_match(["text/plain", "text/html"])
    if best == "text/html" or "HX-Request" in request.headers:
        answer = answer_page(api, FEED)
    else:
        answer = Response(welcome(), content_type="text/plain; charset=utf-8")
    answer.vary.update(("Accept", "HX-Request"))
    return answer


def _explain(api: ApiClient, error: Exception) -> Response:
    from emulator.ui import error_pages, login  # needed only after an error

    return error_pages.explain(api, error, is_known=login.has_told(api.token))


def _show_lost(api: ApiClient, answer: Response) -> Response:
    """Return a page in place of a problem that says that nothing is at this path, where a browser asks for a page."""
    is_problem = answer.status_code == 404 and answer.mimetype == "application/problem+json"
    if not is_problem or request.path.startswith(CONTROL) or not _wants_page():
        return answer
    return protect(_explain(api, NotFound()))


def _wants_page() -> bool:
    return request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) == "text/html"

"""Register pages: for each its method, its path and the function that answers."""

from collections.abc import Callable, Sequence
from functools import partial

from flask import Blueprint, Response

from emulator.quick_dataclass import dataclass
from emulator.ui.api_client import ApiClient
from emulator.ui.sandbox_links import is_polled
from emulator.web.request_state import current_state


@dataclass(frozen=True, slots=True)
class Page:
    """One route of the pages; its view takes the API client and the arguments in the path."""

    verb: str
    path: str
    view: Callable[..., Response]
    menu: str | None = None  # the text of its entry in the menu; None: it has none
    open_to_all: bool = False  # the control token is not needed


def add_pages(routes: Blueprint, api: ApiClient, pages: Sequence[Page]) -> None:
    """Register the pages on a blueprint, each under the name of its view."""
    for page in pages:
        routes.add_url_rule(page.path, page.view.__name__, partial(answer_page, api, page), methods=[page.verb])


def answer_page(api: ApiClient, page: Page, **path: object) -> Response:
    """Return the page, or a redirect to the login for a browser that did not enter the control token."""
    if api.token is not None and not page.open_to_all:
        from emulator.ui import login

        redirect = login.keep_out(api.token)
        if redirect:
            return redirect
    if is_polled():
        current_state().quiet = True
    return page.view(api, **path)

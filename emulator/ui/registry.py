"""How a page is registered: its verb, its path and the function that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response

from emulator.ui.api_client import ApiClient
from emulator.ui.sandbox_links import is_polled
from emulator.web.request_state import current_state


@dataclass(frozen=True, slots=True)
class Page:
    """One route; its view takes the API client and the parts of the path."""

    verb: str
    path: str
    view: Callable[..., Response]
    menu: str | None = None  # its entry in the menu
    open_to_all: bool = False  # also to those who do not know the control token


def add_pages(routes: Blueprint, api: ApiClient, pages: Sequence[Page]) -> None:
    """Register the pages on a blueprint, each under the name of its view."""
    for page in pages:
        routes.add_url_rule(page.path, page.view.__name__, partial(answer_page, api, page), methods=[page.verb])


def answer_page(api: ApiClient, page: Page, **path: Any) -> Response:
    """Answer with the page, or send those who did not tell the control token to the form that asks for it."""
    if api.token is not None and not page.open_to_all:
        from emulator.ui import login

        kept_out = login.keep_out(api.token)
        if kept_out:
            return kept_out
    if is_polled():
        current_state().quiet = True
    return page.view(api, **path)

"""The pages, each in a module of its own."""

from typing import Any

from flask import Blueprint, Response

from emulator.ui.asking import Asker
from emulator.ui.page import protect

PAGES: tuple[Any, ...] = ()


def blueprint(asker: Asker, welcome: Response) -> Blueprint:
    """All pages; `welcome` is what the first one says to a caller that is no browser."""
    routes = Blueprint("ui", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")
    routes.after_request(protect)
    for page in PAGES:
        page.add_routes(routes, asker, welcome)
    return routes

"""The pages by their paths; the module of a page is imported when somebody first opens it."""

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from flask import Blueprint, Response

from emulator.ui.asking import Asker
from emulator.ui.page import protect


@dataclass(frozen=True, slots=True)
class Page:
    """One route: its verb and path, and the function of this room that answers."""

    verb: str
    path: str
    place: str  # module.function


PAGES = (
    Page("GET", "/demo", "demo.show"),
    Page("GET", "/demo/<name>", "demo.story"),
    Page("POST", "/demo/<name>", "demo.act"),
    Page("GET", "/analyst/<provider>/<int:case_id>", "analyst.show"),
)


def blueprint(asker: Asker) -> Blueprint:
    """All pages."""
    routes = Blueprint("ui", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")
    routes.after_request(protect)
    for page in PAGES:
        routes.add_url_rule(page.path, page.place.replace(".", "_"), partial(_answer, asker, page), methods=[page.verb])
    return routes


def _answer(asker: Asker, page: Page, **path: Any) -> Response:
    module, _, function = page.place.partition(".")
    answer: Response = getattr(import_module(f"emulator.ui.{module}"), function)(asker, **path)
    return answer

"""The demo's pages: one function each, which imports its module when somebody first opens it."""

from flask import Blueprint, Response

from emulator.ui.api_client import ApiClient
from emulator.ui.registry import Page


def blueprint() -> Blueprint:
    """Return a blueprint with the demo's templates and no routes: its pages are registered with those of `ui/`."""
    return Blueprint("demo", __name__, template_folder="templates")


def demo_show(api: ApiClient) -> Response:
    """Show the stories to choose from."""
    from emulator.demo import pages

    return pages.show(api)


def demo_story(api: ApiClient, name: str) -> Response:
    """Show a story up to its present step."""
    from emulator.demo import pages

    return pages.story(api, name)


def demo_act(api: ApiClient, name: str) -> Response:
    """Take the next step of a story."""
    from emulator.demo import pages

    return pages.act(api, name)


def demo_leave(api: ApiClient, name: str) -> Response:
    """Leave a story."""
    from emulator.demo import pages

    return pages.leave(api, name)


PAGES = (
    Page("GET", "/demo", demo_show, menu="Demo"),
    Page("GET", "/demo/<name>", demo_story),
    Page("POST", "/demo/<name>", demo_act),
    Page("POST", "/demo/<name>/leave", demo_leave),
)

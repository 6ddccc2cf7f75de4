"""Which sandbox a page is about, and where the control API has it."""

from flask import request

from emulator.web.request_state import current_state

DEFAULT = "default"  # the sandbox whose pages have no prefix


def sandbox() -> str:
    """The sandbox of this page."""
    return current_state().named_sandbox


def sandbox_path() -> str:
    """The place of this page's sandbox in the control API."""
    return f"/sandboxes/{sandbox()}"


def home_of(name: str) -> str:
    """Return the path of the first page of that sandbox."""
    mount = current_state().mount
    return f"{mount}/" if name == DEFAULT else f"{mount}/s/{name}/"


def is_polled() -> bool:
    """Does the page ask for its live part alone?"""
    return request.args.get("part") == "live"

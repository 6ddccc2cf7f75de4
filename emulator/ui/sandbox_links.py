"""The sandbox that a page shows, and its path in the control API."""

from flask import request

from emulator.web.request_state import current_state

DEFAULT = "default"  # the sandbox whose pages have no prefix


def sandbox() -> str:
    """Return the name of the sandbox that the requested page shows."""
    return current_state().named_sandbox


def sandbox_path() -> str:
    """Return the path of that sandbox in the control API."""
    return f"/sandboxes/{sandbox()}"


def home_of(name: str) -> str:
    """Return the path of the first page of that sandbox."""
    mount = current_state().mount
    return f"{mount}/" if name == DEFAULT else f"{mount}/s/{name}/"


def is_polled() -> bool:
    """Return whether a page polls its live part alone."""
    return request.args.get("part") == "live"

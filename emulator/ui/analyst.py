"""The page of a case for an analyst: each check with its risk, and what was written about it."""

from flask import Response

from emulator.ui.analyst_texts import blocks_of
from emulator.ui.api_client import ApiClient, part
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox_path


def show(api: ApiClient, provider: str, case_id: int) -> Response:
    """Render the page of a case, or for a poll only its live part."""
    path = f"{sandbox_path()}/cases/{part(provider)}/{case_id}"
    case = api.get(path)
    values = {
        "case": case,
        "blocks_of": blocks_of,
        "checks": api.get(f"{path}/checks")["checks"],
        "documents": api.get(f"{path}/documents")["documents"],
    }
    title = case["client"]["name"] or "(no name)"
    return show_page(api, "analyst.html", title, "analyst_live.html", values)

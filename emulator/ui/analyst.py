"""The analyst's view of a case: each check with its risk, and what was written about it."""

from flask import Response

from emulator.ui.asking import Asker, part
from emulator.ui.page import show as show_page
from emulator.ui.place import box


def show(asker: Asker, provider: str, case_id: int) -> Response:
    """The page of that case, or what moves on it."""
    path = f"{box()}/cases/{part(provider)}/{case_id}"
    case = asker.get(path)
    values = {"case": case, "checks": asker.get(f"{path}/checks")["checks"]}
    title = case["client"]["name"] or "(no name)"
    return show_page(asker, "analyst.html", title, "analyst_live.html", values)

"""The inbox: webhooks that were kept instead of sent, and on demand all others, with headers and exact bytes."""

from typing import Any

from flask import Response, request

from emulator.ui import states
from emulator.ui.asking import Asker
from emulator.ui.bodies import exact_body
from emulator.ui.page import show as show_page
from emulator.ui.place import box

SHOWN = 50
KEPT = ("inbox", "blocked")


def show(asker: Asker) -> Response:
    """The page, or what moves on it."""
    chosen = "all" if request.args.get("show") == "all" else "kept"
    found = _find(asker, KEPT if chosen == "kept" else (None,))
    reached = asker.get(f"{box()}/providers")
    values = {
        "chosen": chosen,
        "webhooks": [
            {"delivery": one, "mark": states.of_webhook(one), "body": exact_body(one["body"])} for one in found
        ],
        "now": asker.get(f"{box()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in reached["providers"]},
        "most": SHOWN,
    }
    return show_page(asker, "inbox.html", "Inbox", "inbox_live.html", values)


def _find(asker: Asker, kinds: tuple[str | None, ...]) -> list[dict[str, Any]]:
    """The newest webhooks in one of those states, newest first."""
    found = [one for kind in kinds for one in asker.get(f"{box()}/deliveries", state=kind, limit=SHOWN)["deliveries"]]
    return sorted(found, key=lambda one: str(one["created_at"]), reverse=True)[:SHOWN]

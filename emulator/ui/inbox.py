"""The inbox: webhooks that were kept instead of sent, and on demand all others, with headers and exact bytes."""

from typing import Any

from flask import Response, request

from emulator.ui import state_marks
from emulator.ui.api_client import ApiClient
from emulator.ui.json_panes import exact_pane
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox_path

SHOWN = 50
KEPT = ("inbox", "blocked")


def show(api: ApiClient) -> Response:
    """The page, or what moves on it."""
    chosen = "all" if request.args.get("show") == "all" else "kept"
    found = _find(api, KEPT if chosen == "kept" else (None,))
    reached = api.get(f"{sandbox_path()}/providers")
    values = {
        "chosen": chosen,
        "webhooks": [
            {"delivery": one, "mark": state_marks.of_webhook(one), "body": exact_pane(one["body"])} for one in found
        ],
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in reached["providers"]},
        "most": SHOWN,
    }
    return show_page(api, "inbox.html", "Inbox", "inbox_live.html", values)


def _find(api: ApiClient, kinds: tuple[str | None, ...]) -> list[dict[str, Any]]:
    """The newest webhooks in one of those states, newest first."""
    found = [
        one for kind in kinds for one in api.get(f"{sandbox_path()}/deliveries", state=kind, limit=SHOWN)["deliveries"]
    ]
    return sorted(found, key=lambda one: str(one["created_at"]), reverse=True)[:SHOWN]

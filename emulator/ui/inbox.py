"""The inbox: the webhooks that were kept instead of sent, or all of them, with headers and exact bytes."""

from collections.abc import Mapping
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
    """Render the inbox, or for a poll only its live part."""
    chosen = "all" if request.args.get("show") == "all" else "kept"
    deliveries = _find(api, KEPT if chosen == "kept" else (None,))
    providers = api.get(f"{sandbox_path()}/providers")["providers"]
    values = {
        "chosen": chosen,
        "webhooks": [_webhook(delivery) for delivery in deliveries],
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in providers},
        "most": SHOWN,
    }
    return show_page(api, "inbox.html", "Inbox", "inbox_live.html", values)


def _webhook(delivery: Mapping[str, Any]) -> dict[str, object]:
    return {"delivery": delivery, "mark": state_marks.of_webhook(delivery), "body": exact_pane(delivery["body"])}


def _find(api: ApiClient, states: tuple[str | None, ...]) -> list[dict[str, Any]]:
    """Return the newest webhooks in one of those states (None: any), newest first."""
    path = f"{sandbox_path()}/deliveries"
    found = [delivery for state in states for delivery in api.get(path, state=state, limit=SHOWN)["deliveries"]]
    return sorted(found, key=lambda delivery: str(delivery["created_at"]), reverse=True)[:SHOWN]

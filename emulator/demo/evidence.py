"""What a story shows beside its steps: the request with its answer, the case, and its webhooks as they were sent."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from emulator.demo.acts import Scene
from emulator.demo.facts import Facts
from emulator.ui.json_panes import pane_of
from emulator.ui.webhook_changes import former_values


class Evidence(TypedDict):
    """The exchange that opened the case (None: the journal no longer has it), its link, and its webhooks."""

    exchange: dict[str, Any] | None
    case: Mapping[str, Any] | None
    case_link: Mapping[str, Any] | None
    webhooks: list[dict[str, Any]]


def evidence_of(scene: Scene, facts: Facts) -> Evidence:
    """Return what is stored of the case; nothing before one is opened."""
    if facts.case is None:
        return {"exchange": None, "case": None, "case_link": None, "webhooks": []}
    waits = facts.case["link"] and not facts.has_ended
    return {
        "exchange": _exchange(scene),
        "case": facts.case,
        "case_link": scene.api.get(f"{scene.case_path}/link") if waits else None,
        "webhooks": [_webhook(scene, delivery) for delivery in facts.webhooks],
    }


def _exchange(scene: Scene) -> dict[str, Any] | None:
    query = {"provider": scene.provider, "case_id": scene.case_id, "method": "POST"}
    found = scene.api.get(f"{scene.sandbox_path}/requests", **query)["requests"]
    if not found:
        return None
    return {**found[0], "sent": pane_of(found[0]["body"]), "received": pane_of(found[0]["answer"]["body"])}


def _webhook(scene: Scene, delivery: Mapping[str, Any]) -> dict[str, Any]:
    """Return a webhook with its body laid out, and each time it was sent as the journal has it."""
    query = {"provider": scene.provider, "case_id": scene.case_id, "direction": "out"}
    sent = scene.api.get(f"{scene.sandbox_path}/requests", **query)["requests"]
    sends = [exchange for exchange in sent if exchange["delivery_id"] == delivery["id"]]
    pane = pane_of(delivery["body"], None, former_values(scene.api, delivery["id"]))
    return {**delivery, "pane": pane, "sends": _compared(sends)}


def _compared(sends: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Return of the first and the last send the id, the size, and whether body and headers are those of the first.

    There is nothing to compare before one that came after others was taken.
    """
    if len(sends) < 2 or not 200 <= (sends[-1]["status"] or 0) < 300:
        return []
    return [
        {
            "number": number,
            "id": send["delivery_id"],
            "bytes": len((send["body"] or "").encode("utf-8", "replace")),
            "is_identical": (send["body"], send["headers"]) == (sends[0]["body"], sends[0]["headers"]),
        }
        for number, send in ((1, sends[0]), (len(sends), sends[-1]))
    ]

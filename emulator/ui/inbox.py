"""The inbox: the webhooks that were kept instead of sent, or others, and each of them with headers and exact bytes."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from emulator.ui import state_marks
from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.curl_commands import curl
from emulator.ui.field_docs import document_of
from emulator.ui.json_panes import pane_of
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import sandbox_path
from emulator.ui.target import carried_out, refused_address

SHOWN = 50
STATES = {"kept": "Kept here", "all": "All", "delivered": "Delivered", "waiting": "On the way", "failed": "Given up"}
SOMEWHERE = "http://localhost:3000/webhooks"  # in a curl command for a webhook without a receiver
Delivery = Mapping[str, Any]


def show(api: ApiClient) -> Response:
    """Render the list of webhooks, or for a poll only its live part."""
    return show_page(api, "inbox.html", "Inbox", "inbox_live.html", _listed(api, "kept"))


def show_one(api: ApiClient, delivery_id: str) -> Response:
    """Render one webhook beside the list, or for a poll only the live part; raise ApiRefusal if there is none."""
    delivery = api.get(f"{sandbox_path()}/deliveries/{part(delivery_id)}")
    of_state = "kept" if delivery["state"] in ("inbox", "blocked") else "all"
    target = delivery["url"] or api.get(sandbox_path())["settings"]["webhook_url"] or ""
    values = {**_listed(api, of_state), **_detail(api, delivery), "target": target}
    return show_page(api, "webhook.html", "Webhook", "webhook_live.html", values)


def send_on(api: ApiClient, delivery_id: str) -> Response:
    """Send a webhook once to the URL that was typed."""
    url = request.form.get("url", "").strip()
    try:
        sent = api.ask("POST", f"{sandbox_path()}/deliveries/{part(delivery_id)}/send-on", {"url": url})
    except ApiRefusal as refused:
        return refused_address(refused, "send_on_form", target=url, delivery_id=delivery_id)
    if sent["delivered"]:
        return carried_out(f"Sent on to {sent['url']}: {sent['status']} in {sent['latency_ms']:.0f} ms.")
    return done("It was not taken.", [f"{sent['error'][:1].upper()}{sent['error'][1:]}."], tone="bad")


def _listed(api: ApiClient, of_state: str) -> dict[str, object]:
    """Return the list of webhooks that the address filters; without a filter those in `of_state`."""
    typed = {name: request.args.get(name, "").strip()[:200] for name in ("search", "state")}
    chosen = typed["state"] if typed["state"] in STATES else of_state
    filters = {"state": None if chosen == "all" else chosen, "search": typed["search"] or None}
    providers = api.get(f"{sandbox_path()}/providers")["providers"]
    found = api.get(f"{sandbox_path()}/deliveries", limit=SHOWN, **filters)["deliveries"][::-1]
    return {
        "chosen": chosen,
        "states": STATES,
        "search": typed["search"],
        "query": {name: value for name, value in typed.items() if value},
        "webhooks": [{"delivery": delivery, "mark": state_marks.of_webhook(delivery)} for delivery in found],
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in providers},
        "outcome_words": {provider["name"]: provider["outcome_words"] for provider in providers},
        "most": SHOWN,
    }


def _detail(api: ApiClient, delivery: Delivery) -> dict[str, object]:
    docs = document_of(api, delivery["provider"]).of_webhook(delivery["event"])
    return {
        "delivery": delivery,
        "mark": state_marks.of_webhook(delivery),
        "body": pane_of(delivery["body"], docs),
        "is_raw": request.args.get("view") == "raw",
        "curl": curl("POST", delivery["url"] or SOMEWHERE, delivery["headers"], delivery["body"]),
        "attempts": [{**attempt, "mark": state_marks.of_attempt(attempt)} for attempt in delivery["attempts"]],
        "sent_on": _sent_on(api, delivery),
        **_compared(api, delivery),
    }


def _sent_on(api: ApiClient, delivery: Delivery) -> list[Mapping[str, Any]]:
    """Return the attempts to other receivers than its own, as the journal has them."""
    query = {"provider": delivery["provider"], "case_id": delivery["case_id"], "direction": "out"}
    sent = api.get(f"{sandbox_path()}/requests", **query)["requests"]
    return [each for each in sent if each["delivery_id"] == delivery["id"] and each["url"] != delivery["url"]]


def _compared(api: ApiClient, delivery: Delivery) -> dict[str, object]:
    """Return what differs from the answer to the request, or from another webhook of the case, and which there are."""
    query = {"provider": delivery["provider"], "case_id": delivery["case_id"]}
    of_case = api.get(f"{sandbox_path()}/deliveries", **query)["deliveries"]
    others = [(number, each["id"]) for number, each in enumerate(of_case, 1) if each["id"] != delivery["id"]]
    chosen = request.args.get("against")
    against = chosen if chosen in [other for _, other in others] else "answer"
    try:
        found = api.get(f"{sandbox_path()}/deliveries/{part(delivery['id'])}/differences", against=against)
    except ApiRefusal:
        found = None  # the journal no longer has the answer
    return {"differences": found, "against": against, "others": others}

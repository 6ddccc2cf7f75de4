"""The page of a case: its request and answer, its webhooks, and when all of it happened."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from emulator.ui import phrases, state_marks, timeline
from emulator.ui.api_client import ApiClient, part
from emulator.ui.curl_commands import curl, curl_of
from emulator.ui.field_docs import Document, document_of
from emulator.ui.json_panes import JsonPane, pane_of
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import sandbox_path
from emulator.ui.webhook_changes import former_values

CHARTED = 60  # webhooks


def show(api: ApiClient, provider: str, case_id: int) -> Response:
    """Render the page of a case, or for a poll only its live part."""
    values = _values(api, provider, case_id)
    title = f"{values['case']['client']['name'] or '(no name)'}"
    return show_page(api, "case.html", title, "case_live.html", values)


def complete(api: ApiClient, provider: str, case_id: int) -> Response:
    """Complete the case as the button says, in the words of its provider."""
    word = request.form.get("word", "")
    path = f"{sandbox_path()}/cases/{part(provider)}/{case_id}/complete"
    api.ask("POST", path, {request.form.get("field", "outcome"): word})
    return done(f"Completed as {phrases.plain(word)}.")


def send_again(api: ApiClient, delivery_id: str) -> Response:
    """Send a webhook again, with the same id and bytes."""
    api.ask("POST", f"{sandbox_path()}/deliveries/{part(delivery_id)}/redeliver")
    return done("The webhook is sent again, with the same id and bytes.")


def _values(api: ApiClient, provider: str, case_id: int) -> dict[str, Any]:
    case = api.get(f"{sandbox_path()}/cases/{part(provider)}/{case_id}")
    webhooks = api.get(f"{sandbox_path()}/deliveries", provider=provider, case_id=case_id)["deliveries"]
    created = _created(api, provider, case_id)
    providers = api.get(f"{sandbox_path()}/providers")
    [about] = [each for each in providers["providers"] if each["name"] == provider]
    document = document_of(api, provider)
    waits = case["link"] and case["state"] in ("open", "processing")
    return {
        "case": case,
        "case_link": api.get(f"{sandbox_path()}/cases/{part(provider)}/{case_id}/link") if waits else None,
        "provider": about,
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        **_time_axis(api, case, created, webhooks),
        "endings": _endings(about),
        "created": created,
        "panes": _panes(created, document) if created else None,
        "curl": curl_of(created, providers["address"], about) if created else None,
        "webhooks": [_webhook(api, delivery, document) for delivery in webhooks],
        "chart": timeline.bars(api.get(f"{sandbox_path()}/deliveries", limit=CHARTED)["deliveries"]),
    }


def _time_axis(
    api: ApiClient, case: Mapping[str, Any], created: Mapping[str, Any] | None, webhooks: list[dict[str, Any]]
) -> dict[str, object]:
    """Return the width of the time axis, and a mark for each thing that happened or is to happen."""
    retry = api.get(sandbox_path())["settings"]["retry"]
    width, marks = timeline.draw(timeline.events_of(case, created, webhooks, retry))
    return {"width": width, "marks": marks}


def _endings(about: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the ways in which a case of this API can be completed, each with the field and word to send."""
    words = [(name, word) for body in about["endings"] for name, word in body.items()]
    return [{"field": name, "word": word, "plain": phrases.plain(word)} for name, word in words]


def _created(api: ApiClient, provider: str, case_id: int) -> Mapping[str, Any] | None:
    """Return the exchange that opened the case; None: the journal no longer has it."""
    found = api.get(f"{sandbox_path()}/requests", provider=provider, case_id=case_id)["requests"]
    return found[0] if found else None


def _panes(exchange: Mapping[str, Any], document: Document) -> dict[str, JsonPane]:
    method, path, status = exchange["method"], exchange["path"], exchange["status"]
    return {
        "request": pane_of(exchange["body"], document.of_request(method, path)),
        "answer": pane_of(exchange["answer"]["body"], document.of_answer(method, path, status)),
    }


def _webhook(api: ApiClient, delivery: Mapping[str, Any], document: Document) -> dict[str, object]:
    sendable = delivery["url"] is not None and delivery["state"] != "in_flight"
    word = "Send a duplicate" if delivery["state"] == "delivered" else "Send again"
    url = delivery["url"]
    return {
        "delivery": delivery,
        "body": pane_of(delivery["body"], document.of_webhook(delivery["event"]), former_values(api, delivery["id"])),
        "mark": state_marks.of_webhook(delivery),
        "send": word if sendable else None,
        "curl": curl("POST", url, delivery["headers"], delivery["body"]) if url else None,
    }

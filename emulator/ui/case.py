"""One case: what was sent, what was answered, what became of it and when."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from emulator.ui import states, timeline
from emulator.ui.actions import done
from emulator.ui.asking import Asker, part
from emulator.ui.bodies import body_of, curl, curl_of
from emulator.ui.meanings import Document, document_of
from emulator.ui.page import show as show_page
from emulator.ui.place import box

CHARTED = 60  # webhooks


def show(asker: Asker, provider: str, case_id: int) -> Response:
    """The page of a case, or what moves on it."""
    values = _values(asker, provider, case_id)
    title = f"{values['case']['client']['name'] or '(no name)'}"
    return show_page(asker, "case.html", title, "case_live.html", values)


def complete(asker: Asker, provider: str, case_id: int) -> Response:
    """End it as the button says, in the words of its provider."""
    word = request.form.get("word", "")
    path = f"{box()}/cases/{part(provider)}/{case_id}/complete"
    asker.ask("POST", path, {request.form.get("field", "outcome"): word})
    return done(f"Completed as {plain(word)}.")


def send_again(asker: Asker, delivery_id: str) -> Response:
    """Send its webhook again, with the same id and bytes."""
    asker.ask("POST", f"{box()}/deliveries/{part(delivery_id)}/redeliver")
    return done("The webhook is sent again, with the same id and bytes.")


def plain(word: str) -> str:
    """A word of a provider's as people write it."""
    return word.replace("_", " ").lower()


def _values(asker: Asker, provider: str, case_id: int) -> dict[str, Any]:
    case = asker.get(f"{box()}/cases/{part(provider)}/{case_id}")
    webhooks = asker.get(f"{box()}/deliveries", provider=provider, case_id=case_id)["deliveries"]
    created = _created(asker, provider, case_id)
    reached = asker.get(f"{box()}/providers")
    [about] = [one for one in reached["providers"] if one["name"] == provider]
    document = document_of(asker, provider)
    retry = asker.get(box())["settings"]["retry"]
    width, marks = timeline.draw(timeline.events_of(case, created, webhooks, retry))
    return {
        "case": case,
        "provider": about,
        "now": asker.get(f"{box()}/clock")["now"],
        "width": width,
        "marks": marks,
        "endings": [{"field": f, "word": w, "plain": plain(w)} for one in about["endings"] for f, w in one.items()],
        "created": created,
        "panes": _panes(created, document) if created else None,
        "curl": curl_of(created, reached["address"], about["key"]) if created else None,
        "webhooks": [_webhook(one, document) for one in webhooks],
        "chart": timeline.bars(asker.get(f"{box()}/deliveries", limit=CHARTED)["deliveries"]),
    }


def _created(asker: Asker, provider: str, case_id: int) -> Mapping[str, Any] | None:
    """The exchange that opened it; None: the journal no longer has it."""
    found = asker.get(f"{box()}/requests", provider=provider, case_id=case_id)["requests"]
    return found[0] if found else None


def _panes(exchange: Mapping[str, Any], document: Document) -> dict[str, Any]:
    method, path, status = exchange["method"], exchange["path"], exchange["status"]
    return {
        "request": body_of(exchange["body"], document.of_request(method, path)),
        "answer": body_of(exchange["answer"]["body"], document.of_answer(method, path, status)),
    }


def _webhook(delivery: Mapping[str, Any], document: Document) -> dict[str, Any]:
    sendable = delivery["url"] is not None and delivery["state"] != "in_flight"
    word = "Send a duplicate" if delivery["state"] == "delivered" else "Send again"
    url = delivery["url"]
    return {
        "delivery": delivery,
        "body": body_of(delivery["body"], document.of_webhook(delivery["event"])),
        "mark": states.of_webhook(delivery),
        "send": word if sendable else None,
        "curl": curl("POST", url, delivery["headers"], delivery["body"]) if url else None,
    }

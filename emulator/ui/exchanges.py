"""The journal: what came in and what went out, by filters, and why a request was refused."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.field_docs import document_of
from emulator.ui.json_panes import curl_of, pane_of
from emulator.ui.page import page
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox_path

SHOWN = 100
METHODS = ("", "POST", "GET", "PUT", "PATCH", "DELETE")
PLAIN = ("provider", "method", "path", "status", "direction")
Field = dict[str, Any]


def show(api: ApiClient) -> Response:
    """The page, or what moves on it."""
    typed = {name: value.strip() for name, value in request.args.items() if name not in ("part", "seen")}
    reached = api.get(f"{sandbox_path()}/providers")
    values: dict[str, Any] = {
        "typed": typed,
        "errors": {},
        "exchanges": [],
        "evicted": 0,
        "is_filtered": any(typed.values()),
    }
    values["titles"] = {provider["name"]: provider["title"] for provider in reached["providers"]}
    try:
        found = api.get(f"{sandbox_path()}/requests{'/near-misses' if typed.get('refused') else ''}", **_asked(typed))
        values |= {"exchanges": found["requests"][::-1], "evicted": found["evicted"], "count": found["count"]}
    except ApiRefusal as error:
        values["errors"] = {**error.errors} or {"path": error.detail}
    fields = _fields(list(values["titles"]))
    return show_page(api, "requests.html", "Requests", "requests_live.html", values, fields=fields)


def show_one(api: ApiClient, number: int) -> Response:
    """One exchange, and what it would have needed."""
    found = api.get(f"{sandbox_path()}/requests", number=number, direction="both")["requests"]
    if not found:
        raise ApiRefusal(404, "the journal has no exchange of this number (any more): it keeps the newest 1,000", None)
    [exchange] = found
    missed = api.get(f"{sandbox_path()}/requests/near-misses", number=number)["requests"]
    return page(api, "request.html", f"Request {number}", **_values(api, exchange, missed))


def _values(api: ApiClient, exchange: Mapping[str, Any], missed: list[Mapping[str, Any]]) -> dict[str, Any]:
    reached, method, is_out = api.get(f"{sandbox_path()}/providers"), exchange["method"], exchange["direction"] == "out"
    document, path = document_of(api, exchange["provider"]), exchange.get("path", "")
    keys = {provider["name"]: provider["key"] for provider in reached["providers"]}
    asked = document.of_webhook("") if is_out else document.of_request(method, path)
    answered = {} if is_out else document.of_answer(method, path, exchange["status"])
    return {
        "exchange": exchange,
        "needed": [told for one in missed for told in one["needed"]],
        "sent": pane_of(exchange["body"], asked),
        "answer": pane_of(exchange["answer"]["body"], answered),
        "curl": None if is_out else curl_of(exchange, reached["address"], keys.get(exchange["provider"], {})),
        "titles": {provider["name"]: provider["title"] for provider in reached["providers"]},
    }


def _asked(typed: Mapping[str, str]) -> dict[str, str | int]:
    """The query of the control API that was typed."""
    asked: dict[str, str | int] = {name: typed[name] for name in PLAIN if typed.get(name)}
    if typed.get("field"):
        asked[f"body.{typed['field']}"] = typed.get("value", "")
    return asked | {"limit": SHOWN}


def _fields(providers: list[str]) -> list[Field]:
    return [
        {"name": "provider", "label": "API", "choices": ["", *providers]},
        {"name": "method", "label": "Method", "choices": METHODS},
        {"name": "status", "label": "Status", "type": "integer"},
        {"name": "path", "label": "Path starts with"},
        {"name": "field", "label": "Field of the body"},
        {"name": "value", "label": "is"},
        {"name": "direction", "label": "Direction", "choices": ("in", "out", "both")},
        {"name": "refused", "label": "ApiRefusal only", "type": "boolean"},
    ]

"""The pages of the journal: the exchanges that fit some filters, and one exchange with why it was refused."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.curl_commands import curl_of
from emulator.ui.field_docs import document_of
from emulator.ui.json_panes import pane_of
from emulator.ui.page import page
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox_path

SHOWN = 100
METHODS = ("", "POST", "GET", "PUT", "PATCH", "DELETE")
PLAIN = ("provider", "method", "path", "status", "direction")
Field = dict[str, object]


def show(api: ApiClient) -> Response:
    """Render the page of the exchanges, or for a poll only its live part."""
    typed = {name: value.strip() for name, value in request.args.items() if name not in ("part", "seen")}
    providers = api.get(f"{sandbox_path()}/providers")["providers"]
    values = {
        "typed": typed,
        "is_filtered": any(typed.values()),
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in providers},
        **_find(api, typed),
    }
    fields = _fields({provider["name"]: provider["title"] for provider in providers})
    return show_page(api, "requests.html", "Requests", "requests_live.html", values, fields=fields)


def _find(api: ApiClient, typed: Mapping[str, str]) -> dict[str, object]:
    path = f"{sandbox_path()}/requests{'/near-misses' if typed.get('refused') else ''}"
    if typed.get("value") and not typed.get("field"):
        return {"errors": {"field": "name the field that has this value"}, "exchanges": [], "evicted": 0}
    try:
        found = api.get(path, **_query(typed))
    except ApiRefusal as error:
        return {"errors": {**error.errors} or {"path": error.detail}, "exchanges": [], "evicted": 0}
    exchanges = found["requests"][::-1]
    kept = {"evicted": found["evicted"], "count": found["count"], "note": found["note"]}
    return {"errors": {}, "exchanges": exchanges, **kept}


def show_one(api: ApiClient, number: int) -> Response:
    """Render the page of one exchange, with what a refused one would have needed; raise ApiRefusal if it is gone."""
    is_one = 0 <= number < 2**63
    found = api.get(f"{sandbox_path()}/requests", number=number, direction="both")["requests"] if is_one else []
    if not found:
        raise ApiRefusal(404, "the journal has no exchange of this number (any more): it keeps the newest 1,000", None)
    [exchange] = found
    near_misses = api.get(f"{sandbox_path()}/requests/near-misses", number=number)["requests"]
    return page(api, "request.html", f"Request {number}", _values(api, exchange, near_misses))


def _values(api: ApiClient, exchange: Mapping[str, Any], near_misses: list[Mapping[str, Any]]) -> dict[str, object]:
    providers, is_out = api.get(f"{sandbox_path()}/providers"), exchange["direction"] == "out"
    document, method, path = document_of(api, exchange["provider"]), exchange["method"], exchange.get("path", "")
    apis = {provider["name"]: provider for provider in providers["providers"]}
    docs_of_request = document.of_webhook("") if is_out else document.of_request(method, path)
    docs_of_answer = {} if is_out else document.of_answer(method, path, exchange["status"])
    needed = [text for near_miss in near_misses for text in near_miss["needed"]]
    return {
        "exchange": exchange,
        "needed": needed,
        "advice": [text for text in exchange["advice"] if text not in needed],
        "was_not_read": exchange["body"] is None and _length(exchange) > 0,
        "sent": pane_of(exchange["body"], docs_of_request),
        "answer": pane_of(exchange["answer"]["body"], docs_of_answer),
        "curl": None if is_out else curl_of(exchange, providers["address"], apis.get(exchange["provider"], {})),
        "titles": {provider["name"]: provider["title"] for provider in providers["providers"]},
    }


def _length(exchange: Mapping[str, Any]) -> int:
    """Return the length that a request announced for its body; one without an end that is known counts as 1."""
    headers = {name.lower(): value for name, value in exchange["headers"].items()}
    return int("transfer-encoding" in headers) or int(headers.get("content-length") or 0)


def _query(typed: Mapping[str, str]) -> dict[str, str | int]:
    """Return the query of the control API for the filters that were typed."""
    query: dict[str, str | int] = {name: typed[name] for name in PLAIN if typed.get(name)}
    if typed.get("field"):
        query[f"body.{typed['field']}"] = typed.get("value", "")
    return query | {"limit": SHOWN}


def _fields(titles: Mapping[str, str]) -> list[Field]:
    return [
        {"name": "provider", "label": "API", "choices": ["", *titles], "titles": titles},
        {"name": "method", "label": "Method", "choices": METHODS},
        {"name": "status", "label": "Status", "type": "integer"},
        {"name": "path", "label": "Path prefix"},
        {"name": "field", "label": "Body field"},
        {"name": "value", "label": "Its value"},
        {"name": "direction", "label": "Direction", "choices": ("in", "out", "both")},
        {"name": "refused", "label": "Refused only", "type": "boolean"},
    ]

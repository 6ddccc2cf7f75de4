"""The routes of the journal: what came in, what went out, and what a refused request would have needed."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import OneOf, Range

from emulator.control.context import ControlContext
from emulator.control.request_schemas import Strict
from emulator.control.views import json_response, moment, responds, takes
from emulator.core.journal import Exchange, Found
from emulator.core.matching import values_at

MOST_SHOWN = 1_000
BODY = "body."
NOTE = "kept in memory: gone with the process, and with a reset"


class RequestsQuery(Strict):
    """Which exchanges; `body.<field>` asks for a field of the request's JSON, as in body.client.name=Jo."""

    provider = fields.String(metadata={"description": "of one API"})
    method = fields.String(metadata={"description": "GET, POST, ..."})
    path = fields.String(metadata={"description": "how the path starts"})
    status = fields.Integer(validate=Range(100, 999), metadata={"description": "what was answered"})
    direction = fields.String(
        load_default="in",
        validate=OneOf(["in", "out", "both"]),
        metadata={"description": "what came in, the webhooks that went out, or both"},
    )
    refused = fields.Boolean(
        truthy={"true"}, falsy={"false"}, metadata={"description": "true: what was refused; false: what was not"}
    )
    case_id = fields.Integer(validate=Range(-(2**63), 2**63 - 1), metadata={"description": "about that case"})
    number = fields.Integer(validate=Range(0, 2**63), metadata={"description": "the one of that number"})
    since = fields.Integer(load_default=0, validate=Range(0, 2**63), metadata={"description": "after that number"})
    limit = fields.Integer(
        load_default=100, validate=Range(0, MOST_SHOWN), metadata={"description": "the newest so many are shown"}
    )


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/requests and /requests/near-misses."""

    @routes.get("/sandboxes/<sandbox:name>/requests")
    @takes(query=RequestsQuery(), more=BODY)
    @responds("RequestsOut")
    def find_requests(name: str, query: dict[str, Any]) -> Response:
        """The exchanges that fit, oldest first, and how many there are; `unknown` where some were evicted."""
        found = context.journal.find(name, _fitting(query))
        return json_response(_listed(found, query, _render))

    @routes.get("/sandboxes/<sandbox:name>/requests/near-misses")
    @takes(query=RequestsQuery(), more=BODY)
    @responds("RequestsOut")
    def near_misses(name: str, query: dict[str, Any]) -> Response:
        """The refused requests, each with what it would have needed."""
        fits = _fitting(query)
        found = context.journal.find(name, lambda e: bool(e.needed) and fits(e))
        return json_response(_listed(found, query, lambda e: _render(e) | {"needed": list(e.needed)}))


def _listed(found: Found, query: Mapping[str, Any], render: Callable[[Exchange], Any]) -> dict[str, Any]:
    """A count is only told where nothing that might have counted was evicted."""
    is_whole = query["since"] >= found.last_evicted
    shown = found.exchanges[-query["limit"] :] if query["limit"] else []
    at_least = {} if is_whole else {"at_least": len(found.exchanges)}
    return {
        "count": len(found.exchanges) if is_whole else "unknown",
        **at_least,
        "evicted": found.evicted,
        "note": NOTE,
        "requests": [render(exchange) for exchange in shown],
    }


def _fitting(query: Mapping[str, Any]) -> Callable[[Exchange], bool]:
    places = {name.removeprefix(BODY): wanted for name, wanted in query.items() if name.startswith(BODY)}
    plain = {name: wanted for name, wanted in query.items() if name in PLAIN}

    def fits(exchange: Exchange) -> bool:
        if exchange.number <= query["since"] or not all(PLAIN[name](exchange, plain[name]) for name in plain):
            return False
        return all(_has(exchange, place, wanted) for place, wanted in places.items())

    return fits


PLAIN: Mapping[str, Callable[[Exchange, Any], bool]] = {
    "provider": lambda exchange, wanted: exchange.provider == wanted,
    "method": lambda exchange, wanted: exchange.method == wanted.upper(),
    "path": lambda exchange, wanted: any(path.startswith(wanted) for path in _paths(exchange)),
    "status": lambda exchange, wanted: exchange.status == wanted,
    "refused": lambda exchange, wanted: wanted == (exchange.refused is not None or (exchange.status or 0) >= 400),
    "number": lambda exchange, wanted: exchange.number == wanted,
    "case_id": lambda exchange, wanted: exchange.case_id == wanted,
    "direction": lambda exchange, wanted: wanted == "both" or exchange.outgoing == (wanted == "out"),
}


def _paths(exchange: Exchange) -> tuple[str, ...]:
    """The path as it was sent, and without the prefix that selects the sandbox."""
    if exchange.outgoing:
        _, _, after_host = exchange.url.partition("://")
        return (f"/{after_host.partition('/')[2]}",)
    return exchange.url, exchange.url.removeprefix(f"/s/{exchange.sandbox}")


def _has(exchange: Exchange, place: str, wanted: str) -> bool:
    """Is there such a field, or such an item in it, that reads so as text?"""
    try:
        document = json.loads(exchange.body or b"null")
    except (ValueError, RecursionError):
        return False
    return any(_text(value) == wanted for value in values_at(document, place))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _render(exchange: Exchange) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "number": exchange.number,
        "at": moment(exchange.at),
        "direction": "out" if exchange.outgoing else "in",
        "provider": exchange.provider,
        "method": exchange.method,
        "url" if exchange.outgoing else "path": exchange.url,
        "status": exchange.status,
        "took_ms": round(exchange.took * 1000, 1),
        "case_id": exchange.case_id,
        "rule": exchange.rule,
        "faults": list(exchange.faults),
        "advice": list(exchange.advice),
        "refused": exchange.refused,
        "headers": dict(exchange.headers),
        "body": None if exchange.body is None else exchange.body.decode("utf-8", "replace"),
        "answer": {"headers": dict(exchange.answer_headers), "body": exchange.answer.decode("utf-8", "replace")},
    }
    if exchange.outgoing:
        shown |= {"delivery_id": exchange.delivery_id, "error": exchange.error}
    return shown

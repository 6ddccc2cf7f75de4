"""The routes of the journal: requests that came in, webhooks that went out, and near misses."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import OneOf, Range

from emulator.control.context import ControlContext
from emulator.control.filter_words import Word
from emulator.control.payloads_cases import ExchangePayload, RequestsPayload
from emulator.control.request_schemas import Strict
from emulator.control.views import json_response, moment, responds, takes
from emulator.core.journal import Exchange, Found
from emulator.core.matching import values_at

MOST_SHOWN = 1_000
BODY = "body."


class RequestsQuery(Strict):
    """Which exchanges; `body.<field>` compares a field of the request's JSON, as in body.client.name=Jo."""

    provider = Word("provider", metadata={"description": "of one API"})
    method = Word("method", in_capitals=True, metadata={"description": "or another one that was asked here"})
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
    """Add /requests and /requests/near-misses."""

    @routes.get("/sandboxes/<sandbox:name>/requests")
    @takes(query=RequestsQuery(), more=BODY)
    @responds("RequestsOut")
    def find_requests(name: str, query: Mapping[str, Any]) -> Response:
        """List the exchanges that fit, oldest first, and count them; the count is `unknown` if some were evicted."""
        found = context.journal.find(name, _fitting(query))
        return json_response(_listed(context, name, found, query, _render))

    @routes.get("/sandboxes/<sandbox:name>/requests/near-misses")
    @takes(query=RequestsQuery(), more=BODY)
    @responds("RequestsOut")
    def near_misses(name: str, query: Mapping[str, Any]) -> Response:
        """List the refused requests, each with what it would have needed."""
        fits = _fitting(query)
        found = context.journal.find(name, lambda exchange: bool(exchange.needed) and fits(exchange))
        return json_response(_listed(context, name, found, query, _render_near_miss))


def _listed(
    context: ControlContext,
    name: str,
    found: Found,
    query: Mapping[str, Any],
    render: Callable[[Exchange, datetime], ExchangePayload],
) -> RequestsPayload:
    """Return the newest exchanges that fit; their count is unknown if one that might fit was evicted."""
    count, evicted, note = len(found.exchanges), found.evicted, context.journal.note
    newest = found.exchanges[-query["limit"] :] if query["limit"] else []
    readings = context.time_machine.readings(name, [exchange.at for exchange in newest])
    shown = [render(exchange, reading) for exchange, reading in zip(newest, readings, strict=True)]
    if query["since"] >= found.last_evicted:
        return {"count": count, "evicted": evicted, "note": note, "requests": shown}
    return {"count": "unknown", "at_least": count, "evicted": evicted, "note": note, "requests": shown}


def _fitting(query: Mapping[str, Any]) -> Callable[[Exchange], bool]:
    fields_of_body = {name.removeprefix(BODY): text for name, text in query.items() if name.startswith(BODY)}
    filters = {name: value for name, value in query.items() if name in FILTERS}

    def fits(exchange: Exchange) -> bool:
        if exchange.number <= query["since"]:
            return False
        if not all(FILTERS[name](exchange, value) for name, value in filters.items()):
            return False
        return all(_has(exchange, field, text) for field, text in fields_of_body.items())

    return fits


# By the name of the parameter, whether an exchange fits its value, which the schema has checked.
FILTERS: Mapping[str, Callable[[Exchange, Any], bool]] = {
    "provider": lambda exchange, provider: exchange.provider == provider,
    "method": lambda exchange, method: exchange.method == method.upper(),
    "path": lambda exchange, start: any(path.startswith(start) for path in _paths(exchange)),
    "status": lambda exchange, status: exchange.status == status,
    "refused": lambda exchange, refused: refused == (exchange.refused is not None or (exchange.status or 0) >= 400),
    "number": lambda exchange, number: exchange.number == number,
    "case_id": lambda exchange, case_id: exchange.case_id == case_id,
    "direction": lambda exchange, direction: direction == "both" or exchange.outgoing == (direction == "out"),
}


def _paths(exchange: Exchange) -> tuple[str, ...]:
    """Return the path as it was sent, and of what came in also without the prefix that selects the sandbox."""
    if exchange.outgoing:
        _, _, after_host = exchange.url.partition("://")
        return (f"/{after_host.partition('/')[2]}",)
    return exchange.url, exchange.url.removeprefix(f"/s/{exchange.sandbox}")


def _has(exchange: Exchange, field: str, text: str) -> bool:
    """Return whether a field of the body, named by its dotted place, or an item of it is the text."""
    try:
        document = json.loads(exchange.body or b"null")
    except (ValueError, RecursionError):
        return False
    return any(_text(value) == text for value in values_at(document, field))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _render_near_miss(exchange: Exchange, sandbox_at: datetime) -> ExchangePayload:
    payload = _render(exchange, sandbox_at)
    payload["needed"] = list(exchange.needed)
    return payload


def _render(exchange: Exchange, sandbox_at: datetime) -> ExchangePayload:
    shown: dict[str, object] = {
        "number": exchange.number,
        "at": moment(exchange.at),
        "sandbox_at": moment(sandbox_at),
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
    return cast(ExchangePayload, shown)  # which keys there are depends on the direction

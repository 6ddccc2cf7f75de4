"""The routes that follow webhooks: list them, wait for one, read one, send it again, and the inbox."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Range

from emulator.control.context import ControlContext
from emulator.control.payloads import AttemptPayload, DeliveriesPayload, DeliveryPayload, InboxPayload, WebhookPayload
from emulator.control.request_schemas import DeliveryQuery, NothingIn, WaitQuery
from emulator.control.views import json_response, moment, responds, takes
from emulator.core.deliveries import AttemptRecord, Delivery, DeliveryFilter, DeliveryReport, DeliveryState
from emulator.core.delivery_queries import is_settled
from emulator.web.problem_json import Problem

KEPT = {DeliveryState.INBOX, DeliveryState.BLOCKED}
MOST_SHOWN = 1_000


class DeliveryParameters(TypedDict, total=False):
    """What the queries below load: DeliveryQuery, with the limit of one and the waiting of the other."""

    provider: str
    case_id: int
    external_id: str
    event: str
    state: str
    limit: int
    timeout: float
    expect: str


class DeliveriesQuery(DeliveryQuery):
    """Which deliveries, and how many at most."""

    limit = fields.Integer(
        load_default=MOST_SHOWN, validate=Range(0, MOST_SHOWN), metadata={"description": "the newest so many"}
    )


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add everything below /sandboxes/{name}/deliveries and /inbox."""

    @routes.get("/sandboxes/<sandbox:name>/deliveries")
    @takes(query=DeliveriesQuery())
    @responds("DeliveriesOut")
    def list_deliveries(name: str, query: DeliveryParameters) -> Response:
        """List the webhooks of a sandbox with all their attempts."""
        return _listed(context.deliveries.find(name, _filter(query), query["limit"]))

    @routes.get("/sandboxes/<sandbox:name>/deliveries/wait")
    @takes(query=WaitQuery())
    @responds("DeliveriesOut")
    def wait_for_delivery(name: str, query: DeliveryParameters) -> Response:
        """Wait until a webhook is delivered, blocked or in the inbox, and list the webhooks."""
        return _wait(context, name, query, is_settled, _listed)

    @routes.get("/sandboxes/<sandbox:name>/deliveries/<delivery_id>")
    @responds("DeliveryOut")
    def read_delivery(name: str, delivery_id: str) -> Response:
        """Return one webhook with all its attempts."""
        return json_response(render_report(context.deliveries.one(name, delivery_id)))

    @routes.post("/sandboxes/<sandbox:name>/deliveries/<delivery_id>/redeliver")
    @takes(NothingIn())
    @responds("DeliveryOut", 202)
    def redeliver(name: str, delivery_id: str, payload: object) -> Response:
        """Send a webhook again, with the same id and bytes."""
        return json_response(render_report(context.deliveries.redeliver(name, delivery_id)), 202)

    @routes.get("/sandboxes/<sandbox:name>/inbox")
    @responds("InboxOut")
    def inbox(name: str) -> Response:
        """List the webhooks that were kept instead of sent."""
        count, kept = context.cases.inbox(name)
        return _inbox(count, kept)

    @routes.get("/sandboxes/<sandbox:name>/inbox/wait")
    @takes(query=WaitQuery())
    @responds("InboxOut")
    def wait_for_inbox(name: str, query: DeliveryParameters) -> Response:
        """Wait until a webhook is kept instead of sent, and list those that were."""
        return _wait(context, name, query, _is_kept, _listed_inbox)


def _filter(query: DeliveryParameters) -> DeliveryFilter:
    return DeliveryFilter(
        provider=query.get("provider"),
        case_id=query.get("case_id"),
        external_id=query.get("external_id"),
        event=query.get("event"),
        state=query.get("state"),
    )


def _wait(
    context: ControlContext,
    name: str,
    query: DeliveryParameters,
    is_enough: Callable[[DeliveryReport], bool],
    listed: Callable[[Sequence[DeliveryReport]], Response],
) -> Response:
    seconds, expects_none = query["timeout"], query["expect"] == "none"
    if expects_none and context.time_machine.is_at_rest(name):
        seconds = 0.0  # nothing can happen, so waiting would only slow a test down
    ends_wait = _is_any if expects_none else is_enough
    with context.wait_slots.take():
        reports = context.deliveries.wait(name, _filter(query), seconds, ends_wait)
    return _expect_nothing(reports) if expects_none else _expect_one(reports, is_enough, listed, seconds)


def _is_any(_: DeliveryReport) -> bool:
    return True


def _expect_nothing(reports: Sequence[DeliveryReport]) -> Response:
    if reports:
        raise Problem(409, "there is a delivery", deliveries=[render_report(report) for report in reports])
    return _listed(reports)


def _expect_one(
    reports: Sequence[DeliveryReport],
    is_enough: Callable[[DeliveryReport], bool],
    listed: Callable[[Sequence[DeliveryReport]], Response],
    seconds: float,
) -> Response:
    if not any(map(is_enough, reports)):
        payloads = [render_report(report) for report in reports]
        raise Problem(408, f"no such delivery was settled within {seconds:g} s", deliveries=payloads)
    return listed(reports)


def _is_kept(report: DeliveryReport) -> bool:
    return report.delivery.state in KEPT


def _listed(reports: Sequence[DeliveryReport]) -> Response:
    answer: DeliveriesPayload = {"count": len(reports), "deliveries": [render_report(report) for report in reports]}
    return json_response(answer)


def _listed_inbox(reports: Sequence[DeliveryReport]) -> Response:
    kept = [report.delivery for report in reports if _is_kept(report)]
    return _inbox(len(kept), kept)


def _inbox(count: int, kept: Sequence[Delivery]) -> Response:
    answer: InboxPayload = {"count": count, "webhooks": [render_kept(delivery) for delivery in kept]}
    return json_response(answer)


def render_report(report: DeliveryReport) -> DeliveryPayload:
    """Return a delivery with all its attempts; headers and body are what is sent, byte for byte."""
    delivery = report.delivery
    return {
        "id": delivery.id,
        "provider": delivery.provider,
        "event": delivery.event,
        "case_id": delivery.case_id,
        "external_id": report.external_id,
        "state": delivery.state,
        "reason": delivery.reason,
        "rule": report.rule,
        "faults": list(delivery.faults),
        "url": delivery.shown_url,
        "created_at": moment(delivery.created_at),
        "next_attempt_at": moment(delivery.due_at),
        "attempts": [_render_attempt(attempt) for attempt in report.attempts],
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
    }


def _render_attempt(attempt: AttemptRecord) -> AttemptPayload:
    return {
        "number": attempt.number,
        "ended_at": moment(attempt.ended_at),
        "latency_ms": round(attempt.took.total_seconds() * 1000, 1),
        "status": attempt.status,
        "error": attempt.error,
        "answer": attempt.answer.decode("utf-8", "replace"),
    }


def render_kept(delivery: Delivery) -> WebhookPayload:
    """Return a webhook that was not sent; headers and body are what would be sent, byte for byte."""
    return {
        "id": delivery.id,
        "provider": delivery.provider,
        "event": delivery.event,
        "case_id": delivery.case_id,
        "state": delivery.state,
        "reason": delivery.reason,
        "url": delivery.shown_url,
        "created_at": moment(delivery.created_at),
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
    }

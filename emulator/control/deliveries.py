"""The routes that follow webhooks: list, wait, look at one, send again, and the inbox."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Range

from emulator.control.context import ControlContext
from emulator.control.request_schemas import DeliveryQuery, NothingIn, WaitQuery
from emulator.control.views import json_response, moment, responds, takes
from emulator.core.deliveries import AttemptRecord, Delivery, DeliveryFilter, DeliveryReport, DeliveryState
from emulator.core.delivery_queries import is_settled
from emulator.web.problem_json import Problem

KEPT = {DeliveryState.INBOX, DeliveryState.BLOCKED}
MOST_SHOWN = 1_000


class DeliveriesQuery(DeliveryQuery):
    """Which deliveries, and how many at most."""

    limit = fields.Integer(
        load_default=MOST_SHOWN, validate=Range(0, MOST_SHOWN), metadata={"description": "the newest so many"}
    )


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Everything below /sandboxes/{name}/deliveries and /inbox."""

    @routes.get("/sandboxes/<sandbox:name>/deliveries")
    @takes(query=DeliveriesQuery())
    @responds("DeliveriesOut")
    def list_deliveries(name: str, query: dict[str, Any]) -> Response:
        """The webhooks of a sandbox with all their attempts."""
        limit = query.pop("limit")
        return _listed(context.deliveries.find(name, DeliveryFilter(**query), limit))

    @routes.get("/sandboxes/<sandbox:name>/deliveries/wait")
    @takes(query=WaitQuery())
    @responds("DeliveriesOut")
    def wait_for_delivery(name: str, query: dict[str, Any]) -> Response:
        """The webhooks, once one of them is delivered, blocked or in the inbox."""
        return _wait(context, name, query, is_settled, _listed)

    @routes.get("/sandboxes/<sandbox:name>/deliveries/<delivery_id>")
    @responds("DeliveryOut")
    def read_delivery(name: str, delivery_id: str) -> Response:
        """One webhook with all its attempts."""
        return json_response(render_report(context.deliveries.one(name, delivery_id)))

    @routes.post("/sandboxes/<sandbox:name>/deliveries/<delivery_id>/redeliver")
    @takes(NothingIn())
    @responds("DeliveryOut", 202)
    def redeliver(name: str, delivery_id: str, payload: dict[str, Any]) -> Response:
        """Send it again, with the same id and bytes."""
        return json_response(render_report(context.deliveries.redeliver(name, delivery_id)), 202)

    @routes.get("/sandboxes/<sandbox:name>/inbox")
    @responds("InboxOut")
    def inbox(name: str) -> Response:
        """What was kept instead of sent."""
        count, kept = context.cases.inbox(name)
        return _kept(count, kept)

    @routes.get("/sandboxes/<sandbox:name>/inbox/wait")
    @takes(query=WaitQuery())
    @responds("InboxOut")
    def wait_for_inbox(name: str, query: dict[str, Any]) -> Response:
        """What was kept instead of sent, once something is there."""
        return _wait(context, name, query, _is_kept, _listed_inbox)


def _wait(
    context: ControlContext,
    name: str,
    query: dict[str, Any],
    is_enough: Callable[[DeliveryReport], bool],
    listed: Callable[[Sequence[DeliveryReport]], Response],
) -> Response:
    seconds, nothing = query.pop("timeout"), query.pop("expect") == "none"
    wanted = DeliveryFilter(**query)
    if nothing and context.time_machine.is_at_rest(name):
        seconds = 0.0  # waiting would only waste the time of a test
    with context.wait_slots.take():
        found = context.deliveries.wait(name, wanted, seconds, (lambda _: True) if nothing else is_enough)
    return _expect_nothing(found) if nothing else _expect_one(found, is_enough, listed, seconds)


def _expect_nothing(found: Sequence[DeliveryReport]) -> Response:
    if found:
        raise Problem(409, "there is a delivery", deliveries=[render_report(report) for report in found])
    return _listed(found)


def _expect_one(
    found: Sequence[DeliveryReport],
    is_enough: Callable[[DeliveryReport], bool],
    listed: Callable[[Sequence[DeliveryReport]], Response],
    seconds: float,
) -> Response:
    if not any(map(is_enough, found)):
        there = [render_report(report) for report in found]
        raise Problem(408, f"no such delivery was settled within {seconds:g} s", deliveries=there)
    return listed(found)


def _is_kept(report: DeliveryReport) -> bool:
    return report.delivery.state in KEPT


def _listed(found: Sequence[DeliveryReport]) -> Response:
    return json_response({"count": len(found), "deliveries": [render_report(report) for report in found]})


def _listed_inbox(found: Sequence[DeliveryReport]) -> Response:
    kept = [report.delivery for report in found if _is_kept(report)]
    return _kept(len(kept), kept)


def _kept(count: int, kept: Sequence[Delivery]) -> Response:
    return json_response({"count": count, "webhooks": [render_kept(delivery) for delivery in kept]})


def render_report(report: DeliveryReport) -> dict[str, Any]:
    """A delivery with all its attempts; headers and body are what is sent, byte for byte."""
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


def _render_attempt(attempt: AttemptRecord) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "ended_at": moment(attempt.ended_at),
        "latency_ms": round(attempt.took.total_seconds() * 1000, 1),
        "status": attempt.status,
        "error": attempt.error,
        "answer": attempt.answer.decode("utf-8", "replace"),
    }


def render_kept(delivery: Delivery) -> dict[str, Any]:
    """A webhook that was not dialled: the exact headers, and the body as the exact text that would be sent."""
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

"""The routes that follow webhooks: list them, wait for one, read one, send it again, and the inbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Range

from emulator.control.context import ControlContext
from emulator.control.payloads import AttemptPayload, DeliveriesPayload, DeliveryPayload, InboxPayload, WebhookPayload
from emulator.control.request_schemas import DELIVERY_STATES, DeliveryQuery, NothingIn, WaitQuery
from emulator.control.views import json_response, moment, responds, takes
from emulator.control.waiting import Waited, wait_for
from emulator.core.deliveries import AttemptRecord, Delivery, DeliveryFilter, DeliveryReport, DeliveryState
from emulator.core.delivery_queries import is_settled
from emulator.masking import masked, masked_body, masked_headers
from emulator.quick_dataclass import dataclass
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
    search: str
    limit: int
    timeout: float
    expect: str
    skip: int


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
        """Wait until a webhook is delivered, blocked, in the inbox or in the `state` asked for; list webhooks."""
        return _wait(context, name, query, IN_A_STATE if "state" in query else DELIVERIES)

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
        return _wait(context, name, query, INBOX)


def _filter(query: DeliveryParameters) -> DeliveryFilter:
    return DeliveryFilter(
        provider=query.get("provider"),
        case_id=query.get("case_id"),
        external_id=query.get("external_id"),
        event=query.get("event"),
        states=DELIVERY_STATES[query["state"]] if "state" in query else None,
        text=query.get("search"),
    )


@dataclass(frozen=True)
class Awaited:
    """What a route waits for: how its webhooks are listed, which of them end the wait, and which may not come."""

    key: str
    render: Callable[[DeliveryReport], Mapping[str, object]]
    is_enough: Callable[[DeliveryReport], bool]
    is_unexpected: Callable[[DeliveryReport], bool]
    is_listed: Callable[[DeliveryReport], bool]

    def listed(self, reports: Sequence[DeliveryReport]) -> dict[str, object]:
        """Return these webhooks under the key of the route."""
        return {self.key: [self.render(report) for report in reports]}

    def answer(self, reports: Sequence[DeliveryReport], waited: Waited) -> Response:
        """Return the answer of the route, with those of the webhooks that it lists."""
        shown = [report for report in reports if self.is_listed(report)]
        return json_response({"count": len(shown), **self.listed(shown), **waited.members})


def _wait(context: ControlContext, name: str, query: DeliveryParameters, awaited: Awaited) -> Response:
    expects_none = query["expect"] == "none"
    ends_wait = awaited.is_unexpected if expects_none else awaited.is_enough
    with context.wait_slots.take():
        waited = wait_for(
            context,
            name,
            _filter(query),
            query["timeout"],
            ends_wait,
            skips=bool(query["skip"]),
            expects_none=expects_none,
        )
    return _expect_nothing(waited, awaited) if expects_none else _expect_one(waited, awaited)


def _expect_nothing(waited: Waited, awaited: Awaited) -> Response:
    unexpected = [report for report in waited.reports if awaited.is_unexpected(report)]
    if unexpected:
        raise Problem(409, "there is a delivery", **awaited.listed(unexpected), **waited.members)
    return awaited.answer(unexpected, waited)


def _expect_one(waited: Waited, awaited: Awaited) -> Response:
    if not any(map(awaited.is_enough, waited.reports)):
        raise Problem(408, waited.failure, **awaited.listed(waited.reports), **waited.members)
    return awaited.answer(waited.reports, waited)


def _is_any(_: DeliveryReport) -> bool:
    return True


def _is_kept(report: DeliveryReport) -> bool:
    return report.delivery.state in KEPT


def _listed(reports: Sequence[DeliveryReport]) -> Response:
    answer: DeliveriesPayload = {"count": len(reports), "deliveries": [render_report(report) for report in reports]}
    return json_response(answer)


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
        "client_name": report.client_name,
        "outcome": report.outcome,
        "state": delivery.state,
        "reason": delivery.reason and masked(delivery.reason),
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
    # What is stored is masked, but for what a snapshot brought.
    return {
        "number": attempt.number,
        "ended_at": moment(attempt.ended_at),
        "latency_ms": round(attempt.took.total_seconds() * 1000, 1),
        "status": attempt.status,
        "error": attempt.error and masked(attempt.error),
        "answer": masked_body(attempt.answer).decode("utf-8", "replace"),
        "headers": masked_headers(attempt.headers),
    }


def render_kept(delivery: Delivery) -> WebhookPayload:
    """Return a webhook that was not sent; headers and body are what would be sent, byte for byte."""
    return {
        "id": delivery.id,
        "provider": delivery.provider,
        "event": delivery.event,
        "case_id": delivery.case_id,
        "state": delivery.state,
        "reason": delivery.reason and masked(delivery.reason),
        "url": delivery.shown_url,
        "created_at": moment(delivery.created_at),
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
    }


DELIVERIES = Awaited("deliveries", render_report, is_settled, is_unexpected=_is_any, is_listed=_is_any)
IN_A_STATE = replace(DELIVERIES, is_enough=_is_any)  # whatever that is, one that has failed too
# At the time out it lists every webhook, so that one sees which was sent instead.
INBOX = Awaited(
    "webhooks", lambda report: render_kept(report.delivery), _is_kept, is_unexpected=_is_kept, is_listed=_is_kept
)

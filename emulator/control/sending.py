"""The routes that try webhooks out: send one on to a URL, test a receiver, and compare two bodies."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Length

from emulator.control.context import ControlContext
from emulator.control.payloads_sending import DifferencePayload, DifferencesPayload, SentOnPayload, WebhookTestPayload
from emulator.control.request_schemas import Strict, is_dialable
from emulator.control.views import json_response, responds, takes
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.differences import Difference, differences
from emulator.core.direct_sending import SentOn, TestedReceiver
from emulator.web.problem_json import Problem

ANSWER = "answer"  # of the request that opened the case
URL = {"pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "description": "an address that --allow-target allows"}
NO_URL = "none is set for this sandbox: say which receiver is to be tried"
NO_ANSWER = "the journal no longer has the request that opened this case"


class SendOnIn(Strict):
    """Where to send a webhook on to."""

    url = fields.String(required=True, validate=is_dialable, metadata=URL)


class WebhookTestIn(Strict):
    """Which receiver to try: that of the sandbox unless told."""

    url = fields.String(validate=is_dialable, metadata=URL)


class DifferencesQuery(Strict):
    """What a webhook is compared with."""

    against = fields.String(
        load_default=ANSWER,
        validate=Length(1, 200),
        metadata={"description": "the answer to the request that opened its case, or the id of another webhook"},
    )


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add the sending on of a delivery, its differences, and /webhook-test."""

    @routes.post("/sandboxes/<sandbox:name>/deliveries/<delivery_id>/send-on")
    @takes(SendOnIn())
    @responds("SentOnOut")
    def send_on(name: str, delivery_id: str, payload: Mapping[str, str]) -> Response:
        """Send a webhook once to any URL, also a kept one, with its id and bytes; its delivery stays as it is."""
        with context.wait_slots.take():
            return json_response(_sent_on(context.direct_sending.send_on(name, delivery_id, payload["url"])))

    @routes.get("/sandboxes/<sandbox:name>/deliveries/<delivery_id>/differences")
    @takes(query=DifferencesQuery())
    @responds("DifferencesOut")
    def compare_delivery(name: str, delivery_id: str, query: Mapping[str, str]) -> Response:
        """Return what differs between a body, as of the answer or an earlier webhook, and that of a webhook."""
        delivery = context.deliveries.one(name, delivery_id).delivery
        if query["against"] == ANSWER:
            return json_response(_compared(ANSWER, _answer_to(context, delivery), None, delivery))
        other = context.deliveries.one(name, query["against"]).delivery
        return json_response(_compared(other.id, other.body.decode(), other.headers, delivery))

    @routes.post("/sandboxes/<sandbox:name>/webhook-test")
    @takes(WebhookTestIn())
    @responds("WebhookTestOut")
    def test_webhook(name: str, payload: Mapping[str, str]) -> Response:
        """Send a made-up webhook to the receiver of a sandbox, and say what it did or why nobody was reached."""
        with context.wait_slots.take():
            tested = context.direct_sending.test(name, payload.get("url"))
        if tested is None:
            raise Problem(422, f"url: {NO_URL}", errors={"url": NO_URL})
        return json_response(_tested(tested))


def _sent_on(sent: SentOn) -> SentOnPayload:
    attempt = sent.attempt
    return {
        "url": sent.url,
        "delivered": attempt.ok,
        "blocked": attempt.blocked,
        "status": attempt.status,
        "error": attempt.error,
        "latency_ms": _latency(attempt),
        "answer": attempt.answer.decode("utf-8", "replace"),
        "headers": dict(attempt.headers),
    }


def _tested(tested: TestedReceiver) -> WebhookTestPayload:
    attempt = tested.attempt
    return {
        "url": tested.url,
        "ok": tested.is_fine,
        "told": tested.words,
        "body": tested.body.decode(),
        "status": attempt.status if attempt else None,
        "latency_ms": _latency(attempt) if attempt else None,
        "answer": attempt.answer.decode("utf-8", "replace") if attempt else "",
        "headers": dict(attempt.headers) if attempt else {},
    }


def _latency(attempt: Attempt) -> float:
    return round(attempt.took / timedelta(milliseconds=1), 1)


def _answer_to(context: ControlContext, delivery: Delivery) -> str:
    """Return the body that answered the request which opened the case; raise Problem 404 if it is gone."""
    found = context.journal.find(
        delivery.sandbox,
        lambda exchange: (
            (exchange.provider, exchange.case_id, exchange.outgoing) == (delivery.provider, delivery.case_id, False)
        ),
    )
    if not found.exchanges:
        raise Problem(404, NO_ANSWER)
    return found.exchanges[0].answer.decode("utf-8", "replace")


def _compared(against: str, before: str, headers: Mapping[str, str] | None, delivery: Delivery) -> DifferencesPayload:
    after = delivery.body.decode()
    found = differences(before, after)
    return {
        "against": against,
        "identical": before == after,
        "same_headers": headers == delivery.headers,
        "changes": None if found is None else [_change(difference) for difference in found],
    }


def _change(difference: Difference) -> DifferencePayload:
    change: dict[str, Any] = {"place": difference.place}
    change |= {"before": difference.before} if difference.was_there else {}
    change |= {"after": difference.after} if difference.is_there else {}
    return change  # type: ignore[return-value]

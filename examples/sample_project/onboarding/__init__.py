"""A shop that has its customers identified by APLYiD before it delivers."""

from collections.abc import Mapping

from flask import Flask, Response, jsonify, request

from onboarding.identity import Identity, NotAvailable, Refused
from onboarding.orders import Orders

COMPLETED = "case.completed"


def create_app(environ: Mapping[str, str]) -> Flask:
    """The application, set by APLYID_BASE_URL, APLYID_ACCESS_KEY and ONBOARDING_DATABASE, a file."""
    app = Flask(__name__)
    orders = Orders(environ["ONBOARDING_DATABASE"])
    identity = Identity(environ["APLYID_BASE_URL"], environ["APLYID_ACCESS_KEY"])

    @app.post("/orders")
    def place_order() -> tuple[Response, int]:
        wanted = request.get_json()
        # Kept before the case is opened: its webhook may be faster than the answer.
        orders.keep(wanted["reference"], wanted["name"])
        try:
            case_id = identity.open_case(wanted["reference"], wanted["name"], wanted.get("email"))
        except Refused as refused:
            orders.settle(wanted["reference"], "refused")
            return jsonify(error=str(refused)), 422
        except NotAvailable:
            return jsonify(error="we cannot check your identity at the moment, please try again"), 503
        orders.note_case(wanted["reference"], case_id)
        return jsonify(orders.find(wanted["reference"])), 201

    @app.get("/orders/<reference>")
    def show_order(reference: str) -> tuple[Response, int]:
        order = orders.find(reference)
        return (jsonify(order), 200) if order else (jsonify(error="no such order"), 404)

    @app.post("/webhooks/aplyid")
    def receive_webhook() -> tuple[str, int]:
        if app.config.get("MAINTENANCE"):
            return "", 503  # it will be sent again
        if request.headers.get("X-Workflow-Event-Type") != COMPLETED:
            return "", 204  # an event we do not know is none of our business
        told = request.get_json()
        orders.decide(request.headers["X-Workflow-Webhook-Id"], told["external_id"], told["client"]["approval_status"])
        return "", 204

    return app

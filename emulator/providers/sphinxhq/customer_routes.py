"""The routes of customers."""

from flask import Response

from emulator.providers.sphinxhq import case_file_schemas
from emulator.providers.sphinxhq.caller import Caller, read_body, read_id
from emulator.providers.sphinxhq.query import advise_of_query
from emulator.providers.sphinxhq.responses import drf_response
from emulator.providers.sphinxhq.schemas import PROVIDER


def create_customer(caller: Caller) -> Response:
    """Answer POST /api/customers/."""
    advise_of_query(())
    claim = case_file_schemas.read_customer(caller.generation.new_customer, read_body(), caller.known)
    taken = case_file_schemas.TAKEN if caller.desk.switches["customer-exists"] == "refuse" else None
    customer, is_new = caller.desk.clients.add(caller.sandbox, PROVIDER, claim, taken)
    return drf_response(caller.generation.render_customer(customer), 201 if is_new else 200)


def read_customer(caller: Caller, key: str) -> Response:
    """Answer GET /api/customers/{id}/."""
    advise_of_query(())
    customer = caller.desk.clients.get(caller.sandbox, PROVIDER, read_id("customer", key))
    return drf_response(caller.generation.render_customer(customer), 200)


def update_customer(caller: Caller) -> Response:
    """Answer POST /api/customers/update/."""
    advise_of_query(())
    update = case_file_schemas.read_customer_update(caller.generation.customer_update, read_body(), caller.known)
    customer = caller.desk.clients.change(
        caller.sandbox,
        PROVIDER,
        update["external_id"],
        lambda known: case_file_schemas.changed_customer(update, known),
    )
    return drf_response(caller.generation.render_customer(customer), 200)

"""The customer that a request describes, and what is stored of one."""

import json
from dataclasses import replace
from typing import Final

from emulator.core.model import Client, ClientClaim, NewClient
from emulator.providers.sphinxhq.payloads import CasePayload, CustomerPayload, retention_of, write_details

SYNC: Final = "sync_platforms"


def claim_for(payload: CasePayload) -> ClientClaim:
    """Return the claim for the customer of a case."""
    if "customer_id" in payload:  # wins over customer: the service's own sample sends both
        return ClientClaim(id=payload["customer_id"])
    return claim_of(payload["customer"])


def claim_of(customer: CustomerPayload) -> ClientClaim:
    """Return the claim for the customer that a request describes."""
    external_id = customer.get("external_id")
    platforms = {SYNC: customer[SYNC]} if SYNC in customer else {}
    return ClientClaim(
        external_id=external_id,
        reuse_key=external_id or None,
        fresh=NewClient(
            name=customer["full_name"],
            kind=customer.get("customer_type"),
            details=write_details({"input_details": customer.get("input_details"), **platforms}),
            retention_days=retention_of(customer),
        ),
        updates=True,
        keep=_keep_platforms,
    )


def _keep_platforms(known: Client, fresh: NewClient) -> NewClient:
    """Return what is stored of a customer that is used again; its `sync_platforms` stay."""
    platforms = platforms_of(known)
    if platforms is None:
        return fresh
    return replace(fresh, details=write_details({**json.loads(fresh.details), SYNC: platforms}))


def platforms_of(client: Client) -> list[dict[str, object]] | None:
    """Return the `sync_platforms` that were sent for a customer; None where none were."""
    if SYNC not in client.details:  # the usual case of the first generation, which is spared the reading
        return None
    platforms: list[dict[str, object]] | None = json.loads(client.details).get(SYNC)
    return platforms

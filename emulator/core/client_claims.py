"""Find or write the client of a new case."""

from dataclasses import replace
from datetime import datetime

from emulator.core.errors import NotFound
from emulator.core.model import Client, NewCase
from emulator.core.ports import Transaction


def refuse_client(order: NewCase, known: Client | None) -> None:
    """Raise what refuses the client of a new case, if anything does."""
    if known is None and order.client.fresh is None:
        raise order.client.refused or NotFound("client", order.client.id)


def write_client(tx: Transaction, order: NewCase, known: Client | None, client_id: int, now: datetime) -> Client:
    """Return the client of a new case, added or changed as its order says."""
    claim = order.client
    if known is None:
        assert claim.fresh  # as `refuse_client` made sure
        added = tx.add_client(order.sandbox, order.provider, client_id, claim, claim.fresh, now)
        assert added  # its external id is free, or the client would have been found
        return added
    if claim.updates and claim.fresh:
        kept = replace(claim.keep(known, claim.fresh), retention_days=known.retention_days)
        return tx.replace_client(order.sandbox, order.provider, known, kept, now)
    return known


def find_client(tx: Transaction, order: NewCase, now: datetime) -> Client | None:
    """Return the client that the order of a case names; None for one that is not known yet."""
    claim = order.client
    if claim.id is not None:
        return tx.client(order.sandbox, order.provider, claim.id, now)
    if claim.reuse_key is not None:
        return tx.client_by_key(order.sandbox, order.provider, claim.reuse_key, now)
    return None

"""Add, find and change clients beside their cases."""

from collections.abc import Callable
from dataclasses import replace

from emulator.core.errors import Invalid, NotFound
from emulator.core.model import Client, ClientClaim, NewClient
from emulator.core.ports import Store
from emulator.core.sandboxes import Sandboxes
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The use cases of clients that stand on their own."""

    store: Store
    sandboxes: Sandboxes

    def add(self, sandbox: str, provider: str, claim: ClientClaim, taken: Invalid | None) -> tuple[Client, bool]:
        """Add the claim's fresh client; return it, and whether it is new.

        When another client has its external id, raise `taken`; None means to replace what is known of that one.
        """
        assert claim.fresh
        with self.store.transaction() as tx:
            now = self.sandboxes.enter(tx, sandbox).now
            # The id is taken first and the store decides: between a look and an insert another could have come.
            added = tx.add_client(sandbox, provider, tx.take_id(sandbox, provider, "client"), claim, claim.fresh, now)
            if added:
                return added, True
            if taken:
                raise taken
        return self.change(sandbox, provider, claim.reuse_key or "", lambda known: _replaced(known, claim)), False

    def get(self, sandbox: str, provider: str, client_id: int) -> Client:
        """Return a client; raise NotFound for an unknown one, or one whose days are over."""
        with self.store.reading() as read:
            client = self.sandboxes.view(read, sandbox).client(read, provider, client_id)
        if client is None:
            raise NotFound("client", client_id)
        return client

    def knows(self, sandbox: str, provider: str, client_id: int) -> bool:
        """Return whether the sandbox holds a client of this id."""
        with self.store.reading() as read:
            return self.sandboxes.view(read, sandbox).client(read, provider, client_id) is not None

    def knows_key(self, sandbox: str, provider: str, reuse_key: str) -> bool:
        """Return whether the sandbox holds a client with this external id."""
        with self.store.reading() as read:
            return read.client_by_key(sandbox, provider, reuse_key, self.sandboxes.view(read, sandbox).now) is not None

    def change(self, sandbox: str, provider: str, reuse_key: str, change: Callable[[Client], NewClient]) -> Client:
        """Replace what is known of the client with this external id, and return it; raise NotFound."""
        with self.store.transaction() as tx:
            view = self.sandboxes.view(tx, sandbox)
            known = tx.client_by_key(sandbox, provider, reuse_key, view.now)
            if known is None:
                raise NotFound("client with the external id", reuse_key)
            return tx.replace_client(sandbox, provider, known, change(known), view.now)


def _replaced(known: Client, claim: ClientClaim) -> NewClient:
    assert claim.fresh
    return replace(claim.keep(known, claim.fresh), retention_days=known.retention_days)

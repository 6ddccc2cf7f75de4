"""Tokens that open a sandbox for a while, by the clock of that sandbox."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from emulator.core.ports import Store
from emulator.core.randomness import fresh_secret
from emulator.core.sandboxes import Sandboxes
from emulator.wired import wired


@dataclass(frozen=True, slots=True)
class FoundToken:
    """The sandbox that a token opens, or opened until it expired."""

    sandbox: str
    is_expired: bool


@wired
class AccessTokens:
    """Issues tokens and finds what they open; the store keeps digests, so that nobody reads a token there."""

    store: Store
    sandboxes: Sandboxes

    def issue(self, sandbox: str, provider: str, life: timedelta) -> str:
        """Return a new token; those that were issued before stay valid."""
        token = fresh_secret()
        with self.store.transaction() as tx:
            now = self.sandboxes.enter(tx, sandbox).now
            tx.add_access_token(sandbox, provider, _digest(token), now + life, now=now)
        return token

    def find(self, provider: str, token: str) -> FoundToken | None:
        """Return what a token opens; None for one that was never issued, or that went with its sandbox."""
        with self.store.reading() as read:
            found = read.access_token(provider, _digest(token))
            if found is None:
                return None
            sandbox, expires_at = found
            return FoundToken(sandbox, self.sandboxes.view(read, sandbox).now >= expires_at)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

"""Tokens that open a sandbox for a while, by the clock of that sandbox."""

from collections.abc import Sequence
from dataclasses import field
from datetime import timedelta
from hashlib import sha256

from emulator.core.early_expiry import EarlyExpiry
from emulator.core.faults import FaultContext, FaultHit
from emulator.core.opening_lies import TokenEndsEarly, TokenOutlives
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import fresh_secret
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.quick_dataclass import dataclass

LONGEST_LIFE, OUTLIVING = timedelta(days=1), timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class FoundToken:
    """The sandbox that a token opens, or opened until it expired, and the fault that ended it before its time."""

    sandbox: str
    is_expired: bool
    fault: str | None = None


@dataclass(frozen=True, kw_only=True)
class AccessTokens:
    """Issues tokens and finds what they open; the store keeps digests, so that nobody reads a token there."""

    store: Store
    sandboxes: Sandboxes
    _early: EarlyExpiry = field(default_factory=EarlyExpiry)

    def issue(self, sandbox: str, provider: str, life: timedelta) -> str:
        """Return a new token; those that were issued before stay valid."""
        token = fresh_secret()
        with self.store.transaction() as tx:
            view = self.sandboxes.enter(tx, sandbox)
            outlives = self._triggered(tx, view, provider, TokenOutlives.kind)
            ends_at = view.now + life + (OUTLIVING if outlives else timedelta())
            tx.add_access_token(sandbox, provider, _digest(token), ends_at, now=view.now)
            hits = self._hits(tx, view, provider)
        if hits:
            self._early.mark(sandbox, _digest(token), hits[0].fault)
        return token

    def _hits(self, tx: Transaction, view: SandboxView, provider: str) -> list[FaultHit]:
        """Return the faults that end a token of the sandbox early which is issued now."""
        hits = self._triggered(tx, view, provider, TokenEndsEarly.kind)
        marked = self._early.first_of(view.name)
        has_first = marked is not None and tx.access_token(provider, marked) is not None  # it goes with a reset
        return [hit for hit in hits if not (has_first and hit.fault.has("first"))]

    def _triggered(self, tx: Transaction, view: SandboxView, provider: str, kind: str) -> Sequence[FaultHit]:
        context = FaultContext(provider=provider, path=None, document=lambda: None)
        return self.sandboxes.trigger(tx, view, {kind}, context)

    def find(self, provider: str, token: str) -> FoundToken | None:
        """Return what a token opens; None for one that was never issued, or that went with its sandbox."""
        with self.store.reading() as read:
            found = read.access_token(provider, _digest(token))
            if found is None:
                return None
            sandbox, expires_at = found
            left = expires_at - self.sandboxes.view(read, sandbox).now
            if left <= timedelta():
                return FoundToken(sandbox, is_expired=True)
        if LONGEST_LIFE < left <= OUTLIVING:
            self.sandboxes.strikes.note(TokenOutlives.kind)
        fault = self._early.fault_of(_digest(token))
        return FoundToken(sandbox, fault is not None, fault)

    def note_use(self, token: str) -> None:
        """Note that a request with this token is carried out: one that ends early was good for this one alone."""
        self._early.note_use(_digest(token))

    def note_refusal(self) -> None:
        """Count that a token was refused before its time."""
        self.sandboxes.strikes.note(TokenEndsEarly.kind)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

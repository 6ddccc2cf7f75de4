"""Sign the links of cases, where a switch of their provider orders it, so that no link can be guessed."""

import hmac
from collections.abc import Collection

from emulator.core.model import Case
from emulator.core.sandbox_clock import to_micros
from emulator.quick_dataclass import dataclass

PARAMETER = "signature"
DIGITS = 32  # of 4 bits


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signatures by the secret of this emulator's database, for the cases of the named providers."""

    secret: str = ""
    providers: Collection[str] = ()

    def of(self, case: Case) -> str | None:
        """Return what the links of a case have to carry; None: they carry nothing.

        A sandbox that was reset counts from the same number again, hence the time: an old link opens no new case.
        """
        if case.provider not in self.providers:
            return None
        named = f"{case.sandbox}/{case.provider}/{case.id}/{to_micros(case.created_at)}"
        return hmac.digest(self.secret.encode(), named.encode(), "sha256").hex()[:DIGITS]

    def add_to(self, path: str, case: Case) -> str:
        """Return the path of a page of the case with what it has to carry."""
        signature = self.of(case)
        return path if signature is None else f"{path}{'&' if '?' in path else '?'}{PARAMETER}={signature}"

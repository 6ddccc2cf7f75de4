"""The only place that compares the control token: as a header, in the login form, and as the cookie of a browser."""

import hmac
from functools import cached_property
from hmac import compare_digest
from math import ceil

from flask import request

from emulator.core.clock import WallClock
from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.web.guesses import Guesses
from emulator.web.request_state import current_state


@dataclass(frozen=True)
class ControlToken:
    """The token that callers of the control API need, with the wrong ones that were tried."""

    text: str
    guesses: Guesses

    @cached_property
    def proof(self) -> str:
        """What a browser keeps: proof of the token and not the token, as other servers on its host get it."""
        return hmac.new(self.text.encode(), b"the pages of case-emulator", "sha256").hexdigest()

    def is_right(self, given: str) -> bool:
        """Return whether this is the token; hold back the answer to a peer that sent many wrong ones."""
        return self._is(self.text, given)

    def is_proof(self, given: str) -> bool:
        """Return whether a browser's cookie proves that the token was entered; a wrong one counts as a wrong token."""
        return self._is(self.proof, given)

    def _is(self, right: str, given: str) -> bool:
        # What is right is never held back, even when others guess from the same address, as all do behind a proxy.
        if compare_digest(given.encode("utf-8", "replace"), right.encode()):
            return True
        if given:
            self._slow_down()
        return False

    def _slow_down(self) -> None:
        seconds = self.guesses.count(request.environ.get("REMOTE_ADDR", ""))
        if seconds:
            current_state().headers["Retry-After"] = str(ceil(seconds))
            orders.hold(request.environ, seconds)


def control_token(text: str | None, clock: WallClock) -> ControlToken | None:
    """Return the token of this text, with no guesses so far; None: none is needed."""
    return None if text is None else ControlToken(text, Guesses(clock))

"""Between authentication and the route: is the key still good, and does a fault strike this request?"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, g

from emulator.core.bell import Bell, Bells
from emulator.core.errors import Fact, Unauthorized
from emulator.core.faults import Hit, Situation
from emulator.core.sandboxes import Sandboxes
from emulator.web.advice import advise
from emulator.web.body import raw_body
from emulator.web.outages import OUTAGES, Outage
from emulator.web.seats import Seats

KINDS = {outage.kind: outage for outage in OUTAGES}
ANSWERING = {outage.kind for outage in OUTAGES if outage.answers}
EXPIRED_HINT = "the key of this test integration lived its 30 days: reset the sandbox, or set its integration again"


class KeyExpired(Unauthorized):
    """The key of a test integration is past its 30 days."""

    needed = EXPIRED_HINT


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Looks at the requests of sandboxes that have to be looked at; all others pass."""

    sandboxes: Sandboxes
    cleared: Bells
    seats: Seats

    def admit(self, environ: dict[str, Any], provider: str, sandbox: str) -> None:
        """Let it pass, perhaps later; raises Unauthorized for an expired key, or Struck by a fault."""
        if sandbox not in self.sandboxes.watched:
            return
        situation = Situation(provider=provider, path=environ.get("PATH_INFO"), document=partial(_document, environ))
        bell = self.cleared.of(sandbox)
        noted = bell.rung
        for hit, outage in self._struck(sandbox, situation):
            self._notice(hit)
            outage.before(hit.people, partial(self._hold_up, hit, bell, noted))

    def _struck(self, sandbox: str, situation: Situation) -> Iterator[tuple[Hit, Outage]]:
        """What strikes, those that only hold up first."""
        try:
            hits: Sequence[Hit] = self.sandboxes.admit(sandbox, KINDS.keys(), situation, ANSWERING)
        except Unauthorized as error:
            advise(EXPIRED_HINT)
            raise KeyExpired from error
        for hit in sorted(hits, key=lambda hit: hit.fault.kind in ANSWERING):
            outage = KINDS[hit.fault.kind](**json.loads(hit.fault.settings))
            g.setdefault("outages", []).append(outage)
            yield hit, outage

    def _notice(self, hit: Hit) -> None:
        g.setdefault("faults", []).append(hit.fault.name)

    def _hold_up(self, hit: Hit, bell: Bell, noted: int, seconds: float) -> None:
        with self.seats.try_to_take() as seated:
            if seated:
                bell.wait(noted, seconds)
            else:
                g.faults.remove(hit.fault.name)
                advise(f"{hit.fault.name} was left out: too many requests wait already")


def _document(environ: dict[str, Any]) -> Any:
    """The body as JSON, if it is any."""
    try:
        return json.loads(raw_body(environ))
    except (Fact, ValueError, RecursionError):
        return None


def spoil(response: Response) -> Response:
    """The answer as the faults that struck this request leave it; raises Struck."""
    for outage in g.get("outages", ()):
        response = outage.after(response)
    return response

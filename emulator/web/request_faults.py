"""Check, between authentication and the route, for an expired key and for faults that trigger."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from wsgiref.types import WSGIEnvironment

from flask import Response

from emulator.core.errors import Fact, Unauthorized
from emulator.core.faults import FaultContext, FaultHit
from emulator.core.opening_lies import OPENING_FAULT_KINDS, AnyCredential
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import SandboxSignals, Signal
from emulator.core.webhook_faults import EarlyWebhook
from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.web.advice import advise
from emulator.web.api_faults import API_FAULT_KINDS, ApiFault
from emulator.web.body import raw_body
from emulator.web.request_state import RequestState, state_of
from emulator.web.wait_slots import WaitSlots

KINDS_BY_NAME = {kind.kind: kind for kind in API_FAULT_KINDS}
# Kinds that a request may have to do with: it waits for a webhook that comes before its answer, too.
REQUEST_KINDS = {*KINDS_BY_NAME, *(kind.kind for kind in OPENING_FAULT_KINDS), EarlyWebhook.kind}
ANSWERING_KINDS = {kind.kind for kind in API_FAULT_KINDS if kind.answers}
EXPIRED_HINT = "the key of this test integration lived its 30 days: reset the sandbox, or set its integration again"


class KeyExpired(Unauthorized):
    """The key of a test integration is past its 30 days."""

    needed = EXPIRED_HINT


@dataclass(frozen=True, kw_only=True)
class RequestFaults:
    """Applies the faults of a sandbox to its requests; those of sandboxes that are not `watched` pass at once."""

    sandboxes: Sandboxes
    faults_cleared: SandboxSignals
    wait_slots: WaitSlots

    def admit(self, environ: WSGIEnvironment, provider: str, sandbox: str) -> None:
        """Return once the request may be carried out, which a fault may delay.

        Raise KeyExpired for the key of a test integration that has lived its 30 days, and FaultTriggered when a fault
        answers.
        """
        state = state_of(environ)
        state.is_watched = self.sandboxes.is_watched(sandbox)
        if not state.is_watched:
            return
        orders.leave_loop(environ)  # from here on it may wait
        context = _context(environ, provider)
        signal = self.faults_cleared.of(sandbox)
        seen = signal.sent
        for hit, kind in self._triggered(state, sandbox, context):
            state.faults.append(hit.fault.name)
            kind.before(hit.random, partial(self._delay, state, hit, signal, seen))

    def let_in(self, environ: WSGIEnvironment, provider: str) -> str | None:
        """Return the sandbox that a wrong credential opens because of a fault; None where there is no such fault."""
        state = state_of(environ)
        name = state.named_sandbox
        if not self.sandboxes.is_watched(name):
            return None
        orders.leave_loop(environ)
        hits = self.sandboxes.admit(name, {AnyCredential.kind}, _context(environ, provider), ())
        if not hits:
            return None
        state.faults += [hit.fault.name for hit in hits]
        state.sandbox = name
        self.sandboxes.strikes.note(AnyCredential.kind)
        return name

    def _triggered(
        self, state: RequestState, sandbox: str, context: FaultContext
    ) -> Iterator[tuple[FaultHit, ApiFault]]:
        """Yield the faults that trigger, with what they do; those that answer come last, so that delays come first."""
        try:
            hits: Sequence[FaultHit] = self.sandboxes.admit(sandbox, KINDS_BY_NAME.keys(), context, ANSWERING_KINDS)
        except Unauthorized as error:
            advise(EXPIRED_HINT)
            raise KeyExpired from error
        for hit in sorted(hits, key=lambda hit: hit.fault.kind in ANSWERING_KINDS):
            kind = KINDS_BY_NAME[hit.fault.kind](**json.loads(hit.fault.settings))
            state.api_faults.append(kind)
            yield hit, kind

    def _delay(self, state: RequestState, hit: FaultHit, signal: Signal, seen: int, seconds: float) -> None:
        """Wait so many seconds or until the faults are cleared; skip the fault when no wait slot is free."""
        with self.wait_slots.try_to_take() as has_slot:
            if has_slot:
                signal.wait(seen, seconds)
            else:
                state.faults.remove(hit.fault.name)
                advise(f"{hit.fault.name} was left out: too many requests wait already")


def _context(environ: WSGIEnvironment, provider: str) -> FaultContext:
    return FaultContext(provider=provider, path=environ.get("PATH_INFO"), document=partial(_document, environ))


def _document(environ: WSGIEnvironment) -> object:
    """Return the body as JSON, None for a body that is no JSON."""
    try:
        document: object = json.loads(raw_body(environ))
    except (Fact, ValueError, RecursionError):
        return None
    return document


def apply_to_answer(state: RequestState, response: Response) -> Response:
    """Return the answer as the faults of this request leave it; raise FaultTriggered when a fault answers."""
    for kind in state.api_faults:
        response = kind.after(response)
    return response

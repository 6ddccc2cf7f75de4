"""Surround every request with the same steps: open, render (for an error), close."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from functools import cached_property, lru_cache, partial
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request
from werkzeug import exceptions

from emulator.core.clock import WallClock
from emulator.core.errors import Fact, Invalid, RefusedThoughValid, StoreUnavailable, TooManySandboxes
from emulator.core.turns import Turns
from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.version import VERSION
from emulator.web.advice import advice_header
from emulator.web.cors import Cors
from emulator.web.credentials import HINT, sandbox_meant
from emulator.web.desk import Desk
from emulator.web.errors import STORE_RETRY, Crashed, FaultTriggered, UnknownPath, WrongMethod, store_status
from emulator.web.guard import is_foreign, is_foreign_read, is_known_host, remedy_for
from emulator.web.journalling import OURS, Answered
from emulator.web.lies import Lies
from emulator.web.near_misses import what_was_needed
from emulator.web.problem_json import Problem, render_problem
from emulator.web.provider import Provider
from emulator.web.recording import Recorder, log_fields
from emulator.web.request_faults import apply_to_answer
from emulator.web.request_state import RequestState, current_state, state_of
from emulator.web.short_response import STATUS_LINES

log = logging.getLogger("emulator.requests")
Owned = tuple[Provider, Desk]
PAGES = {"ui", "flow"}  # the blueprints of our pages: a dead link among them is no request of a client


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Guards every request, renders its errors, and has its answer recorded."""

    clock: WallClock
    owned: Sequence[Owned]
    hosts: Collection[str]  # names in a Host header that are accepted besides the usual ones
    recorder: Recorder
    cors: Cors = Cors()
    lies: Lies | None = None
    turns: Turns = field(default_factory=Turns)  # where requests wait for a moment while something is due

    def install(self, app: Flask) -> None:
        """Surround every request to this application."""
        app.before_request(self.open)
        app.register_error_handler(Exception, self.render)
        app.after_request(self.close)

    def open(self) -> Response | None:
        """Return the refusal of a request from a stranger, or the answer to a preflight; None lets the request in."""
        environ, path = request.environ, request.path  # each look at `request` costs a microsecond
        state = state_of(environ)
        state.path, state.started = path, self.clock.stopwatch()
        if not state.is_internal:
            self._give_way(environ, path)
        host = environ.get("HTTP_HOST")
        if host is not None and not is_known_host(host, frozenset(self.hosts)):
            return _refuse(
                state, Problem(421, f"this emulator does not answer to that Host header; {remedy_for(host)}")
            )
        owner = self.find_owner(path) if self.cors.welcomes(environ) else None
        if owner:
            return self.cors.preflight(environ, (operation.verb for operation in owner[0].operations))
        if self._is_of_a_stranger(state, environ, path):
            detail = "a page of another site may not send this: open the emulator's own address"
            return _refuse(state, Problem(403, detail))
        return None

    def _give_way(self, environ: WSGIEnvironment, path: str) -> None:
        if self.find_owner(path) and not self.turns.try_to_go():
            orders.leave_loop(environ)  # there, all others would wait with this request
            self.turns.give_way()

    def _is_of_a_stranger(self, state: RequestState, environ: WSGIEnvironment, path: str) -> bool:
        """Return whether a page of another site sends this; it may read the APIs, which ask for a credential."""
        if is_foreign(environ, state.public_origin):
            return True
        return is_foreign_read(environ, state.public_origin) and self.find_owner(path) is None

    def render(self, error: Exception) -> Response:
        """Return the answer to an error, in the words of the API that the path belongs to or in the emulator's own."""
        state, owner = current_state(), self.find_owner(request.path)
        fact = state.fact = _as_fact(error, log_fields(state, owner and owner[0].name))
        if isinstance(fact, FaultTriggered) and fact.body is not None:
            return Response(fact.body, fact.status, fact.headers)
        if owner is None:
            return render_problem(fact)
        provider, desk = owner
        if isinstance(fact, RefusedThoughValid):
            fact = FaultTriggered(provider.invalid_status)
        if isinstance(fact, StoreUnavailable):
            state.needed, fact = ["a store that can be written: /_emulator/readyz says why not"], _as_status(fact)
        elif isinstance(fact, TooManySandboxes):
            # Each provider words any status, because a fault can be planned with any.
            state.needed, fact = [str(fact)], FaultTriggered(HTTPStatus.INSUFFICIENT_STORAGE)
        elif not isinstance(fact, Invalid | Crashed):  # the answer to Invalid says it itself
            state.needed = self._what_was_needed(fact, provider.name)
        response = provider.render_error(fact, desk)
        response.headers.update(fact.headers if isinstance(fact, FaultTriggered) else {})
        return response

    def _what_was_needed(self, fact: Exception, provider: str | None) -> Sequence[str]:
        routes = {owned.name: [str(operation) for operation in owned.operations] for owned, _ in self.owned}
        hints = {owned.name: desk.key_hint for owned, desk in self.owned}
        return what_was_needed(routes, fact, provider, request.path, hints.get(provider or "", HINT))

    def close(self, response: Response) -> Response:
        """Return the answer with what every answer carries, and record it in journal, metrics and log."""
        environ = request.environ
        state = state_of(environ)
        for name, value in state.headers.items():
            response.headers[name] = value
        if state.api_faults:
            response = self._with_faults(state, response)
        response = self._with_lies(state, response)
        line = STATUS_LINES.get(response.status_code)
        if line and line != response.status:
            response.status = line
        response.headers.add("X-Emulator-Version", VERSION)
        advice = advice_header(state)
        if advice:
            response.headers.add("X-Emulator-Advice", advice)
        if not state.quiet:
            self._record(state, environ, response, advice)
        return response

    def _with_faults(self, state: RequestState, response: Response) -> Response:
        try:
            return apply_to_answer(state, response)
        except FaultTriggered as triggered:
            return self.render(triggered)

    def _with_lies(self, state: RequestState, response: Response) -> Response:
        if self.lies is None or not (state.api_faults or self.lies.is_everywhere):
            return response
        owner = self.find_owner(state.path)
        return self.lies.tell(state, request.environ, owner[0], response) if owner else response

    def _record(self, state: RequestState, environ: WSGIEnvironment, response: Response, advice: str | None) -> None:
        path = state.path
        owner = self.find_owner(path)
        if owner:
            self.cors.open_up(environ, response)
            state.sandbox = state.sandbox or sandbox_meant(state, owner[0].credential(environ))
        name, took, now = owner and owner[0].name, self.clock.stopwatch() - state.started, self.clock.now()
        in_journal = owner is not None or (response.status_code == HTTPStatus.NOT_FOUND and not _is_ours(path))
        needed = self._what_was_needed(state.fact, name) if state.fact and in_journal else ()
        self.recorder.record(Answered(state, environ, response, name, now, took, needed, path, advice, in_journal))

    def provider_of(self, path: str) -> Provider | None:
        """Return the provider that a path belongs to, if any."""
        owner = self.find_owner(path)
        return owner[0] if owner else None

    def find_owner(self, path: str) -> Owned | None:
        """Return the provider that a path belongs to, with its desk; None for a path of no provider."""
        return self._find_again(path)

    @cached_property
    def _find_again(self) -> Callable[[str], Owned | None]:
        owners = [(prefix, owned) for owned in self.owned for prefix in owned[0].prefixes]
        return lru_cache(maxsize=256)(partial(_find_owner, owners))


def _find_owner(owners: Sequence[tuple[str, Owned]], path: str) -> Owned | None:
    """Return who has the longest prefix that fits.

    Case and doubled slashes do not matter, as in the APIs themselves.
    """
    plain = f"{path.lower()}/"
    if "//" in plain:
        plain = "/" + "/".join(filter(None, plain.split("/"))) + "/"
    fitting = [(prefix, owned) for prefix, owned in owners if plain.startswith(prefix)]
    return max(fitting, key=lambda each: len(each[0]))[1] if fitting else None


def _refuse(state: RequestState, problem: Problem) -> Response:
    state.fact = problem
    return render_problem(problem)


def _as_status(fact: StoreUnavailable) -> FaultTriggered:
    """Return a fact that every provider can word: it knows any status, because faults can be planned with any."""
    return FaultTriggered(store_status(fact), headers={"Retry-After": str(STORE_RETRY)})


def _as_fact(error: Exception, log_fields: Mapping[str, object]) -> Fact:
    """Return what is wrong as a fact; an error that is none is a bug, and is logged with these fields."""
    if isinstance(error, Fact):
        return error
    if isinstance(error, exceptions.MethodNotAllowed):
        return WrongMethod(error.valid_methods or ())
    if isinstance(error, exceptions.NotFound):
        return UnknownPath()
    if isinstance(error, exceptions.HTTPException) and error.code and error.code < 500:
        return Fact(error.description)
    log.error("a bug of the emulator, please report it", exc_info=error, extra=log_fields)
    return Crashed()


def _is_ours(path: str) -> bool:
    """Return whether the current request is to a page or to the control API, whether or not it found one there."""
    return path.startswith(OURS) or request.blueprint in PAGES

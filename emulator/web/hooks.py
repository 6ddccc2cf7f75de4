"""What happens around every request, in order, in one place."""

import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from http import HTTPStatus

from flask import Flask, Response, g, request
from werkzeug import exceptions

from emulator.core.clock import WallClock
from emulator.core.errors import Conflict, Fact, NotFound
from emulator.core.journal import Journal
from emulator.version import VERSION
from emulator.web.advice import advice_header
from emulator.web.cors import Cors
from emulator.web.credentials import sandbox_meant
from emulator.web.errors import Crashed, FaultTriggered, UnknownPath, WrongMethod
from emulator.web.guard import is_foreign, is_known_host
from emulator.web.internal_client import QUIET_KEY
from emulator.web.journalling import OURS, write_exchange
from emulator.web.near_misses import what_was_needed
from emulator.web.problem_json import Problem, problem_response
from emulator.web.provider import Desk, Provider
from emulator.web.request_faults import apply_to_answer
from emulator.web.request_metrics import RequestMetrics

log = logging.getLogger("emulator.requests")
Owned = tuple[Provider, Desk]
PAGES = {"ui", "flow"}  # the blueprints of our pages, whose dead links are no requests of anybody's client
# Reason phrases as today's frameworks write them; the one of 422 is documented.
REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
REASONS[422] = "422 Unprocessable Content"


def install(
    app: Flask,
    clock: WallClock,
    owned: Sequence[Owned],
    hosts: Collection[str],
    journal: Journal,
    request_metrics: RequestMetrics,
    cors: Cors = Cors(),  # noqa: B008  # it cannot change
) -> None:
    """Guard, errors in the right clothes, then what every answer carries and who takes note of it."""
    app.before_request(partial(_open, clock, owned, frozenset(hosts), cors))
    app.register_error_handler(Exception, partial(_render, owned))
    needed = partial(what_was_needed, {provider.name: provider.routes for provider, _ in owned})
    app.after_request(
        partial(_close, clock, owned, partial(write_exchange, journal, clock, needed), request_metrics, cors)
    )


def _open(clock: WallClock, owned: Sequence[Owned], hosts: frozenset[str], cors: Cors) -> Response | None:
    """A request begins, unless a stranger sends it."""
    g.started = clock.stopwatch()
    if request.environ.get(QUIET_KEY):
        g.quiet = True
    host = request.environ.get("HTTP_HOST", "")
    if not is_known_host(host, hosts):
        told = f"this emulator does not answer to that Host header; start with --allow-host {host[:100]}"
        return _own_error(_noted(Problem(421, told)))
    owner = find_owner(owned, request.path) if cors.welcomes(request.environ) else None
    if owner:
        return cors.preflight(request.environ, owner[0].routes)
    if is_foreign(request.environ):
        return _own_error(
            _noted(Problem(403, "a page of another site may not send this: open the emulator's own address"))
        )
    return None


def _noted(fact: Problem) -> Problem:
    g.fact = fact
    return fact


def _render(owned: Sequence[Owned], error: Exception) -> Response:
    fact = _as_fact(error)
    g.fact = fact
    if isinstance(fact, FaultTriggered) and fact.body is not None:
        return Response(fact.body, fact.status, fact.headers)
    owner = find_owner(owned, request.path)
    if owner is None:
        return _own_error(fact)
    provider, desk = owner
    response = provider.render_error(fact, desk)
    response.headers.update(fact.headers if isinstance(fact, FaultTriggered) else {})
    return response


def _as_fact(error: Exception) -> Fact:
    if isinstance(error, Fact):
        return error
    if isinstance(error, exceptions.MethodNotAllowed):
        return WrongMethod(error.valid_methods or ())
    if isinstance(error, exceptions.NotFound):
        return UnknownPath()
    if isinstance(error, exceptions.HTTPException) and error.code and error.code < 500:
        return Fact(error.description)
    log.error("a bug of the emulator, please report it", exc_info=error)
    return Crashed()


def _own_error(fact: Fact) -> Response:
    if isinstance(fact, Problem):
        refused = problem_response(fact.status, fact.detail, fact.members)
        if "retry_after" in fact.members:
            refused.headers["Retry-After"] = str(fact.members["retry_after"])
        if fact.status == HTTPStatus.UNAUTHORIZED:
            refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    if isinstance(fact, WrongMethod):
        refusal = problem_response(405, "this path does not know that verb")
        refusal.headers["Allow"] = ", ".join(sorted(fact.allowed))
        return refusal
    known = {
        UnknownPath: (404, "nothing answers at this path"),
        Crashed: (500, "a bug of the emulator; its log has the trace"),
    }
    if isinstance(fact, NotFound):
        return problem_response(404, f"there is {fact}")
    if isinstance(fact, Conflict):
        return problem_response(409, str(fact))
    status, detail = known.get(type(fact), (400, str(fact)))
    return problem_response(status, detail)


def find_owner(owned: Sequence[Owned], path: str) -> Owned | None:
    """Whose answer it is: the provider with the longest path prefix, compared without case and doubled slashes."""
    plain = f"{path.lower()}/"
    if "//" in plain:
        plain = "/" + "/".join(filter(None, plain.split("/"))) + "/"
    fitting = [(len(prefix), i) for i, (p, _) in enumerate(owned) for prefix in p.prefixes if plain.startswith(prefix)]
    return owned[max(fitting)[1]] if fitting else None


def _close(
    clock: WallClock,
    owned: Sequence[Owned],
    journal: Callable[..., None],
    request_metrics: RequestMetrics,
    cors: Cors,
    response: Response,
) -> Response:
    """A request ends: what every answer carries, and a note in journal, metrics and log."""
    if "outages" in g:
        response = _with_faults(owned, response)
    response.status = REASONS.get(response.status_code) or response.status
    response.headers["X-Emulator-Version"] = VERSION
    advice = advice_header()
    if advice:
        response.headers["X-Emulator-Advice"] = advice
    if "quiet" in g:
        return response
    owner, path = find_owner(owned, request.path), request.path
    if owner:
        cors.open_up(request.environ, response)
        if "sandbox" not in g:
            g.sandbox = sandbox_meant(request.environ, owner[0].credential(request.environ))
    name, took = owner[0].name if owner else "emulator", clock.stopwatch() - g.started
    request_metrics.count(name, response.status_code, took, created="case" in g)
    is_ours = path.startswith(OURS) or request.blueprint in PAGES
    if owner or (response.status_code == HTTPStatus.NOT_FOUND and not is_ours):
        journal(owner and name, request.environ, response, took)
    if log.isEnabledFor(logging.INFO):
        _log(name, path, response.status_code, took, advice)
    return response


def _with_faults(owned: Sequence[Owned], response: Response) -> Response:
    try:
        return apply_to_answer(response)
    except FaultTriggered as triggered:
        return _render(owned, triggered)


def _log(name: str, path: str, status: int, took: float, advice: str | None) -> None:
    sandbox = g.get("sandbox")
    where = f" sandbox {sandbox}" if sandbox else ""
    told = f" ({type(g.fact).__name__} {g.fact}"[:300].rstrip() + ")" if "fact" in g else ""
    told += f" (faults: {', '.join(g.faults)})" if g.get("faults") else ""
    told += f" (advice: {advice})" if advice else ""
    log.info("%s %s %s %d%s %.1f ms%s", name, request.method, path, status, where, took * 1000, told)

"""The emulator's own error answers as problem+json (RFC 9457): of guard and control API, and for unknown paths."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from emulator.core.errors import Conflict, Fact, NotFound, StoreUnavailable
from emulator.web.errors import STORE_RETRY, Crashed, UnknownPath, WrongMethod, store_status

TITLES = {422: "Unprocessable Content"}  # Python's own is older


class Problem(Fact):
    """The emulator refuses a request; `detail` says what is wrong and what to do, `members` are further JSON keys."""

    def __init__(self, status: int, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.members = status, detail, members


def phrase_of(status: int) -> str:
    """Return the reason phrase of a status, and `Status <n>` for one that is not registered."""
    known = {code.value for code in HTTPStatus}
    return TITLES.get(status) or (HTTPStatus(status).phrase if status in known else f"Status {status}")


def problem_response(status: int, detail: str, members: Mapping[str, object] | None = None) -> Response:
    """Return a problem+json answer; `members` are further keys of its JSON object."""
    body = {"type": "about:blank", "title": phrase_of(status), "status": status, "detail": detail, **(members or {})}
    return Response(json.dumps(body), status, content_type="application/problem+json")


def render_problem(fact: Fact) -> Response:
    """Return the answer to a fact in the emulator's own words, with the headers that its status calls for."""
    if isinstance(fact, Problem):
        refusal = problem_response(fact.status, fact.detail, fact.members)
        if "retry_after" in fact.members:
            refusal.headers["Retry-After"] = str(fact.members["retry_after"])
        if fact.status == HTTPStatus.UNAUTHORIZED:
            refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    if isinstance(fact, StoreUnavailable):
        refusal = problem_response(store_status(fact), str(fact))
        refusal.headers["Retry-After"] = str(STORE_RETRY)
        return refusal
    if isinstance(fact, WrongMethod):
        refusal = problem_response(405, "this path does not know that verb")
        refusal.headers["Allow"] = ", ".join(sorted(fact.allowed))
        return refusal
    if isinstance(fact, NotFound):
        return problem_response(404, f"there is {fact}")
    if isinstance(fact, Conflict):
        return problem_response(409, str(fact))
    status, detail = WORDED.get(type(fact), (400, str(fact)))
    return problem_response(status, detail)


WORDED: Mapping[type[Fact], tuple[int, str]] = {
    UnknownPath: (404, "nothing answers at this path"),
    Crashed: (500, "a bug of the emulator; its log has the trace"),
}

"""The emulator's own error answers as problem+json (RFC 9457): of guard and control API, and for unknown paths."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from emulator.core.errors import Conflict, EmulatorStops, Fact, NotFound, StoreUnavailable, TooManySandboxes
from emulator.masking import masked
from emulator.web.errors import STORE_RETRY, Crashed, UnknownPath, WrongMethod, store_status

TITLES = {422: "Unprocessable Content"}  # Python's own is older

# Bytes in an answer, so that it is no larger than 8 KiB however much of the request it repeats.
MOST_DETAIL, MOST_ERRORS, MOST_KEY, MOST_REASON = 3_000, 4_500, 300, 1_000
BYTES_OF_SIGN = 12  # that JSON needs at most for one


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
    shown = {name: _shown_reasons(value) if name == "errors" else value for name, value in (members or {}).items()}
    text = _cut(masked(detail), MOST_DETAIL)
    body = {"type": "about:blank", "title": phrase_of(status), "status": status, "detail": text, **shown}
    return Response(json.dumps(body), status, content_type="application/problem+json")


def _shown_reasons(errors: object) -> object:
    """Return the reasons by field as far as they fit, without secrets, and the number of those that are left out."""
    if not isinstance(errors, Mapping):
        return errors
    shown: dict[str, str] = {}
    left = MOST_ERRORS
    for name, reason in errors.items():
        key, text = _cut(masked(str(name)), MOST_KEY), _cut(masked(str(reason)), MOST_REASON)
        left -= _size(key) + _size(text) + len('"": "", ')
        if left < 0:
            shown["..."] = f"and {len(errors) - len(shown)} more"
            break
        shown[key] = text
    return shown


def _cut(text: str, most: int) -> str:
    """Return the text, cut to `most` bytes as JSON writes it."""
    if len(text) <= most // BYTES_OF_SIGN or _size(text) <= most:
        return text
    text = text[:most]
    while _size(text) > most - len("..."):
        text = text[: max(0, min(len(text) - 1, len(text) * most // _size(text)))]
    return f"{text}..."


def _size(text: str) -> int:
    return len(json.dumps(text)) - 2


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
    if isinstance(fact, EmulatorStops):
        return problem_response(503, str(fact))
    if isinstance(fact, Conflict | TooManySandboxes):
        return problem_response(409 if isinstance(fact, Conflict) else 507, str(fact))
    status, detail = WORDED.get(type(fact), (400, str(fact)))
    return problem_response(status, detail)


WORDED: Mapping[type[Fact], tuple[int, str]] = {
    UnknownPath: (404, "nothing answers at this path"),
    Crashed: (500, "a bug of the emulator; its log has the trace"),
}

"""The voices in which an answer may speak, and what must be true after any answer."""

import json
import re
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from tests.bad_input.table import PORT, SANDBOX, Row, body, post
from tests.emulators import Emulator
from tests.receivers import PATIENCE
from tests.wire import Answer

T = TypeVar("T")
LARGEST_REFUSAL = 8 * 1024
NOT_FOUND_PAGE = """
<!doctype html>
<html lang="en">
<head>
  <title>Not Found</title>
</head>
<body>
  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>
</body>
</html>
"""
MISSING = "param is missing or the value is empty: Client must exist"
FIELDS = {
    *("customer_id", "customer", "webhook_url", "notes", "rfi", "checks", "document_ids", "delete_after"),
    "non_field_errors",
}


def value_of(answer: Answer) -> Any:
    """The JSON of an answer; None when it is none."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _coded(answer: Answer, status: int) -> str | None:
    """The message of an error of APLYiD itself."""
    told = value_of(answer)
    if answer.status != status or not isinstance(told, dict) or list(told) != ["message", "code"]:
        return None
    return str(told["message"]) if told["message"] and told["code"] == f"APLY-{status}" else None


def _public(answer: Answer, *statuses: int) -> bool:
    """What Rails answers outside the application: nothing, or JSON for those who ask for it."""
    if answer.status not in statuses:
        return False
    told = value_of(answer)
    if told is None:
        return not answer.body and answer.headers.get("content-type") == "text/html; charset=UTF-8"
    return bool(list(told) == ["status", "error"] and told["status"] == answer.status and told["error"])


def _detail(answer: Answer, status: int) -> str | None:
    told = value_of(answer)
    if answer.status != status or not isinstance(told, dict) or list(told) != ["detail"]:
        return None
    return str(told["detail"]) or None


def _is_told(told: Any) -> bool:
    """Lists of texts, below any nesting, and never an empty answer."""
    if isinstance(told, str):
        return bool(told)
    if isinstance(told, dict):
        return all(_is_told(part) for part in told.values())
    return isinstance(told, list) and bool(told) and all(_is_told(part) for part in told)


def _field_map(answer: Answer) -> bool:
    told = value_of(answer)
    return answer.status == 400 and isinstance(told, dict) and bool(told) and told.keys() <= FIELDS and _is_told(told)


def _problem(answer: Answer, status: int) -> bool:
    if answer.status != status or answer.headers.get("content-type") != "application/problem+json":
        return False
    return bool(answer.json["status"] == status and answer.json["detail"])


def _is_a(provider: str) -> bool:
    return provider == "aplyid"


def _malformed(provider: str, answer: Answer) -> bool:
    if not _is_a(provider):
        return (_detail(answer, 400) or "").startswith("JSON parse error - ")
    told = _coded(answer, 400)
    return _public(answer, 400) if told is None else not told.startswith("param is missing")


def _invalid(provider: str, answer: Answer) -> bool:
    if not _is_a(provider):
        return _field_map(answer)
    return _coded(answer, 422) is not None and answer.reason == "Unprocessable Content"


def _missing(provider: str, answer: Answer) -> bool:
    return _coded(answer, 400) == MISSING if _is_a(provider) else _field_map(answer)


def _unauthorized(provider: str, answer: Answer) -> bool:
    if _is_a(provider):
        return answer.status == 401 and value_of(answer) == {"message": "Unauthorized"}
    told = _detail(answer, 401)
    return (
        told == "Authentication credentials were not provided." and answer.headers.get("www-authenticate") == "Session"
    )


def _wrong_token(provider: str, answer: Answer) -> bool:
    """A bearer token that opens nothing, whatever else was sent."""
    told = _detail(answer, 401)
    return not _is_a(provider) and told == "Invalid token." and answer.headers.get("www-authenticate") == "Bearer"


def _wrong_type(provider: str, answer: Answer) -> bool:
    return _missing(provider, answer) if _is_a(provider) else _detail(answer, 415) is not None


def _not_acceptable(provider: str, answer: Answer) -> bool:
    return _public(answer, 406) and not answer.body if _is_a(provider) else _detail(answer, 406) is not None


def _no_path(provider: str, answer: Answer) -> bool:
    if _is_a(provider):
        return _public(answer, 404)
    return answer.status == 404 and answer.body.decode() == NOT_FOUND_PAGE


def _wrong_verb(provider: str, answer: Answer) -> bool:
    if _is_a(provider):
        return _public(answer, 404, 405)
    told = _detail(answer, 405) or ""
    return re.fullmatch(r'Method ".+" not allowed\.', told) is not None and "POST" in answer.headers.get("allow", "")


def _too_large(provider: str, answer: Answer) -> bool:
    return (_coded if _is_a(provider) else _detail)(answer, 413) is not None


def _framing(_: str, answer: Answer) -> bool:
    """The server's own words, before any API is known."""
    plain = answer.headers.get("content-type", "").startswith("text/plain")
    return plain and (400 <= answer.status < 500 or answer.status in (501, 505))


VOICES: dict[str, Callable[[str, Answer], bool]] = {
    "accepted": lambda _, answer: answer.status == 201,
    "malformed": _malformed,
    "invalid": _invalid,
    "missing": _missing,
    "unauthorized": _unauthorized,
    "wrong token": _wrong_token,
    "wrong type": _wrong_type,
    "not acceptable": _not_acceptable,
    "no path": _no_path,
    "bad path": lambda provider, answer: _public(answer, 400) if _is_a(provider) else False,
    "unknown case": lambda provider, answer: _detail(answer, 404) is not None,
    "wrong verb": _wrong_verb,
    "too large": _too_large,
    "redirect": lambda _, answer: answer.status == 301 and not answer.body and "location" in answer.headers,
    "foreign": lambda _, answer: _problem(answer, 403),
    "misdirected": lambda _, answer: _problem(answer, 421),
    "framing": _framing,
    "closed": lambda _, answer: answer.status == 0,
}
# A broken message: a 4xx of the server or of the guard, or the connection is closed without an answer.
BROKEN = ("framing", "closed", "misdirected")


def send(emulator: Emulator, request: bytes) -> Answer:
    """Those bytes, with the names of this sandbox and port in them."""
    return emulator.raw(request.replace(SANDBOX, emulator.sandbox.encode()).replace(PORT, str(emulator.port).encode()))


def check(emulator: Emulator, row: Row, answer: Answer) -> None:
    """The answer has one of the voices the row allows, and what it says about the store is true."""
    check_voice(row, answer)
    if answer.status == 201:
        check_shown(row, answer)
        check_stored(emulator, row.provider, answer, cases=1)
    else:
        check_nothing_stored(emulator, row.provider)


def check_voice(row: Row, answer: Answer) -> None:
    """The answer has one of the voices the row allows, and a refusal is short and names what it has to."""
    told = f"{answer.status} {answer.headers} {answer.body[:500]!r}"
    assert any(VOICES[voice](row.provider, answer) for voice in row.expected), f"not {row.expected}: {told}"
    if answer.status != 201:
        assert len(answer.body) < LARGEST_REFUSAL, len(answer.body)
        assert row.naming in answer.body.decode(), told


def exact(value: Any) -> str:
    """A value as text, so that 1, 1.0 and true differ."""
    return json.dumps(value)


def at(value: Any, place: str) -> Any:
    """The part of an answer at that place."""
    for step in place.split("."):
        value = value[int(step) if isinstance(value, list) else step]
    return value


def check_shown(row: Row, answer: Answer) -> None:
    """What was sent comes back, code point by code point."""
    for place, expected in row.shows:
        assert exact(at(answer.json, place)) == exact(expected), place


def check_stored(emulator: Emulator, provider: str, answer: Answer, cases: int) -> None:
    """There are that many cases, and a read tells what the answer told.

    The read is one of the first generation: what only the other one tells of is not compared.
    """
    if provider == "aplyid":
        assert _next_ids(emulator, provider)[0] == 1024 + cases
        return
    assert emulator.sphinxhq.get().json()["count"] == cases
    read = emulator.sphinxhq.get(f"{answer.json['id']}/").json()
    changing = {"updated_at", "status", "outcome", "risk_score", "checks"}
    if "is_complete" in answer.json:
        changing |= read.keys() ^ answer.json.keys()
    assert {k: exact(v) for k, v in read.items() if k not in changing} == {
        k: exact(v) for k, v in answer.json.items() if k not in changing
    }
    for shown, first in zip(read["checks"], answer.json["checks"], strict=True):
        assert exact(shown["input_details"]) == exact(first["input_details"])


def check_nothing_stored(emulator: Emulator, provider: str) -> None:
    """No case is there, for it would have an id, and no id was used up: the next ones are those of a fresh sandbox."""
    assert _next_ids(emulator, provider) == ((1024, 8843) if provider == "aplyid" else (1, 124))


def _next_ids(emulator: Emulator, provider: str) -> tuple[int, int]:
    place = "client.external_id" if provider == "aplyid" else "customer.external_id"
    answer = send(emulator, post(provider, body(provider, place, "the-next-one")))
    assert answer.status == 201, answer
    case = answer.json
    return (case["case_id"], case["client"]["id"]) if provider == "aplyid" else (case["id"], case["customer"]["id"])


def until(found: Callable[[], T]) -> T:
    """What is found at last; fails the test when nothing ever is."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        value = found()
        if value:
            return value
    raise AssertionError(f"not within {PATIENCE} s")

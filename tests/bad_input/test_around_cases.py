"""Bad input to the routes around Create Case: told in the dialect of Sphinx, briefly, and it stores nothing."""

import json
from typing import Any

import pytest

from tests.emulators import Emulator

LARGEST_REFUSAL = 8 * 1024
FILE = "data:text/plain;base64,YQ=="
# A valid body by route; each field of it is tried with values of the wrong kind.
VALID: dict[str, dict[str, Any]] = {
    "checks/": {"case_id": 1, "check_type": "PEP", "document_ids": [123], "delete_after": 30},
    "customers/": {"full_name": "Ada", "external_id": "c", "customer_type": "COMPANY", "delete_after": 30},
    "customers/update/": {"external_id": "known", "full_name": "Ada", "customer_type": "COMPANY", "delete_after": 30},
    "documents/": {"file": FILE, "original_name": "a", "case_id": 1, "delete_after": 30},
}
WRONG: tuple[Any, ...] = (
    True,
    [],
    {},
    [[1]],
    {"a": {"b": []}},
    "\x00",
    "\ud800",
    "x" * 100_000,
    10**400,
    -1.5,
    [{}] * 2_000,
    "' OR 1=1 --",
)
# Some are texts all the same, and what has nothing but letters may be Base64.
TEXTS = (-1.5, "' OR 1=1 --")
TAKEN = {"external_id": TEXTS, "full_name": TEXTS, "original_name": TEXTS, "file": ("x" * 100_000,)}
TAKEN_ANYWHERE = {"document_ids": ([],)}
BODIES = {
    "no JSON": b"{bad",
    "half of it": b'{"a": ',
    "NaN": b'{"delete_after": NaN}',
    "65 deep": b'{"input_details": ' + b"[" * 80 + b"]" * 80 + b"}",
    "80,000 keys": b"{" + b",".join(b'"%d":0' % number for number in range(80_000)) + b"}",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "not UTF-8": b'{"full_name": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "1 MiB of blanks and one": b" " * (1024 * 1024 + 1),
}


class Desk:
    """A sandbox with a case that never ends, and what it holds."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        emulator.sphinxhq.open_case(customer={"full_name": "Mary Stuck", "external_id": "known"})

    def send(self, path: str, body: bytes, media_type: str = "application/json") -> Any:
        url, cookies = f"{self.emulator.url}/api/{path}", self.emulator.sphinxhq.cookies
        return self.emulator.http.post(url, data=body, headers={"Content-Type": media_type}, cookies=cookies)

    def holds(self) -> Any:
        snapshot = self.emulator.control("GET", "snapshot").json()
        return {table: rows for table, rows in snapshot.items() if table != "taken_at"}


@pytest.fixture
def desk(emulator: Emulator) -> Desk:
    return Desk(emulator)


def odd(answer: Any, *statuses: int) -> str | None:
    """What is odd about a refusal; None: nothing."""
    if answer.status_code not in statuses:
        return f"answered {answer.status_code}: {answer.text[:200]}"
    told = answer.json()
    if not isinstance(told, dict) or not told or len(answer.content) > LARGEST_REFUSAL:
        return f"answered {len(answer.content)} bytes: {answer.text[:200]}"
    return None if "X-Emulator-Advice" in answer.headers or told.keys() - {"detail"} else "no advice"


def wrong_values(path: str) -> list[tuple[str, Any]]:
    """Each field with each value that it does not take."""
    return [
        (name, value)
        for name in VALID[path]
        for value in WRONG
        if value not in (*TAKEN.get(name, ()), *TAKEN_ANYWHERE.get(name, ()))
    ]


@pytest.mark.parametrize("path", VALID)
def test_each_field_tells_what_it_does_not_take(desk: Desk, path: str) -> None:
    before, found = desk.holds(), {}
    for name, value in wrong_values(path):
        answer = desk.send(path, json.dumps({**VALID[path], name: value}).encode())
        problem = odd(answer, 400)
        if problem or not {name, "non_field_errors"} & answer.json().keys():
            found[f"{name}: {value!r:.40}"] = problem or answer.text[:200]
    assert found == {}
    assert desk.holds() == before


@pytest.mark.parametrize("path", VALID)
def test_each_body_that_is_none_is_told(desk: Desk, path: str) -> None:
    before = desk.holds()
    found = {what: odd(desk.send(path, body), 400, 413) for what, body in BODIES.items()}
    found |= {media: odd(desk.send(path, b"{}", media), 415) for media in ("text/plain", "multipart/form-data", "x")}
    assert {what: problem for what, problem in found.items() if problem} == {}
    assert desk.holds() == before


@pytest.mark.parametrize("path", VALID)
def test_what_is_valid_is_taken(desk: Desk, path: str) -> None:
    assert desk.send(path, json.dumps(VALID[path]).encode()).status_code in (200, 201)


@pytest.mark.parametrize("path", ["cases/{}/start/", "checks/{}/", "customers/{}/", "documents/{}/"])
def test_no_id_in_a_path_is_more_than_not_found(desk: Desk, path: str) -> None:
    before, verb = desk.holds(), "POST" if "start" in path else "GET"
    for key in ("0", "-1", "9", "x", "1e3", "9" * 30, "9" * 400, "%00", "%F0%9F%98%80", "1 OR 1=1", "None", "٣"):
        url = f"{desk.emulator.url}/api/{path.format(key)}"
        answer = desk.emulator.http.request(verb, url, cookies=desk.emulator.sphinxhq.cookies)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."}), key
    assert desk.holds() == before


@pytest.mark.parametrize("place", ["1.5", "1.json", "..", "1;a=b.c"])
def test_an_id_with_a_dot_is_no_route(desk: Desk, place: str) -> None:
    answer = desk.emulator.raw(
        f"GET /api/checks/{place}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    )
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "query",
    ["case_id=%00", "case_id=" + "9" * 5_000, "outcome=" + "x" * 5_000, "min_risk_score=1e9999", "page=%F0%9F%98%80"],
)
def test_no_filter_of_the_checks_is_more_than_refused(desk: Desk, query: str) -> None:
    url = f"{desk.emulator.url}/api/checks/?{query}"
    answer = desk.emulator.http.get(url, cookies=desk.emulator.sphinxhq.cookies)
    assert odd(answer, 400, 404) is None

"""Bad input in the current generation of Sphinx: told in its dialect, briefly, and it stores nothing."""

import json
from typing import Any

import pytest

from tests.bad_input.test_around_cases import BODIES, WRONG, Desk, odd
from tests.emulators import Emulator

CREATE, CHANGE, START, TOKEN = "POST cases/", "PATCH cases/1/", "POST cases/2/start/", "POST oauth/token/"
# A valid body by operation; each field of it is tried with values of the wrong kind.
VALID: dict[str, dict[str, Any]] = {
    CREATE: {
        "customer": {"full_name": "Mary Stuck", "sync_platforms": [{"domain": "a", "id": "1"}]},
        "webhook_url": "x",
        "auto_start": False,
        "external_id": "order-1",
        "metadata": {"a": 1},
        "assignee": "ada@example.com",
        "sync_platforms": [{"domain": "a", "id": "1"}],
        "checks": [{"check_type": "PEP"}],
        "document_ids": [123],
        "delete_after": 30,
    },
    CHANGE: {"webhook_url": "x", "external_id": "o", "metadata": {}, "sync_platforms": [], "delete_after": 30},
    START: {"allow_restart": True},
    "POST checks/": {"case_id": 1, "check_type": "CRA", "document_ids": [123], "delete_after": 30},
    "PATCH customers/update/": {"external_id": "known", "full_name": "Ada", "sync_platforms": []},
    TOKEN: {
        "client_id": "7e57ed00-0000-4000-8000-000000000001",
        "client_secret": "test_x",
        "grant_type": "client_credentials",
    },
}
TEXTS = (-1.5, "' OR 1=1 --")  # which a field for a text takes
TAKEN: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("external_id", "webhook_url"), (*TEXTS, 10**400)),
    "full_name": TEXTS,
    "metadata": ({}, {"a": {"b": []}}),
    "auto_start": (True,),
    "allow_restart": (True,),
    "sync_platforms": ([],),
    "checks": ([],),
    "document_ids": ([],),
    "client_id": (True,),
    "client_secret": (*TEXTS, "x" * 100_000, 10**400),
}


class Newcomer(Desk):
    """The same, with a token."""

    def ask(self, operation: str, body: bytes, media_type: str = "application/json") -> Any:
        verb, path = operation.split()
        headers = {"Content-Type": media_type, "Authorization": f"Bearer test_{self.emulator.sandbox}"}
        return self.emulator.http.request(verb, f"{self.emulator.url}/api/{path}", data=body, headers=headers)


@pytest.fixture
def desk(emulator: Emulator) -> Newcomer:
    desk = Newcomer(emulator)
    waiting = {"customer_id": 123, "auto_start": False, "checks": [{"check_type": "PEP"}]}
    assert desk.ask(CREATE, json.dumps(waiting).encode()).status_code == 201
    return desk


@pytest.mark.parametrize("operation", VALID)
def test_each_field_tells_what_it_does_not_take(desk: Newcomer, operation: str) -> None:
    before, found = desk.holds(), {}
    for name in VALID[operation]:
        for value in (value for value in WRONG if value not in TAKEN.get(name, ())):
            answer = desk.ask(operation, json.dumps({**VALID[operation], name: value}).encode())
            problem = odd(answer, 400)
            if problem or not {name, "non_field_errors"} & answer.json().keys():
                found[f"{name}: {value!r:.40}"] = problem or answer.text[:200]
    assert found == {}
    assert desk.holds() == before


@pytest.mark.parametrize("operation", VALID)
def test_each_body_that_is_none_is_told(desk: Newcomer, operation: str) -> None:
    before = desk.holds()
    found = {what: odd(desk.ask(operation, body), 400, 413) for what, body in BODIES.items()}
    found |= {
        media: odd(desk.ask(operation, b"{}", media), 415) for media in ("text/plain", "multipart/form-data", "x")
    }
    assert {what: problem for what, problem in found.items() if problem} == {}
    assert desk.holds() == before


@pytest.mark.parametrize("operation", VALID)
def test_what_is_valid_is_taken(desk: Newcomer, operation: str) -> None:
    assert desk.ask(operation, json.dumps(VALID[operation]).encode()).status_code in (200, 201)


def test_metadata_is_bounded_as_any_json_and_kept_exactly(desk: Newcomer) -> None:
    deep: Any = 1
    for _ in range(62):
        deep = [deep]
    kept = {"n": 10**30, "deep": deep, "__proto__": {"a": None}, "": "é\u2028"}
    answer = desk.ask(CREATE, json.dumps({"customer_id": 123, "metadata": kept}).encode())
    assert (answer.status_code, answer.json()["metadata"]) == (201, kept)
    read = desk.emulator.http.get(
        f"{desk.emulator.url}/api/cases/{answer.json()['id']}/",
        headers={"Authorization": f"Bearer test_{desk.emulator.sandbox}"},
    )
    assert read.json()["metadata"] == kept


@pytest.mark.parametrize("header", ["Bearer \xff", "Bearer a\tb", "Bearer " + "x" * 4_000, "BEARER", "Bearer \x7f"])
def test_no_header_is_more_than_refused(desk: Newcomer, header: str) -> None:
    request = f"GET /api/cases/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {header}\r\nConnection: close\r\n\r\n"
    answer = desk.emulator.raw(request.encode("latin-1"))
    assert answer.status in (400, 401)


@pytest.mark.parametrize(
    "form", [b"a=%ff&b=%zz", b"&" * 20_000, b"client_id=" + b"x" * 100_000, b"\xff=\x00", b"=" * 9]
)
def test_no_form_is_more_than_refused(desk: Newcomer, form: bytes) -> None:
    answer = desk.ask(TOKEN, form, "application/x-www-form-urlencoded")
    assert odd(answer, 400) is None

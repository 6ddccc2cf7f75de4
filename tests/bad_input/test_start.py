"""Row 134: what may be done to a case that exists."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.bad_input.answers import until
from tests.emulators import Emulator

RUNNING, FINISHED = {"full_name": "Mary Stuck"}, {"full_name": "Mary Chen"}
KEYS = ["999999999", "0", "-1", "abc", "9" * 300, "%00", "1e1", "%F0%9F%98%80", "1%00", "True", "1,2", "2%5E63"]


def call(emulator: Emulator, method: str, path: str, body: Any = None) -> requests.Response:
    """A request below /api/cases/."""
    url = f"{emulator.url}/api/cases/{path}"
    return emulator.http.request(method, url, json=body, cookies=emulator.sphinxhq.cookies)


def finished_case(emulator: Emulator) -> dict[str, Any]:
    """A case that has come to its end."""
    case = emulator.sphinxhq.open_case(customer=FINISHED)
    until(lambda: emulator.sphinxhq.get(f"{case['id']}/").json()["status"] == "COMPLETED")
    read: dict[str, Any] = emulator.sphinxhq.get(f"{case['id']}/").json()
    return read


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "POST"])
def test_a_case_cannot_be_changed(emulator: Emulator, method: str) -> None:
    for case in (emulator.sphinxhq.open_case(customer=RUNNING), finished_case(emulator)):
        answer = call(emulator, method, f"{case['id']}/", {"status": "COMPLETED", "notes": "changed"})
        assert (answer.status_code, answer.json()) == (405, {"detail": f'Method "{method}" not allowed.'})
        assert emulator.sphinxhq.get(f"{case['id']}/").json()["notes"] is None
    assert emulator.sphinxhq.get().json()["count"] == 2


def test_a_running_case_is_started_as_it_is(emulator: Emulator) -> None:
    case = emulator.sphinxhq.open_case(customer=RUNNING)
    for body in (None, {}, {"allow_restart": "false"}, {"allow_restart": False}):
        answer = call(emulator, "POST", f"{case['id']}/start/", body)
        assert answer.status_code in (200, 201), answer.text
        assert answer.json()["id"] == case["id"]
    assert emulator.sphinxhq.get().json()["count"] == 1


def test_a_finished_case_is_run_again_as_a_new_one(emulator: Emulator) -> None:
    case = finished_case(emulator)
    answer = call(emulator, "POST", f"{case['id']}/start/")
    assert answer.status_code in (200, 201), answer.text
    assert answer.json()["id"] == case["id"] + 1
    assert answer.json()["customer"] == case["customer"]


def test_fifty_starts_at_once_make_one_rerun(emulator: Emulator) -> None:
    case = finished_case(emulator)

    def start(_: int) -> int:
        with requests.Session() as session:
            session.trust_env = False
            return call(Emulator(emulator.url, emulator.sandbox, session), "POST", f"{case['id']}/start/").status_code

    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(start, range(50)))
    assert not {status for status in statuses if status >= 500}
    assert emulator.sphinxhq.open_case(customer=RUNNING)["id"] == case["id"] + 2


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:20])
def test_an_unknown_case_cannot_be_read(emulator: Emulator, key: str) -> None:
    emulator.sphinxhq.open_case(customer=RUNNING)
    answer = call(emulator, "GET", f"{key}/")
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:20])
def test_an_unknown_case_cannot_be_started(emulator: Emulator, key: str) -> None:
    emulator.sphinxhq.open_case(customer=RUNNING)
    answer = call(emulator, "POST", f"{key}/start/")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["detail"]


def test_a_foreign_case_cannot_be_read(emulator: Emulator) -> None:
    emulator.of(f"{emulator.sandbox[:60]}-x").sphinxhq.open_case(customer=RUNNING)
    assert call(emulator, "GET", "1/").json() == {"detail": "Not found."}


def test_a_foreign_or_deleted_case_cannot_be_started(emulator: Emulator) -> None:
    emulator.of(f"{emulator.sandbox[:60]}-x").sphinxhq.open_case(customer=RUNNING)
    assert call(emulator, "POST", "1/start/").json() == {"detail": "Not found."}
    gone = emulator.sphinxhq.open_case(customer=FINISHED, delete_after=0)
    until(lambda: emulator.sphinxhq.get(f"{gone['id']}/").status_code == 404)
    assert call(emulator, "POST", f"{gone['id']}/start/").json() == {"detail": "Not found."}

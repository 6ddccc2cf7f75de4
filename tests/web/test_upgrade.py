"""A wish to speak another protocol: ignored, as a server may that does not speak it (RFC 9110, 7.8)."""

import json

import pytest

from tests.emulators import APLYID_PATH, CREATE_CASE, SPHINXHQ_PATH, Emulator, served
from tests.wire import request_bytes

WISHES = [
    {"Connection": "Upgrade", "Upgrade": "websocket"},
    {"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket"},
    {"Connection": "upgrade", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"},
    {"Connection": "close", "Upgrade": "websocket"},
    {"Connection": "Upgrade, close", "Upgrade": "TLS/1.2, websocket"},
]


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish["Upgrade"])
def test_a_wish_for_another_protocol_changes_no_answer(emulator: Emulator, wish: dict[str, str]) -> None:
    own = f"/s/{emulator.sandbox}"
    for path in (
        "/",
        "/inbox",
        "/requests",
        "/_emulator/livez",
        "/_emulator/sandboxes",
        f"{own}/api/cases/",
        "/nowhere",
    ):
        cookie = {"Cookie": f"sessionid=test_{emulator.sandbox}"}
        plain = emulator.raw(request_bytes("GET", path, cookie))
        wished = emulator.raw(request_bytes("GET", path, {**cookie, **wish}))
        assert (wished.status, wished.reason) == (plain.status, plain.reason), path
        assert "upgrade" not in wished.headers
        assert wished.status == (404 if path == "/nowhere" else 200)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish["Upgrade"])
def test_a_case_is_opened_all_the_same_and_the_journal_shows_the_wish(emulator: Emulator, wish: dict[str, str]) -> None:
    key = {"X-Workflow-Access-Key": f"test_{emulator.sandbox}", "Content-Type": "application/json", **wish}
    body = json.dumps(CREATE_CASE["request"]["body"]).encode()
    assert emulator.raw(request_bytes("POST", APLYID_PATH, key, body)).status == 201
    [exchange] = emulator.control("GET", "requests").json()["requests"]
    assert exchange["headers"]["Upgrade"] == wish["Upgrade"]


def test_links_keep_their_scheme(emulator: Emulator) -> None:
    answer = emulator.raw(request_bytes("GET", "/documents/aplyid.json", WISHES[0]))
    assert answer.json["servers"][0]["url"].startswith("http://")


def test_it_is_ignored_with_tls_as_well(tmp_path: object) -> None:
    with served(tls=True, tls_ca_file=f"{tmp_path}/ca.pem") as emulator:
        answer = emulator.raw(request_bytes("GET", SPHINXHQ_PATH, {"Cookie": "sessionid=test_a", **WISHES[0]}))
        assert answer.status == 200

"""Pages of other sites: none may use the APIs, unless its origin was named; the control API is closed to all."""

from collections.abc import Iterator

import pytest

from emulator.settings import BadSetting
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, served, settings
from tests.wire import Answer, request_bytes

NAMED, OTHER = "http://localhost:3000", "http://localhost:3001"
ALLOWS = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods")


@pytest.fixture(scope="module")
def open_one() -> Iterator[Emulator]:
    with served(cors_origin=[NAMED, "https://app.acme.com"]) as emulator:
        yield emulator


def preflight(emulator: Emulator, path: str, origin: str, **headers: str) -> Answer:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return emulator.raw(request_bytes("OPTIONS", path, asked | named))


def is_closed(answer: Answer) -> bool:
    return not [name for name in ALLOWS if name in answer.headers]


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        (APLYID_PATH, "POST"),
        (SPHINXHQ_PATH, "POST, GET, PATCH"),
        ("/api/cases/1/", "POST, GET, PATCH"),
        ("/s/mine/api/cases/", "POST, GET, PATCH"),
        ("//integrations/core/cases", "POST"),
    ],
)
@pytest.mark.parametrize("origin", [NAMED, "https://app.acme.com"])
def test_a_named_page_is_told_what_it_may_send(open_one: Emulator, path: str, verbs: str, origin: str) -> None:
    asked = "content-type,x-workflow-access-key"
    answer = preflight(open_one, path, origin, Access_Control_Request_Headers=asked)
    assert (answer.status, answer.body) == (204, b"")
    told = {name: value for name, value in answer.headers.items() if name.startswith(("access-control", "vary"))}
    assert told == {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": verbs,
        "access-control-allow-headers": asked,
        "access-control-max-age": "600",
        "vary": "Origin",
    }
    assert "content-type" not in answer.headers


def test_a_named_page_uses_both_apis_and_reads_their_answers_errors_too(open_one: Emulator) -> None:
    emulator = open_one.of("named")
    for site in ("cross-site", "same-site"):
        headers = {"Origin": NAMED, "Sec_Fetch_Site": site}
        created = emulator.aplyid.post(emulator.aplyid.order(), **headers)
        refused = emulator.aplyid.post({}, **headers)
        assert (created.status_code, refused.status_code) == (201, 400)
        for answer in (created, refused):
            assert answer.headers["Access-Control-Allow-Origin"] == NAMED
            assert answer.headers["Access-Control-Allow-Credentials"] == "true"
            assert answer.headers["Vary"] == "Origin"
    send, sphinx, named = emulator.http.request, open_one.url + SPHINXHQ_PATH, {"Origin": NAMED}
    body = {"customer": {"full_name": "Mary Chen"}}
    assert send("POST", sphinx, json=body, headers=named, cookies=emulator.sphinxhq.cookies).status_code == 201
    read = send("GET", sphinx, headers=named, cookies=emulator.sphinxhq.cookies)
    assert (read.headers["Access-Control-Allow-Origin"], read.headers["Vary"]) == (NAMED, "Cookie, Origin")
    closed = send("PUT", sphinx, headers=named, cookies=emulator.sphinxhq.cookies)
    assert (closed.status_code, closed.headers["Access-Control-Allow-Origin"]) == (405, NAMED)


@pytest.mark.parametrize(
    "origin",
    [
        OTHER,
        "http://localhost",
        "https://localhost:3000",
        "http://localhost:3000.evil.example",
        "null",
        "*",
        "",
        "HTTP://localhost:3000",
    ],
)
@pytest.mark.parametrize("path", [APLYID_PATH, SPHINXHQ_PATH])
def test_a_page_that_was_not_named_may_send_and_read_nothing(open_one: Emulator, path: str, origin: str) -> None:
    assert is_closed(preflight(open_one, path, origin))
    sent = open_one.raw(request_bytes("POST", path, {"Origin": origin}))
    assert (sent.status, is_closed(sent)) == (403, True)
    read = open_one.raw(request_bytes("GET", path, {"Origin": origin}))
    assert is_closed(read)
    assert "Origin" in read.headers["vary"]


@pytest.mark.parametrize(
    "path", ["/_emulator/sandboxes/a", "/_emulator/sandboxes", "/_emulator/livez", "/", "/nothing"]
)
def test_what_is_no_emulated_api_stays_closed_to_a_named_page(open_one: Emulator, path: str) -> None:
    assert is_closed(preflight(open_one, path, NAMED))
    for method in ("GET", "POST", "DELETE"):
        assert is_closed(open_one.raw(request_bytes(method, path, {"Origin": NAMED})))
    changed = open_one.raw(request_bytes("POST", path, {"Origin": NAMED, "Sec-Fetch-Site": "cross-site"}))
    assert changed.status == 403


def test_a_named_page_is_still_a_stranger_by_another_host_name(open_one: Emulator) -> None:
    answer = preflight(open_one, APLYID_PATH, NAMED, Host="evil.example")
    assert answer.status == 421


def test_options_without_the_question_of_a_browser_are_for_the_api_to_answer(open_one: Emulator) -> None:
    asked = request_bytes("OPTIONS", SPHINXHQ_PATH, {"Origin": NAMED, "Cookie": "sessionid=test_a"})
    described = open_one.raw(asked)
    assert (described.status, described.json["name"]) == (200, "Case List")


def test_strange_names_of_headers_are_not_repeated(open_one: Emulator) -> None:
    answer = preflight(open_one, APLYID_PATH, NAMED, Access_Control_Request_Headers="a; <b>")
    assert answer.status == 204
    assert "access-control-allow-headers" not in answer.headers


@pytest.mark.parametrize("path", [APLYID_PATH, SPHINXHQ_PATH])
def test_without_the_setting_nothing_is_different(emulator: Emulator, path: str) -> None:
    asked = preflight(emulator, path, NAMED)
    plain = emulator.raw(request_bytes("OPTIONS", path))
    for answer in (asked, plain):
        del answer.headers["date"]
    assert asked == plain
    assert is_closed(asked)
    assert "Origin" not in asked.headers.get("vary", "")


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("*", "name each origin"),
        ("http://localhost:3000/", "did you mean http://localhost:3000?"),
        ("http://localhost:3000/app?x", "did you mean http://localhost:3000?"),
        ("https://app.acme.com:443", "did you mean https://app.acme.com?"),
        ("http://me@localhost", "did you mean http://localhost?"),
        ("localhost:3000", "an origin like http://localhost:3000"),
        ("null", "an origin like http://localhost:3000"),
        ("file://x", "an origin like http://localhost:3000"),
        ("http://bücher.localhost", "an origin like http://localhost:3000"),
        ("http://x:99999", "an origin like http://localhost:3000"),
        ("http://", "an origin like http://localhost:3000"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused_with_what_it_would_send(origin: str, told: str) -> None:
    with pytest.raises(BadSetting) as refused:
        settings(cors_origin=[origin])
    assert told in str(refused.value)


def test_an_origin_is_read_as_browsers_write_it() -> None:
    assert settings(cors_origin="HTTP://LocalHost:3000,http://[::1]:5173").cors_origin == (NAMED, "http://[::1]:5173")

"""Strangers are kept out: foreign names, foreign pages."""

import pytest

from tests.emulators import Emulator, served
from tests.wire import request_bytes

KNOWN = [
    "localhost",
    "localhost:8642",
    "LOCALHOST",
    "app.localhost",
    "127.0.0.1",
    "127.0.0.1:1",
    "[::1]",
    "[::1]:8642",
    "192.168.1.7",
    "emulator",
    "case_emulator:8642",
    "host.docker.internal:8642",
    "gateway.docker.internal",
    "host.containers.internal:8642",
    "localhost.",
]
FOREIGN = [
    "",
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost@evil",
    "localhost.evil.com",
    "[::1",
    "::1",
    "a b",
    "evil.com:80",
    "localhost:99999999",
    "localhost/",
    "xn--localhost-.com",
    "host.docker.internal.evil.com",
    "evil.docker.internal",
    "workflow.aplyid.com",
]
PATHS = ["/", "/integrations/core/cases", "/api/cases/", "/_emulator/sandboxes/a/inbox", "/nothing"]


@pytest.mark.parametrize("host", KNOWN)
def test_names_of_this_machine_and_of_compose_services_are_answered(emulator: Emulator, host: str) -> None:
    assert emulator.raw(request_bytes("GET", "/", {"Host": host})).status == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", PATHS)
def test_any_other_host_is_refused_on_every_path(emulator: Emulator, host: str, path: str) -> None:
    answer = emulator.raw(request_bytes("GET", path, {"Host": host}))
    assert (answer.status, answer.headers["content-type"]) == (421, "application/problem+json")
    assert answer.headers["x-emulator-version"]


def test_without_a_host_or_with_two_nothing_is_answered_but_checks_of_old_proxies(emulator: Emulator) -> None:
    assert emulator.raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").status == 400
    assert emulator.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.com\r\n\r\n").status == 400
    for check in (b"OPTIONS /", b"GET /_emulator/readyz"):  # as HAProxy asks whether a server lives
        assert emulator.raw(check + b" HTTP/1.0\r\n\r\n").status == 200


@pytest.mark.parametrize(
    "host", ["", "u:secret@localhost", "localhost, evil", "localhost:abc", "[::1", "a b", "evil.com:99999"]
)
def test_who_names_no_host_is_not_told_to_allow_it(emulator: Emulator, host: str) -> None:
    detail = emulator.raw(request_bytes("GET", "/", {"Host": host})).json["detail"]
    assert ("--allow-host" in detail, "secret" in detail, "a name and perhaps a port" in detail) == (False, False, True)


def test_configured_names_are_answered() -> None:
    with served(allow_host=["Api.Acme.com"], public_url="https://cases.acme.com/x") as emulator:
        for host in ("api.acme.com", "cases.acme.com:443"):
            assert emulator.raw(request_bytes("GET", "/", {"Host": host})).status == 200
        assert emulator.aplyid.open_case()["case_url"].startswith("https://cases.acme.com/x/guided_flows/")


def test_a_name_with_a_port_or_a_star_is_answered_as_it_looks() -> None:
    answered = ["app.acme.com:81", "a.b.acme.org", "a.acme.org:9", "web.acme.com", "web.acme.com:443"]
    refused = ["app.acme.com", "app.acme.com:82", "acme.org", "xacme.org", "web.acme.com:81"]
    with served(allow_host=["app.acme.com:81", "*.acme.org", "web.acme.com:443", "10.0.0.0/8"]) as emulator:
        for host in [*answered, *refused]:
            status = emulator.raw(request_bytes("GET", "/", {"Host": host})).status
            assert (host, status) == (host, 200 if host in answered else 421)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_another_site_changes_nothing(
    emulator: Emulator, headers: dict[str, str], method: str, path: str
) -> None:
    answer = emulator.http.request(method, emulator.url + path, headers=headers, json=emulator.aplyid.order())
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")


IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
FRAME = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
LOADED = [
    IMAGE,
    FRAME,
    {**IMAGE, "Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]
CONTROL_READS = [
    "/_emulator/sandboxes",
    "/_emulator/livez",
    "/_emulator/openapi.json",
    "/_emulator/sandboxes/a/deliveries/wait?timeout=60",
    "/_emulator/sandboxes/a/inbox/wait?timeout=60",
    "/s/a/_emulator/sandboxes",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("headers", [*LOADED, LINK, {"Referer": "https://evil.example/"}, {"Referer": "http://a/b"}])
def test_a_page_of_another_site_loads_nothing_of_the_control_api(
    emulator: Emulator, headers: dict[str, str], method: str
) -> None:
    for path in CONTROL_READS:
        assert emulator.http.request(method, emulator.url + path, headers=headers).status_code == 403, path


@pytest.mark.parametrize("headers", LOADED)
def test_a_page_of_another_site_loads_no_page_of_ours(emulator: Emulator, headers: dict[str, str]) -> None:
    for path in ("/", "/inbox", "/assets/style.css", "/documents/control.json", "/guided_flows/standard/5567"):
        assert emulator.http.get(emulator.url + path, headers=headers).status_code == 403, path


@pytest.mark.parametrize("headers", [LINK, {"Referer": "https://wiki.acme.com/"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_link_from_another_site_leads_to_our_pages(emulator: Emulator, headers: dict[str, str]) -> None:
    case = emulator.aplyid.open_case()
    for path in (emulator.url, f"{emulator.url}/inbox", case["case_url"]):
        assert emulator.http.get(path, headers={**headers, "Accept": "text/html"}).status_code == 200, path


@pytest.mark.parametrize("headers", [IMAGE, LINK, {"Referer": "https://evil.example/"}])
def test_reads_of_an_api_are_answered_as_the_service_would(emulator: Emulator, headers: dict[str, str]) -> None:
    address = f"{emulator.url}/api/cases/"
    assert emulator.http.get(address, headers=headers).status_code == 401
    assert emulator.http.get(address, headers=headers, cookies=emulator.sphinxhq.cookies).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_our_own_pages_read_the_control_api(emulator: Emulator, site: str | None) -> None:
    own = {"Referer": f"{emulator.url}/inbox", "Origin": emulator.url, **({"Sec-Fetch-Site": site} if site else {})}
    for path in CONTROL_READS[:3]:
        assert emulator.http.get(emulator.url + path, headers=own).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_and_plain_clients_may(emulator: Emulator, site: str) -> None:
    answer = emulator.aplyid.post(emulator.aplyid.order(), Origin=emulator.url, Sec_Fetch_Site=site)
    assert answer.status_code == 201


def test_a_path_of_nobody_is_told_in_our_own_words(emulator: Emulator) -> None:
    answer = emulator.http.get(f"{emulator.url}/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "nothing answers at this path"
    refused = emulator.http.post(f"{emulator.url}/_emulator/sandboxes/a/inbox", json={})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/integrations", "text/html"),
        ("/INTEGRATIONS/core/cases", "text/html"),
        ("//integrations//other", "text/html"),
        ("/api", "text/html"),
        ("/API/cases/", "text/html"),
        ("//api//cases/", "text/html"),
        ("/apis", "application/problem+json"),
        ("/s/x/integrations/nothing", "text/html"),
        ("/s/expired/api/cases/", "application/problem+json"),
        ("/s/UPPER/api/cases/", "application/problem+json"),
    ],
)
def test_errors_wear_the_clothes_of_whose_path_it_is(emulator: Emulator, path: str, kind: str) -> None:
    answer = emulator.raw(request_bytes("POST", path))
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (404, kind)


def test_every_answer_says_which_version_gave_it(emulator: Emulator) -> None:
    for path in PATHS:
        assert emulator.http.post(emulator.url + path).headers["X-Emulator-Version"]


def test_an_inbox_of_a_sandbox_never_used_is_empty_and_makes_none(emulator: Emulator) -> None:
    assert emulator.inbox() == []
    assert emulator.http.get(f"{emulator.url}/_emulator/sandboxes/NO/inbox").status_code == 404

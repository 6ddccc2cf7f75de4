"""Behind a proxy: --public-url names the origin of our pages and the path that all of them are below."""

import re
from collections.abc import Iterator

import pytest
import requests

from emulator.setting_sources import read_settings
from emulator.settings import BadSetting
from tests.emulators import CREATE_CASE, Emulator, served
from tests.ui.reading import PAGES, Read, fill, read
from tests.wire import Answer, request_bytes

PUBLIC = "https://kyc.acme.com/kyc"
FLOW = "/guided_flows/standard/5567"
MORE_PAGES = (f"{FLOW}?position=1", f"{FLOW}?position=2&drawer=open", "/cases/aplyid/1024", "/analyst/sphinxhq/1")
LINKS = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data-document")


@pytest.fixture(scope="module")
def proxied() -> Iterator[Emulator]:
    """An emulator that others reach at PUBLIC, with something of every kind in two sandboxes."""
    with served(public_url=PUBLIC, demo=True) as emulator:
        for sandbox in (emulator.of("other"), emulator.of("third")):
            fill(sandbox)
        yield emulator


# What the proxy makes of /kyc/x: it hands on the path as it is, or without the prefix.
@pytest.fixture(params=["/kyc", ""], ids=["kept", "stripped"])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(emulator: Emulator, prefix: str, path: str, **headers: str) -> requests.Response:
    """What the proxy gets for a path below PUBLIC."""
    told = {"Accept": "text/html", "Host": "kyc.acme.com", **headers}
    return emulator.http.get(emulator.url + prefix + path, headers=told, allow_redirects=False)


def send(emulator: Emulator, prefix: str, path: str, body: str = "", **headers: str) -> Answer:
    """What the proxy gets for a form."""
    told = {"Host": f"127.0.0.1:{emulator.port}", "Content-Type": "application/x-www-form-urlencoded"}
    return emulator.raw(request_bytes("POST", prefix + path, told | headers, body.encode()))


def links(page: Read) -> set[str]:
    """Every address on a page that a browser would follow or load, but for those within it."""
    found = {attributes.get(name) for _, attributes in page.elements for name in LINKS}
    return {link for link in found if link and not link.startswith(("#", "data:"))}


@pytest.mark.parametrize("sandbox", ["", "/s/other"])
def test_every_link_form_and_asset_is_path_absolute_below_the_public_path(
    proxied: Emulator, prefix: str, sandbox: str
) -> None:
    followed: set[str] = set()
    for path in (*PAGES, *(MORE_PAGES if sandbox else ())):
        answer = ask(proxied, prefix, sandbox + path)
        assert answer.status_code == 200, path
        found = links(read(answer))
        assert found
        assert {link for link in found if not link.startswith(("/kyc/", f"{PUBLIC}/"))} == set(), path
        followed |= {link for tag, a in read(answer).elements if tag in ("a", "link", "script") for link in links_of(a)}
    for link in sorted(followed):
        answer = ask(proxied, prefix, re.sub("^(https://kyc.acme.com)?/kyc", "", link))
        assert answer.status_code == 200, link


def links_of(attributes: dict[str, str | None]) -> Iterator[str]:
    link = attributes.get("href") or attributes.get("src") or "#"
    if not link.startswith(("#", "data:")):
        yield link


def test_every_redirect_is_path_absolute_below_the_public_path(proxied: Emulator, prefix: str) -> None:
    third, flow = proxied.of("third"), f"/s/third{FLOW}"
    third.control("POST", "outcomes/next", {"outcome": "stuck"})
    number = third.aplyid.open_case()["case_url"].partition("?")[0].rpartition("/")[2]
    flow = f"/s/third/guided_flows/standard/{number}"
    sent = {
        f"{flow}?position=2": f"/kyc{flow}?position=2",
        "/s/third/planning/next/forget": "/kyc/s/third/",
        "/demo/approve": "/kyc/demo/approve?case=",
    }
    for path, told in sent.items():
        answer = send(proxied, prefix, path)
        assert (answer.status, answer.headers["location"][: len(told)]) == (303, told)
    before = {"Referer": f"{PUBLIC}/s/third/planning?x=1"}
    for host in ("127.0.0.1", "kyc.acme.com"):
        answer = send(proxied, prefix, "/s/third/planning/next/forget", Host=host, **before)
        assert answer.headers["location"] == "/kyc/s/third/planning?x=1"
    elsewhere = send(proxied, prefix, "/s/third/planning/next/forget", Referer="https://kyc.acme.com/other")
    assert elsewhere.headers["location"] == "/kyc/s/third/"


def test_the_redirect_of_an_api_is_below_the_public_path_too(proxied: Emulator, prefix: str) -> None:
    answer = ask(proxied, prefix, "/s/other/api/cases?page=2")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/kyc/s/other/api/cases/?page=2")


def test_the_login_goes_nowhere_else_either(prefix: str) -> None:
    with served(public_url=PUBLIC, control_token="a-long-secret-of-many-signs") as emulator:
        asked = ask(emulator, prefix, "/inbox?show=all")
        assert (asked.status_code, asked.headers["Location"]) == (303, "/kyc/login?next=%2Fkyc%2Finbox%3Fshow%3Dall")
        form = read(ask(emulator, prefix, "/login"))
        assert {link for link in links(form) if not link.startswith("/kyc/")} == set()
        sent = {"%2Fkyc%2Finbox": "/kyc/inbox", "": "/kyc/", "%2F": "/kyc/", "%2Felsewhere": "/kyc/"}
        for wanted, told in sent.items():
            answer = send(emulator, prefix, "/login", f"token=a-long-secret-of-many-signs&next={wanted}")
            assert (answer.status, answer.headers["location"]) == (303, told)


def test_the_documents_are_tried_out_below_the_public_path(proxied: Emulator, prefix: str) -> None:
    document = ask(proxied, prefix, "/s/other/documents/aplyid.json").json()
    assert document["servers"][0]["url"] == "/kyc/s/other"


def test_a_public_url_without_a_path_keeps_the_documents_on_the_page_s_own_origin() -> None:
    with served(public_url="https://kyc.acme.com") as emulator:
        assert ask(emulator, "", "/documents/aplyid.json").json()["servers"][0]["url"] == "/"


def test_apis_are_answered_with_and_without_the_public_path_and_the_journal_tells_them_alike(proxied: Emulator) -> None:
    own = proxied.of("journal")
    for prefix in ("", "/kyc"):
        for path in ("/integrations/core/cases", "/s/journal/integrations/core/cases"):
            key = {"X-Workflow-Access-Key": "test_journal"}
            answer = own.http.post(own.url + prefix + path, json=CREATE_CASE["request"]["body"], headers=key)
            assert answer.status_code == 201
            assert answer.json()["case_url"].startswith(f"{PUBLIC}/s/journal/guided_flows/")
    found = own.control("GET", "requests?path=/integrations/core/cases").json()
    assert found["count"] == 4
    assert {exchange["path"] for exchange in found["requests"]} == {
        "/integrations/core/cases",
        "/s/journal/integrations/core/cases",
    }
    assert own.http.get(f"{own.url}/kyc/_emulator/livez").status_code == 200


@pytest.mark.parametrize("mount", ["/api", "/integrations", "/_emulator", "/api/cases"])
def test_a_public_path_that_begins_like_an_api_hides_none(mount: str) -> None:
    with served(public_url=f"http://localhost:8080{mount}") as emulator:
        for prefix in ("", mount):
            at = Emulator(emulator.url + prefix)
            assert at.sphinxhq.open_case()["status"] == "PENDING"
            assert at.aplyid.open_case()["case_url"].startswith(f"http://localhost:8080{mount}/guided_flows/")
            assert at.http.get(f"{at.url}/_emulator/livez").status_code == 200


OURS = [
    ("https://kyc.acme.com", "127.0.0.1:8642"),
    ("https://kyc.acme.com", "kyc.acme.com"),
    ("https://kyc.acme.com", "kyc.acme.com:443"),
    ("https://kyc.acme.com", "emulator:8642"),
    ("https://KYC.acme.com:443", "kyc.acme.com"),
    ("http://localhost", "localhost:80"),
    ("http://localhost:80", "localhost"),
    ("http://localhost:8642", "localhost:8642"),
]
FOREIGN = [
    ("http://kyc.acme.com", "127.0.0.1:8642"),
    ("https://kyc.acme.com:8443", "127.0.0.1:8642"),
    ("https://kyc.acme.com.evil.example", "127.0.0.1:8642"),
    ("https://evil.example", "kyc.acme.com"),
    ("https://acme.com", "kyc.acme.com"),
    ("http://localhost:443", "localhost"),
    ("null", "kyc.acme.com"),
    ("", "kyc.acme.com"),
]


@pytest.mark.parametrize(("origin", "host"), OURS)
def test_a_page_of_the_public_origin_is_our_own_whatever_the_proxy_makes_of_the_host(
    proxied: Emulator, origin: str, host: str
) -> None:
    proxied.of("other").control("POST", "outcomes/next", {"outcome": "stuck"})
    number = proxied.of("other").aplyid.open_case()["case_url"].partition("?")[0].rpartition("/")[2]
    path = f"/kyc/s/other/guided_flows/standard/{number}?position=2"
    assert send(proxied, "", path, Host=host, Origin=origin).status == 303


@pytest.mark.parametrize(("origin", "host"), FOREIGN)
def test_any_other_origin_is_foreign(proxied: Emulator, origin: str, host: str) -> None:
    assert send(proxied, "", "/s/other/planning/next/forget", Host=host, Origin=origin).status == 403


def test_without_a_public_url_only_the_host_that_is_asked_is_our_own(emulator: Emulator) -> None:
    for origin, host, status in (("https://emulator", "emulator:443", 303), ("https://kyc.acme.com", "emulator", 403)):
        assert send(emulator, "", "/planning/next/forget", Host=host, Origin=origin).status == status


@pytest.mark.parametrize("path", ["/a//b", "/a/../b", "/..", "/.", "/a%2Fb", "/ä", '/a"b', "/a b", "/?", "/#"])
def test_a_public_url_whose_path_is_not_plain_is_refused(path: str) -> None:
    from pathlib import Path

    with pytest.raises(BadSetting, match="is needed"):
        read_settings({"public_url": f"http://localhost:8080{path}"}, {}, Path("/nonexistent"))

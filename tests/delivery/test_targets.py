"""Which addresses may be dialled."""

import socket
from urllib.parse import urlsplit

import pytest

from emulator.delivery import targets
from emulator.delivery.lookups import UnknownName
from emulator.delivery.targets import BlockedTarget, Target, Targets

OWN = {("127.0.0.1", 8642), ("emulator", 8642)}
POLICY = Targets(frozenset(), OWN)


def refusal(url: str, policy: Targets = POLICY) -> str:
    with pytest.raises(BlockedTarget) as caught:
        policy.find(url)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/hooks",
        "http://127.0.0.1:3000",
        "https://127.0.0.1/",
        "http://[::1]:3000/",
        "HTTP://LOCALHOST:3000/",
        "http://app.localhost:3000/",
        "http://10.1.2.3/x",
        "http://192.168.0.5:8080/",
        "http://172.17.0.1/",
        "http://[fd12:3456::1]/",
        "http://127.0.0.1:8643/",
    ],
)
def test_this_machine_and_private_networks_are_dialled(url: str) -> None:
    assert isinstance(POLICY.find(url), Target)


@pytest.mark.parametrize("url", ["https://hooks.acme.com/x", "http://8.8.8.8/", "http://[2001:4860:4860::8888]/"])
def test_a_public_host_is_blocked_and_the_flag_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    assert "--allow-target" in refusal(url)


def test_an_allowed_host_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    for allowed in ("hooks.acme.com", "*"):
        target = Targets(frozenset({allowed})).find("https://hooks.acme.com/x")
        assert (target.addresses, target.port) == (("93.184.216.34",), 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8642/_emulator",
        "http://localhost:8642/",
        "http://LOCALHOST.:8642/",
        "http://[::1]:8642/",
        "http://[::ffff:127.0.0.1]:8642/",
        "http://emulator:8642/api/cases/",
    ],
)
def test_the_emulator_never_dials_itself(url: str) -> None:
    for allowed in ("*", urlsplit(url).hostname or "", "127.0.0.0/8", "::/0"):
        assert "this emulator itself" in refusal(url, Targets(frozenset({allowed}), OWN))


def test_bound_to_every_address_it_knows_itself_by_any_of_them() -> None:
    assert "this emulator itself" in refusal("http://127.0.0.1:8642/", Targets(frozenset(), {("0.0.0.0", 8642)}))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "12",
        "<string>",
        "localhost:3000",
        "example.com/hook",
        "/x",
        "//host/x",
        "http:/x",
        "http:///x",
        "ftp://localhost/",
        "file:///etc/passwd",
        "gopher://localhost/",
        "javascript:alert(1)",
        "data:,x",
        "unix:/run/x",
        "http://user:pw@localhost/",
        "http://localhost:0/",
        "http://localhost:99999/",
        "http://localhost:x/",
        "http://127.0.0.1:3000\\@example.invalid/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0/",
        "http://a..b/",
        "http://-a/",
        f"http://{'a' * 64}/",
        f"http://{'a.' * 150}b/",
        "http://①②⑦.0.0.1/",
        "http://[fe80::1%eth0]/",
        "http://[::1/",
        "http://local host/",
        f"http://localhost/{'x' * 8192}",
    ],
)
def test_what_is_no_plain_url_is_blocked(url: str) -> None:
    assert refusal(url)


def test_line_breaks_cannot_smuggle_a_second_request() -> None:
    url = POLICY.find("http://localhost:3000/a\r\nHost: b\r\n\r\nGET /").url.geturl()
    assert url == "http://localhost:3000/a%0D%0AHost:%20b%0D%0A%0D%0AGET%20/"


def test_a_name_with_a_public_and_a_private_address_is_not_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("10.0.0.1", "8.8.8.8")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    assert "8.8.8.8" in refusal("http://receiver/")


def test_an_unknown_name_may_be_known_later() -> None:
    with pytest.raises(UnknownName):
        POLICY.find("http://no-such-service-here/")


@pytest.mark.parametrize("url", ["http://127.0.0.1:3000/", "http://10.0.0.5/", "http://localhost:3000/"])
def test_bound_publicly_even_neighbours_need_the_flag(url: str) -> None:
    assert "--allow-target" in refusal(url, Targets(frozenset(), public=True))
    host = url.split("/")[2].partition(":")[0]
    assert Targets(frozenset({host}), public=True).find(url)


@pytest.mark.parametrize(
    ("url", "objected"),
    [
        ("http://localhost:3000/", False),
        ("http://app:8000/", False),
        ("https://hooks.acme.com/", True),
        ("nonsense", True),
        ("http://8.8.8.8/", True),
        ("http://localhost:8642/", True),
    ],
)
def test_an_objection_is_told_without_asking_for_a_name(
    url: str, objected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    policy = Targets(frozenset(), {("localhost", 8642)})
    assert (policy.objection(url) is not None) is objected


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.1", False)],
)
def test_only_this_machine_reaches_loopback(host: str, loopback: bool) -> None:
    assert targets.is_loopback(host) is loopback

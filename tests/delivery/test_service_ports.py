"""No webhook goes to a port of a service that takes none, unless whoever starts the emulator names the port."""

import socket
from urllib.parse import urlsplit

import pytest

from emulator.delivery.service_ports import SERVICE_PORTS
from emulator.delivery.targets import Target, Targets
from emulator.settings import Settings
from emulator.target_settings import targets_of
from tests.delivery.test_targets import POLICY, refusal
from tests.emulators import Emulator

TRIED = [22, 23, 25, 53, 110, 143, 389, 445, 465, 587, 993, 995, 1433, 1521, 2049, 3306, 5432, 6379, 11211, 27017]
MORE = [7, 21, 79, 111, 119, 135, 139, 161, 514, 636, 873, 2375, 3389, 5060, 5672, 5900, 6667, 9042, 9092, 9200, 27018]
OPEN = [1, 9, 80, 443, 1337, 3000, 4000, 4200, 5000, 5173, 7000, 8000, 8080, 8443, 8888, 9000, 32768, 60999]


@pytest.mark.parametrize("port", [*TRIED, *MORE])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.5", "app", "app.localhost"])
def test_a_port_of_another_service_is_blocked_and_the_way_out_is_told(host: str, port: int) -> None:
    assert f"start with --allow-target {host}:{port}" in refusal(f"http://{host}:{port}/")
    assert POLICY.objection(f"http://{host}:{port}/") == refusal(f"http://{host}:{port}/")


@pytest.mark.parametrize("allowed", ["*", "127.0.0.1", "127.0.0.0/8", "localhost", "127.0.0.1:3000", "10.0.0.5:25"])
def test_to_allow_the_host_is_not_to_allow_the_port(allowed: str) -> None:
    assert "a port of mail" in refusal("http://127.0.0.1:25/", Targets(frozenset({allowed})))


@pytest.mark.parametrize("allowed", ["127.0.0.1:25", "*:25"])
def test_a_port_that_is_named_is_dialled(allowed: str) -> None:
    assert isinstance(Targets(frozenset({allowed})).find("http://127.0.0.1:25/"), Target)


def test_a_name_with_its_port_is_dialled_and_looked_up_only_if_the_port_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.9", 6379))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    for allowed in ("queue:6379", "10.0.0.9:6379"):
        assert Targets(frozenset({allowed})).find("http://queue:6379/").addresses == ("10.0.0.9",)
    assert "a port of a cache" in refusal("http://queue:6379/", Targets(frozenset({"other:6379"})))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    assert "a port of a cache" in refusal("http://queue:6379/", Targets(frozenset({"queue"})))


def test_the_port_of_the_webhook_url_is_dialled_and_no_other() -> None:
    policy = targets_of(Settings(webhook_url="http://127.0.0.1:2525/hook"), None, "")
    assert isinstance(policy.find("http://127.0.0.1:2525/other"), Target)
    assert "a port of mail" in refusal("http://127.0.0.1:25/", policy)
    assert "a port of mail" in refusal("http://10.0.0.1:2525/", policy)


@pytest.mark.parametrize("port", OPEN)
def test_all_other_ports_are_dialled(port: int) -> None:
    assert isinstance(POLICY.find(f"http://127.0.0.1:{port}/"), Target)


def test_no_port_that_any_program_may_get_is_blocked() -> None:
    assert max(SERVICE_PORTS) < 32768
    assert all(isinstance(POLICY.find(url), Target) for url in ("http://127.0.0.1/", "https://127.0.0.1/"))


def test_whoever_opens_the_case_is_told_and_the_webhook_is_kept(emulator: Emulator) -> None:
    url = "http://127.0.0.1:6379/"
    created = emulator.sphinxhq.create(webhook_url=url)
    assert "127.0.0.1:6379 is a port of a cache" in created.headers["X-Emulator-Advice"]
    emulator.control("POST", "clock/settle", {})
    [kept] = emulator.inbox()
    assert (kept["state"], kept["url"], urlsplit(kept["url"]).port) == ("blocked", url, 6379)

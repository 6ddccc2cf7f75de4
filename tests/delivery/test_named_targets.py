"""What whoever starts the emulator names may be dialled, but for metadata services and the emulator itself."""

import socket
from urllib.parse import urlsplit

import pytest

from emulator.delivery.targets import Targets
from emulator.settings import Settings
from emulator.target_settings import targets_of
from tests.delivery.test_targets import OWN, POLICY, refusal

METADATA = [
    "http://169.254.169.254/latest/meta-data",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://[fd00:ec2::254]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[::a9fe:a9fe]/",
    "http://metadata.google.internal/",
]
SPECIAL = [
    "http://169.254.1.2:3000/",
    "http://[fe80::1]/",
    "http://224.0.0.1/",
    "http://192.0.2.1/",
    "http://203.0.113.5/",
    "http://198.18.0.1/",
    "http://240.0.0.1/",
    "http://0.250.250.254/",
    "http://[2001:db8::1]/",
    "http://[64:ff9b::808:808]/",
]
RESERVED = [
    "https://example.com/webhook/case-complete",
    "http://api.example.org/",
    "http://a.test/",
    "http://a.invalid/",
]


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name stand for these addresses."""
    found = [
        (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in addresses
    ]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("url", METADATA)
def test_a_metadata_service_is_never_dialled_whatever_is_named(
    url: str, public: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "169.254.169.254")
    for allowed in ("*", host_of(url), "169.254.0.0/16", "0.0.0.0/0", "::/0", "*.internal"):
        policy = Targets(frozenset({allowed}), public=public, named=frozenset({(host_of(url), 80)}))
        assert "metadata service, which is never dialled" in refusal(url, policy)


@pytest.mark.parametrize("name", ["app", "host.docker.internal", "hooks.acme.com", "a.test"])
@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"])
def test_no_name_leads_to_a_metadata_service(name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, address)
    assert "never dialled" in refusal(f"http://{name}/", Targets(frozenset({"*", name})))


@pytest.mark.parametrize("url", [*SPECIAL, *RESERVED])
def test_what_is_not_for_everybody_has_to_be_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    host = host_of(url)
    for policy in (POLICY, Targets(frozenset({"*"}), OWN), Targets(frozenset({"*:80", "*:3000"}), OWN)):
        assert f"--allow-target {f'[{host}]' if ':' in host else host}" in refusal(url, policy)
    resolve_to(monkeypatch, "93.184.216.34")
    for public in (False, True):
        assert Targets(frozenset({host}), OWN, public=public).find(url)


@pytest.mark.parametrize("address", ["169.254.1.2", "0.250.250.254", "198.19.248.254", "192.168.65.254", "fe80::1"])
@pytest.mark.parametrize(
    "name", ["host.docker.internal", "gateway.docker.internal", "host.containers.internal", "host.orb.internal"]
)
def test_the_machine_of_a_container_is_reached_wherever_its_name_leads(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, address)
    url = f"http://{name}:3000/"
    assert POLICY.find(url).addresses == (address,)
    assert f"--allow-target {name}" in refusal(url, Targets(frozenset(), public=True))
    assert Targets(frozenset({name}), public=True).find(url)
    assert Targets(frozenset({"*"}), public=True).find(url)
    assert Targets(frozenset(), public=True, named=frozenset({(name, 3000)})).find(url)


@pytest.mark.parametrize("allowed", ["hooks.acme.com", "*.acme.com", "hooks.acme.com:80", "*", "*:80"])
def test_a_public_name_that_a_local_proxy_answers_for_is_dialled(allowed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "198.18.0.7")
    assert Targets(frozenset({allowed})).find("http://hooks.acme.com/")


@pytest.mark.parametrize("address", ["169.254.1.2", "198.18.0.7", "192.0.2.1", "240.0.0.1", "10.0.0.1", "8.8.8.8"])
def test_a_named_host_is_reached_at_any_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, address)
    for name in ("app", "hooks.acme.com", "shop.test"):
        assert Targets(frozenset({name}), public=True).find(f"http://{name}:3000/").addresses == (address,)


def test_a_name_of_nobody_that_leads_to_such_an_address_is_not_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "169.254.1.2")
    assert "--allow-target app" in refusal("http://app/")
    assert "--allow-target hooks.acme.com" in refusal("http://hooks.acme.com/", Targets(frozenset({"*"})))


@pytest.mark.parametrize("url", ["http://0.0.0.0:3000/", "http://[::]/"])
def test_an_address_that_stands_for_all_is_none_to_dial(url: str) -> None:
    assert "write 127.0.0.1" in refusal(url, Targets(frozenset({"*", "0.0.0.0/0", "::/0"})))


@pytest.mark.parametrize(
    ("allowed", "reached", "not_reached"),
    [
        ("app:3000", ["http://app:3000/"], ["http://app/", "http://app:3001/"]),
        ("app", ["http://app:3000/", "https://APP./"], ["http://apps/", "http://app.acme.com/"]),
        ("10.1.2.3:81", ["http://10.1.2.3:81/"], ["http://10.1.2.3/", "http://10.1.2.4:81/"]),
        ("10.0.0.0/8", ["http://10.1.2.3/", "http://10.255.0.1:9/"], ["http://11.0.0.1/", "http://192.168.0.1/"]),
        ("[fd00::1]:81", ["http://[fd00:0::1]:81/"], ["http://[fd00::1]/", "http://[fd00::2]:81/"]),
        ("fd00::/8", ["http://[fd12::1]/"], ["http://[fc00::1]/"]),
        ("*.acme.com", ["http://a.acme.com/", "http://a.b.acme.com:9/"], ["http://acme.com/", "http://xacme.com/"]),
        ("*.acme.com:443", ["https://a.acme.com/"], ["http://a.acme.com/", "http://a.acme.com.evil.com:443/"]),
        ("*:3000", ["http://app:3000/", "https://a.acme.com:3000/"], ["http://app/", "http://10.0.0.1/"]),
        ("0.0.0.0/0", ["http://8.8.8.8/", "http://169.254.1.2/"], ["http://[fd00::1]/"]),
    ],
)
def test_what_is_allowed_means_what_it_looks_like(
    allowed: str, reached: list[str], not_reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "192.168.7.7")
    policy = Targets(frozenset({allowed}), public=True)
    assert [url for url in reached if policy.objection(url)] == []
    assert all(policy.find(url) for url in reached)
    for url in not_reached:
        assert "--allow-target" in refusal(url, policy)


def test_a_network_covers_the_names_that_are_looked_up_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "10.1.2.3")
    policy = Targets(frozenset({"10.0.0.0/8"}), public=True)
    assert policy.find("http://app/")
    assert "--allow-target hooks.acme.com" in refusal("http://hooks.acme.com/", policy)


@pytest.mark.parametrize(
    "named", ["http://[0:0:0:0:0:0:0:1]:3000/", "http://LOCALHOST.:3000/", "http://localhost:3000/"]
)
def test_the_receiver_that_the_flag_names_is_dialled_however_its_host_is_spelt(named: str) -> None:
    settings = Settings(host="0.0.0.0", webhook_url=named)
    policy = targets_of(settings, "http://127.0.0.1:8642", "http://127.0.0.1:8642")
    assert policy.objection(named) is None
    assert policy.find(named).port == 3000


@pytest.mark.parametrize(
    "url", ["http://emu.acme.com:8642/", "http://emu.acme.com.:8642/", "http://EMU.acme.com:8642/"]
)
def test_the_emulator_knows_its_own_public_name_however_it_is_spelt(url: str) -> None:
    settings = Settings(allow_target=("*",))
    policy = targets_of(settings, "http://127.0.0.1:8642", "http://emu.acme.com.:8642")
    assert "itself" in refusal(url, policy)

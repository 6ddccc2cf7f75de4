"""Row 94: a webhook never goes to the emulator itself, by whatever name."""

import logging
import socket
from typing import Any

import pytest

from emulator.masking import masked_url
from tests.bad_input.answers import until
from tests.bad_input.rows_sphinxhq import URLS
from tests.emulators import Emulator


def address_in_the_network() -> str | None:
    """This machine's own address in its network; None where it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


LAN = address_in_the_network()
LAN_HOSTS = [LAN, f"[::ffff:{LAN}]"] if LAN and not LAN.startswith("127.") else []
HOSTS = [
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "LocalHost.", "127.0.0.1."),
    *("any.localhost", "a.b.localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]"),
    *(socket.gethostname(), f"{socket.gethostname()}.", "0.0.0.0", "[::]", "0", "127.1", "2130706433", "0x7f.1"),
    *("0177.0.0.1", "[::127.0.0.1]", "user:pw@127.0.0.1", "user@localhost", "evil.example\\@127.0.0.1", "①②⑦.0.0.1"),
    *LAN_HOSTS,
]
# Names that a network may know are left out: whether they are dialled is for the network to say.
NAMES = ("http://app", "http://host.docker", "HTTP://X", "http://h/", "http://h:/")
UNDIALLED = [url for url in URLS if not url.startswith(NAMES)]
PATHS = ["/integrations/core/cases", "/api/cases/", "/_emulator/sandboxes/default/inbox", "", "?x=1", "#f", "/a/../b"]


def settled(emulator: Emulator) -> dict[str, Any]:
    """The one webhook of this sandbox, once the inbox has it."""
    (kept,) = until(emulator.inbox)
    return kept


def requests_to(caplog: pytest.LogCaptureFixture, path: str) -> list[str]:
    """What the emulator logged of requests to that path."""
    lines = (record.getMessage() for record in caplog.records if record.name == "emulator.requests")
    return [line for line in lines if f" {path} " in line]


@pytest.mark.parametrize(
    "host", HOSTS, ids=[f"{i}-{host}".encode("ascii", "backslashreplace").decode() for i, host in enumerate(HOSTS)]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_webhook_to_the_emulator_itself_is_blocked(
    emulator: Emulator, host: str, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "emulator")
    url = f"{scheme}://{host}:{emulator.port}/admin/reset"
    emulator.sphinxhq.open_case(webhook_url=url)
    kept = settled(emulator)
    assert (kept["state"], kept["url"]) == ("blocked", masked_url(url))
    assert kept["reason"]
    assert requests_to(caplog, "/admin/reset") == []


@pytest.mark.parametrize("path", PATHS, ids=["aplyid", "sphinxhq", "inbox", "root", "query", "fragment", "dots"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_neither_api_is_called_by_a_webhook(emulator: Emulator, host: str, path: str) -> None:
    emulator.sphinxhq.open_case(webhook_url=f"http://{host}:{emulator.port}{path}")
    assert settled(emulator)["state"] == "blocked"
    assert emulator.sphinxhq.get().json()["count"] == 1
    assert emulator.aplyid.open_case(client__name="John Stuck")["case_id"] == 1024


def test_a_blocked_webhook_is_not_tried_again(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "emulator.webhooks")
    emulator.sphinxhq.open_case(webhook_url=f"{emulator.url}/admin/reset")
    kept = settled(emulator)
    told = [r.getMessage() for r in caplog.records if kept["id"] in r.getMessage()]
    assert len(told) <= 1
    assert not [line for line in told if "next attempt" in line]


@pytest.mark.parametrize("url", UNDIALLED, ids=lambda url: url[:60].encode("ascii", "backslashreplace").decode())
def test_what_cannot_be_dialled_is_accepted_kept_and_told(emulator: Emulator, url: str) -> None:
    assert emulator.sphinxhq.open_case(webhook_url=url)["webhook_url"] == url
    kept = settled(emulator)
    assert (kept["state"], kept["url"]) == ("blocked", masked_url(url))
    assert kept["reason"]

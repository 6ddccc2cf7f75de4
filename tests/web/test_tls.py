"""With TLS everything is as it is without: what is read, what is refused, who waits for whom, and how it ends."""

import json
import logging
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from emulator.running import RunningEmulator
from emulator.server import limits
from emulator.server.certificates import make_certificates
from emulator.server.http_server import PortTaken
from emulator.settings import BadSetting
from emulator.store.sqlite import StoreUnusable
from tests.bad_input import answers, rows_framing
from tests.bad_input.table import PROVIDERS, Row, body
from tests.bad_input.test_smuggling import cases, lasting, statuses, talk
from tests.emulators import Emulator, served, settings
from tests.receivers import PATIENCE, free_port, receiving
from tests.waiting import assert_ends, wait_until
from tests.wire import read_answer, request_bytes

ROWS = tuple(enumerate(rows_framing.ROWS))
IDS = [row.id.encode("ascii", "backslashreplace").decode() for row in rows_framing.ROWS]
SLOW = b"POST /api/cases/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with served(tls=True, tls_ca_file=str(tmp_path_factory.mktemp("tls") / "ca.pem")) as emulator:
        yield emulator


@pytest.mark.parametrize(("place", "row"), ROWS, ids=IDS)
def test_framing_is_as_strict_as_without_tls(secure: Emulator, place: int, row: Row) -> None:
    emulator = secure.of(f"framing-{place}")
    answers.check(emulator, row, answers.send(emulator, row.request))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_message_is_not_read_as_two(secure: Emulator, provider: str) -> None:
    emulator, good = secure.of(f"smuggling-{provider}"), body(provider)
    smuggled = answers.post(provider, good)
    wrapped = f"{len(smuggled):x}".encode() + b"\r\n" + smuggled + b"\r\n0\r\n\r\n"
    both = [("Content-Length", "0"), ("Transfer-Encoding", "chunked")]
    for request in (
        lasting(provider, b"{" + smuggled, ("Content-Length", "1")),
        lasting(provider, wrapped, *both),
        lasting(provider, good + b"\r\n\r\n", ("Content-Length", str(len(good) - 3))),
    ):
        assert 201 not in statuses(talk(emulator, request))
    assert cases(emulator, provider) == 0


def test_a_connection_serves_one_request_after_the_other_and_several_at_once(secure: Emulator) -> None:
    get = b"GET /api/cases/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=test_many\r\n\r\n"
    with secure.connect() as line:
        for _ in range(3):
            line.sendall(get)
            assert read_answer(line).status == 200
        line.sendall(get + get.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b"".join(iter(lambda: line.recv(65536), b""))
    assert statuses(received) == [200, 200]


def test_a_client_that_wants_to_be_told_to_continue_is_told(secure: Emulator) -> None:
    sent = b'{"customer": {"full_name": "A Stuck"}}'
    head = request_bytes(
        "POST",
        "/api/cases/",
        {
            "Expect": "100-continue",
            "Cookie": "sessionid=test_expecting",
            "Content-Type": "application/json",
            "Content-Length": str(len(sent)),
        },
    )
    with secure.connect() as line:
        line.sendall(head)
        assert read_answer(line).status == 100
        line.sendall(sent)
        assert read_answer(line).status == 201


def test_the_answer_says_what_it_says_without_tls(secure: Emulator, emulator: Emulator) -> None:
    asked = request_bytes("GET", "/nothing", {"Accept": "application/json"})
    with_tls, without = secure.raw(asked), emulator.raw(asked)
    for answer in (with_tls, without):
        del answer.headers["date"]
    assert with_tls == without


def test_links_and_pages_name_the_address_with_https(secure: Emulator) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    linked = secure.of("links").aplyid.open_case()["case_url"]
    assert linked.startswith(f"{secure.url}/s/links/guided_flows/")
    assert f"curl -sS --cacert {secure.authority} -X POST {secure.url}/" in secure.http.get(secure.url).text
    described = secure.http.get(f"{secure.url}/_emulator/openapi/aplyid.json").json()
    assert described["servers"][0]["url"] == secure.url
    emulator = secure.of("pages")
    for _ in range(3):
        emulator.sphinxhq.open_case()
    assert (
        emulator.http.get(f"{secure.url}/api/cases/?page_size=2", cookies=emulator.sphinxhq.cookies)
        .json()["next"]
        .startswith(secure.url)
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_webhook_to_the_emulator_itself_is_blocked(secure: Emulator, scheme: str) -> None:
    emulator = secure.of(f"itself-{scheme}")
    emulator.sphinxhq.open_case(webhook_url=f"{scheme}://localhost:{secure.port}/api/cases/")
    (kept,) = answers.until(emulator.inbox)
    assert (kept["state"], kept["reason"]) == ("blocked", f"localhost:{secure.port} is this emulator itself")


def test_webhooks_arrive(secure: Emulator) -> None:
    with receiving() as receiver:
        created = secure.of("webhooks").sphinxhq.open_case(webhook_url=receiver.url)
        assert receiver.next().json["id"] == created["id"]


def test_an_unverified_client_is_refused_and_the_log_says_what_it_needs(
    secure: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        requests.get(secure.url, timeout=PATIENCE)
    assert secure.http.get(secure.url).status_code == 200
    wait_until(lambda: "the client has to trust the certificate that --tls-ca-file writes" in caplog.text)


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "app.localhost",
        "127.0.0.1",
        "::1",
        "host.docker.internal",
        "10.1.2.3",
        "hooks.acme.com",
        "emulator",
        "host.containers.internal",
        "a.acme.org",
        "app.acme.net",
    ],
)
def test_the_certificate_has_every_name_it_may_be_reached_by(tmp_path: Path, name: str) -> None:
    ca = tmp_path / "ca.pem"
    allowed = ["10.1.2.3", "Emulator", "*.acme.org", "app.acme.net:81", "10.0.0.0/8"]
    given = {"host": "127.0.0.1", "public_url": "https://hooks.acme.com", "allow_host": allowed}
    with served(tls=True, tls_ca_file=str(ca), **given) as emulator:
        line = socket.create_connection(("127.0.0.1", emulator.port), PATIENCE)
        with ssl.create_default_context(cafile=str(ca)).wrap_socket(line, server_hostname=name) as secured:
            shown = secured.getpeercert() or {}
    ends = datetime.strptime(str(shown["notAfter"]), "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
    assert timedelta(days=300) < ends - datetime.now(UTC) < timedelta(days=398)


def test_a_name_that_no_certificate_can_have_is_left_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    made = make_certificates(["case_emulator", "a b", "*", "bücher.localhost", ""], datetime.now(UTC))
    assert b"BEGIN CERTIFICATE" in made.authority
    assert [name in caplog.text for name in ("case_emulator", "a b", "bücher")] == [True, True, False]


def test_whoever_speaks_no_tls_is_told_so_or_hung_up_on_and_only_what_helps_is_logged(
    secure: Emulator, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    for sent in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n" + b"x" * 100_000):
        with socket.create_connection(("127.0.0.1", secure.port), PATIENCE) as line:
            line.sendall(sent)
            answer = read_answer(line)
        assert answer.status in (400, 0)
        assert answer.status == 0 or b"https://" in answer.body
    for sent in (
        b"\x16\x03\x01",
        b"\x16\x03\x01\x00\x05hello",
        b"\x00" * 1000,
        b"SSH-2.0-x\r\n",
        b"\x16\x03\x01\x40\x00",
        b"",
    ):
        with socket.create_connection(("127.0.0.1", secure.port), PATIENCE) as line:
            line.sendall(sent)
    assert secure.http.get(secure.url).status_code == 200
    logged = [record.getMessage() for record in caplog.records if record.name != "emulator.requests"]
    assert len(logged) == 2
    assert all("http request; the client has to call https:// instead of http://" in line for line in logged)
    assert capfd.readouterr().err == ""


def test_idle_and_slow_connections_keep_nobody_waiting(secure: Emulator) -> None:
    idle = [socket.create_connection(("127.0.0.1", secure.port), PATIENCE) for _ in range(200)]
    half = [socket.create_connection(("127.0.0.1", secure.port), PATIENCE) for _ in range(100)]
    slow = [secure.connect() for _ in range(100)]
    try:
        for line in half:
            line.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a handshake
        for line in slow:
            line.sendall(SLOW)
        for _ in range(20):
            assert secure.of("patient").aplyid.open_case()["case_id"] >= 1024
            with secure.connect() as line:
                line.sendall(request_bytes("GET", "/"))
                assert read_answer(line).status == 200
        for line in slow[:3]:
            line.sendall(b"{}}}")
            assert read_answer(line).status == 401
    finally:
        for line in (*idle, *half, *slow):
            line.close()


def test_sixteen_are_served_while_forty_eight_wait(secure: Emulator) -> None:
    emulator = secure.of("waiting")
    path = f"{secure.url}/_emulator/sandboxes/waiting/deliveries/wait?timeout=60"
    with ThreadPoolExecutor(60) as pool:
        asked = [pool.submit(requests.get, path, verify=secure.authority, timeout=90) for _ in range(60)]
        wait_until(lambda: sum(one.done() for one in asked) >= 12)
        assert emulator.sphinxhq.get().status_code == 200
        emulator.aplyid.open_case()
        statuses = sorted(one.result().status_code for one in asked)
    assert statuses == [200] * 48 + [503] * 12


@pytest.mark.parametrize("kind", ["connection_reset", "empty_answer"])
def test_a_fault_of_the_connection_does_to_it_what_it_does_without_tls(
    secure: Emulator, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    emulator = secure.of(f"cut-{kind}")
    assert emulator.control("POST", "faults", {"kind": kind, "times": 2}).status_code == 201
    asked = request_bytes("GET", "/api/cases/", {"Cookie": f"sessionid=test_{emulator.sandbox}"})
    with emulator.connect() as line:
        line.sendall(asked)
        if kind == "empty_answer":
            assert line.recv(65536) == b""
        with pytest.raises(ConnectionResetError) if kind == "connection_reset" else nullcontext():
            while socket.socket.recv(line, 65536):  # below the TLS, which takes a reset for an end
                pass
    with pytest.raises(requests.RequestException):
        emulator.aplyid.create()
    assert emulator.aplyid.create().status_code == 201
    assert not [record for record in caplog.records if record.exc_info or record.name == "emulator.tls"]


def test_requests_that_were_sent_before_it_stopped_are_answered(tmp_path: Path) -> None:
    with served(tls=True, tls_ca_file=str(tmp_path / "ca.pem")) as emulator:
        lines = [emulator.connect() for _ in range(50)]
        for line in lines:
            line.sendall(b"GET /api/cases/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=test_a\r\n\r\n")
    assert [read_answer(line).status for line in lines] == [200] * 50
    for line in lines:
        line.close()


def test_what_is_idle_half_read_or_half_shaken_does_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever would be waited for does not come while anybody has patience.
    monkeypatch.setattr(limits, "DRAIN_SECONDS", 3600)
    running = ExitStack()
    emulator = running.enter_context(served(tls=True, tls_ca_file=str(tmp_path / "ca.pem")))
    lines = [emulator.connect(), socket.create_connection(("127.0.0.1", emulator.port)), emulator.connect()]
    lines[0].sendall(SLOW)
    assert_ends(running.close)
    for line in lines:
        line.close()


def test_twenty_starts_leave_no_thread_and_no_file_and_the_port_is_free_each_time(tmp_path: Path) -> None:
    ca, port = str(tmp_path / "ca.pem"), free_port()
    for turn in range(20):
        with served(tls=True, tls_ca_file=ca, port=port) as emulator:
            assert emulator.http.get(emulator.url).status_code == 200
        emulator.http.close()
        if turn == 0:
            threads, opened = threading.active_count(), len(os.listdir("/dev/fd"))
    assert threading.active_count() <= threads
    assert len(os.listdir("/dev/fd")) <= opened


def test_a_stop_without_a_start_frees_the_port() -> None:
    port = free_port()
    RunningEmulator(settings(tls=True, port=port)).stop()
    with served(tls=True, port=port) as emulator:
        assert emulator.port == port


def test_a_taken_port_is_told_apart(secure: Emulator) -> None:
    with pytest.raises(PortTaken):
        RunningEmulator(settings(tls=True, port=secure.port))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"tls": True, "tls_ca_file": "no/where/ca.pem"},
            "--tls-ca-file no/where/ca.pem cannot be written: there is no folder no/where",
        ),
        ({"tls_ca_file": "ca.pem"}, "give --tls as well"),
    ],
)
def test_a_file_for_nobody_or_nowhere_is_refused(tmp_path: Path, given: dict[str, object], told: str) -> None:
    with pytest.raises(BadSetting, match=told):
        RunningEmulator(settings(**given))


def test_each_start_has_an_authority_of_its_own(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    made = []
    for _ in range(2):
        with served(tls=True, tls_ca_file=str(ca)):
            made.append(ca.read_bytes())
    assert made[0] != made[1]
    assert json.dumps(made[1].decode()).count("BEGIN CERTIFICATE") == 1
    assert b"PRIVATE" not in made[1]


def test_a_start_that_fails_leaves_the_file_of_the_one_that_serves(tmp_path: Path) -> None:
    ca, kept = tmp_path / "ca.pem", f"sqlite:///{tmp_path}/kept.sqlite"
    given = {"tls": True, "tls_ca_file": str(ca), "database": kept}
    with served(**given) as emulator:
        for port in (0, emulator.port):
            with pytest.raises((StoreUnusable, PortTaken)):
                RunningEmulator(settings(**given, port=port))
        assert emulator.http.get(emulator.url).status_code == 200


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere/ca.pem")
    kept = f"sqlite:///{tmp_path}/kept.sqlite"
    with pytest.raises(BadSetting, match="cannot be written"):
        RunningEmulator(settings(tls=True, tls_ca_file=str(tmp_path / "dangling"), database=kept))
    with served(database=kept) as emulator:
        assert emulator.http.get(emulator.url).status_code == 200


def test_the_end_does_not_wait_for_whoever_waits(tmp_path: Path) -> None:
    threads = threading.active_count()
    with served(tls=True, tls_ca_file=str(tmp_path / "ca.pem")) as emulator:
        waiting = emulator.connect()
        waiting.sendall(request_bytes("GET", "/_emulator/sandboxes/a/deliveries/wait?timeout=60"))
    with waiting:
        assert read_answer(waiting).status == 503
    wait_until(lambda: threading.active_count() <= threads)

"""How the handle reaches the emulator: by one connection that it keeps, whatever a test does to other libraries."""

import gc
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

import pytest
import requests

from emulator.client import CaseEmulator, Control, NotReached
from emulator.client.plain_values import to_json, to_query
from emulator.client.readiness import why_not_ready
from tests.commands import serving
from tests.emulators import Emulator
from tests.receivers import free_port
from tests.waiting import PATIENCE

ANSWER = b"HTTP/1.1 200 OK\r\nX-Emulator-Version: 1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def counting(answers: int, before: bytes = b"") -> Iterator[tuple[str, list[int]]]:
    """A server that closes each connection after so many answers, and the number of answers on each connection."""
    connections: list[int] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            connections.append(0)
            place = len(connections) - 1
            while connections[place] < answers and self.rfile.readline():
                while self.rfile.readline().strip():
                    pass
                connections[place] += 1
                self.wfile.write(before + ANSWER)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        server.daemon_threads = True
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", connections
        finally:
            server.shutdown()
            thread.join()


def test_interim_answers_of_a_proxy_are_read_over() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    with counting(99, before=hints) as (url, connections):
        control = Control(url, keep_alive=True)
        assert [control.ask("GET", "/livez") for _ in range(2)] == [{}, {}]
        control.close()
        assert connections == [2]
        assert why_not_ready(url, 10) is None


def test_a_handle_keeps_one_connection_and_a_command_none() -> None:
    with counting(99) as (url, connections):
        control = Control(url, keep_alive=True)
        for _ in range(5):
            control.ask("GET", "/livez")
        control.close()
        assert connections == [5]
        for _ in range(2):
            Control(url).ask("GET", "/livez")
        assert connections == [5, 1, 1]


def test_a_whole_test_needs_one_connection(shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, made = HTTPConnection.connect, list[HTTPConnection]()
    monkeypatch.setattr(HTTPConnection, "connect", lambda connection: (made.append(connection), connect(connection)))
    with CaseEmulator(shared_emulator.url) as sandbox:
        sandbox.clock.freeze()
        sandbox.outcomes.next("denied")
        case = sandbox.aplyid.create_case()
        sandbox.clock.advance(30)
        assert sandbox.webhooks.wait(case_id=case["case_id"])
    assert len(made) == 1


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    with counting(2) as (url, connections):
        control = Control(url, keep_alive=True)
        for _ in range(5):
            control.ask("GET", "/livez")
        control.close()
    assert connections == [2, 2, 1]


def test_a_read_is_sent_again_if_the_server_closes_just_then_and_a_change_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("emulator.client.http_client._is_dropped", lambda _: False)  # as if it closed a moment later
    with counting(1) as (url, connections):
        control = Control(url, keep_alive=True)
        for _ in range(3):
            control.ask("GET", "/livez")
        with pytest.raises(NotReached):
            control.ask("POST", "/sandboxes/default/reset")
        control.close()
    assert connections == [1, 1, 1]


def test_threads_ask_at_the_same_time(shared_emulator: Emulator) -> None:
    with CaseEmulator(shared_emulator.url) as sandbox, ThreadPoolExecutor(8) as pool:
        waiting = pool.submit(sandbox.webhooks.wait, timeout=PATIENCE)  # all that follows has to come before its end
        cases = [pool.submit(sandbox.sphinxhq.create_case) for _ in range(20)]
        assert sorted(case.result()["id"] for case in cases) == list(range(1, 21))
        sandbox.clock.advance(60)
        assert waiting.result().provider == "sphinxhq"


def test_a_handle_that_nobody_closes_leaves_nothing_open(shared_emulator: Emulator) -> None:
    CaseEmulator(shared_emulator.url).reset()
    gc.collect()  # warnings are errors


def test_another_library_for_http_may_be_mocked_away(
    shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise requests.ConnectionError("Connection refused by Responses")

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", refuse)
    monkeypatch.setattr("urllib3.connectionpool.HTTPConnectionPool.urlopen", refuse)
    with CaseEmulator(shared_emulator.url) as sandbox:
        assert sandbox.aplyid.create_case()["case_id"] == 1024


def refusing(error: Exception) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


class Blocked(RuntimeError):
    """What a plugin such as pytest-socket raises, which is no OSError."""


def test_what_forbids_the_connection_is_quoted(shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control(shared_emulator.url)
    monkeypatch.setattr(socket, "create_connection", refusing(Blocked("A test tried to use socket.socket.")))
    monkeypatch.setattr(socket, "socket", refusing(Blocked("A test tried to use socket.socket.")))
    with pytest.raises(NotReached, match=r"something in this process.*Blocked: A test tried to use socket") as failed:
        control.ask("GET", "/livez")
    assert isinstance(failed.value.__cause__, Blocked)


def test_a_refused_connection_is_quoted() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotReached, match=r"case-emulator serve.*ConnectionRefusedError: .*refused"):
        Control(url).ask("GET", "/livez")


def test_an_emulator_with_tls_is_reached_with_its_authority_and_not_without(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0", "--tls", "--tls-ca-file", "ca.pem") as process:
        with CaseEmulator(process.emulator.url, ca_file=tmp_path / "ca.pem") as sandbox:
            assert [sandbox.aplyid.create_case()["case_id"] for _ in range(3)] == [1024, 1025, 1026]
            assert sandbox.env()["CASE_EMULATOR_TLS_CA_FILE"] == str(tmp_path / "ca.pem")
        with pytest.raises(NotReached, match=r"no trusted connection.*CERTIFICATE_VERIFY_FAILED"):
            CaseEmulator(process.emulator.url)
        with pytest.raises(NotReached, match=r"nowhere.pem cannot be read.*No such file"):
            CaseEmulator(process.emulator.url, ca_file=tmp_path / "nowhere.pem")


def test_a_header_takes_the_place_of_another_whatever_its_case_and_none_takes_one_away(
    shared_emulator: Emulator,
) -> None:
    with CaseEmulator(shared_emulator.url) as sandbox:
        body = sandbox.aplyid.sample()
        assert sandbox.aplyid.send(body, {"x-workflow-access-key": "wrong"})[0] == 401
        assert sandbox.aplyid.send(body, {"X-Workflow-Access-Key": None})[0] == 401  # type: ignore[dict-item]
        assert sandbox.aplyid.send(body, {"CONTENT-TYPE": "application/json"})[0] == 201


def test_what_json_has_not_is_said_at_once(shared_emulator: Emulator) -> None:
    with CaseEmulator(shared_emulator.url) as sandbox:
        with pytest.raises(ValueError, match="JSON"):
            sandbox.aplyid.send({"client": float("nan")})
        with pytest.raises(TypeError, match="set is nothing that JSON has"):
            sandbox.aplyid.send({"client": {1, 2}})
    assert to_json({"id": UUID(int=1)}) == b'{"id": "00000000-0000-0000-0000-000000000001"}'
    assert to_query({"a": True, "b": None, "c": "x y"}) == "?a=true&c=x+y"

"""The emulator as a Flask application: in a test client, behind other servers, mounted in another application."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import requests
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server as make_werkzeug_server
from werkzeug.test import EnvironBuilder, run_wsgi_app

from emulator import create_app
from emulator.settings import BadSetting
from tests.commands import environment
from tests.emulators import APLYID_PATH, CREATE_CASE
from tests.receivers import free_port, receiving, status
from tests.waiting import wait_until

KEY = {"X-Workflow-Access-Key": "test_default"}
BODY = CREATE_CASE["request"]["body"]


@pytest.fixture
def app() -> Iterator[Flask]:
    app = create_app(delay=0)
    yield app
    app.extensions["case_emulator"].close()


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served_at(application: Any) -> Iterator[str]:
    """The address of that WSGI application, served by the standard library's server."""
    with make_server("127.0.0.1", 0, application, WSGIServer, Quiet) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_it_is_a_flask_application_with_a_test_client(app: Flask) -> None:
    assert isinstance(app, Flask)
    answer = app.test_client().post(APLYID_PATH, json=BODY, headers=KEY)
    assert answer.status_code == 201
    assert answer.json
    assert answer.json["case_url"] == "http://localhost/guided_flows/standard/5567?position=1"


def test_background_work_begins_with_the_first_request(app: Flask) -> None:
    client = app.test_client()
    client.post(APLYID_PATH, json=BODY, headers=KEY)
    inbox = "/_emulator/sandboxes/default/inbox/wait?timeout=10"
    waited = client.get(inbox)
    assert (waited.status_code, waited.json and waited.json["count"]) == (200, 1)


def test_a_demo_is_filled_before_the_first_request() -> None:
    app = create_app(demo=True)
    told = app.test_client().get("/_emulator/sandboxes/default/cases").json
    app.extensions["case_emulator"].close()
    assert told
    assert told["count"] > 10


@pytest.mark.parametrize("path", ["/_emulator/readyz", "/", "/api/cases/"])
def test_a_closed_application_says_so(app: Flask, path: str) -> None:
    client = app.test_client()
    client.get(path)
    app.extensions["case_emulator"].close()
    answer = client.get(path, headers={"Cookie": "sessionid=test_default"})
    assert (answer.status_code, "was closed" in answer.text) == (503, True)


@pytest.mark.parametrize("given", [{"delay": 0.5}, {"seed": 7, "allow-host": ["kyc.test"]}])
def test_settings_are_a_mapping_or_keywords(given: dict[str, Any]) -> None:
    for app in (create_app(given), create_app(**{name.replace("-", "_"): value for name, value in given.items()})):
        told = app.test_client().get("/_emulator/sandboxes/default").json
        app.extensions["case_emulator"].close()
        assert told
        assert told["settings"]["delay"] == given.get("delay", 2)
        assert told["settings"]["seed"] == given.get("seed", 0)


@pytest.mark.parametrize("given", [{"dealy": 1}, {"delay": "soon"}, {"tls": True}, {"switch": ["aplyid.join=never"]}])
def test_what_cannot_be_set_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        create_app(given)


def test_neither_the_environment_nor_a_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASE_EMULATOR_SEED", "nonsense")
    (tmp_path / "case-emulator.toml").write_text("nonsense = 1", "utf-8")
    monkeypatch.chdir(tmp_path)
    create_app().extensions["case_emulator"].close()


def test_two_applications_share_nothing(app: Flask) -> None:
    other = create_app(delay=0)
    app.test_client().post(APLYID_PATH, json=BODY, headers=KEY)
    counts = [one.test_client().get("/_emulator/sandboxes/default/cases").json for one in (app, other)]
    other.extensions["case_emulator"].close()
    assert [count and count["count"] for count in counts] == [1, 0]


def test_a_mounted_emulator_keeps_its_links_below_the_mount() -> None:
    with receiving(status(200)) as receiver:
        app = create_app(delay=0, webhook_url=receiver.url)
        with served_at(DispatcherMiddleware(Flask("host"), {"/kyc": app.wsgi_app})) as address:
            created = requests.post(f"{address}/kyc{APLYID_PATH}", json=BODY, headers=KEY, timeout=10).json()
            assert created["case_url"] == f"{address}/kyc/guided_flows/standard/5567?position=1"
            assert requests.get(created["case_url"], timeout=10).status_code == 200
            wait_until(lambda: receiver.received.qsize() == 1)
            page = requests.get(f"{address}/kyc/s/other/", headers={"Accept": "text/html"}, timeout=10)
            links = set(re.findall(r'(?:href|src|action|hx-get|hx-post)="(/[^"]*)"', page.text))
            assert links
            assert {link for link in links if not link.startswith("/kyc/")} == set()
            for link in sorted(link for link in links if "/assets/" in link):
                assert requests.get(address + link, timeout=10).status_code == 200, link
        app.extensions["case_emulator"].close()


@contextmanager
def running(
    command: list[str],
    port: int,
    is_up: Callable[[requests.Response], bool] = lambda answer: answer.ok,
    **variables: str,
) -> Iterator[str]:
    """The address of a server started by that command, once it answers; ended by its process id."""
    address = f"http://127.0.0.1:{port}"
    env = environment(**variables)
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: answers(address, is_up))
            yield address
        finally:
            server.terminate()
            server.wait(20)


def answers(address: str, is_up: Callable[[requests.Response], bool]) -> bool:
    try:
        return is_up(requests.get(f"{address}/_emulator/livez", timeout=1))
    except requests.RequestException:
        return False


ON_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn runs on POSIX alone")


@pytest.mark.parametrize("server", ["flask", pytest.param("gunicorn", marks=ON_POSIX)])
def test_other_servers_serve_it_webhooks_included(server: str) -> None:
    port = free_port()
    commands = {
        "flask": ["-m", "flask", "--app", "emulator", "run", "--port", str(port)],
        "gunicorn": ["-m", "gunicorn", "--threads", "8", "--bind", f"127.0.0.1:{port}", "emulator:create_app()"],
    }
    with running([sys.executable, *commands[server]], port) as address:
        created = requests.post(f"{address}{APLYID_PATH}", json=BODY, headers=KEY, timeout=10)
        assert created.status_code == 201
        assert created.json()["case_url"].startswith(address)
        sandbox = f"{address}/_emulator/sandboxes/default"
        requests.post(f"{sandbox}/clock/advance", json={"seconds": 5}, timeout=10)
        assert requests.get(f"{sandbox}/inbox", timeout=10).json()["count"] == 1


def test_importing_the_package_imports_no_flask() -> None:
    code = "import sys, emulator; sys.exit('flask' in sys.modules or 'marshmallow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def parts_of(body: bytes) -> Iterator[bytes]:
    """The body in two parts, which are sent in chunks."""
    yield body[:10]
    yield body[10:]


def create_in_chunks(address: str) -> int:
    headers = {**KEY, "Content-Type": "application/json"}
    body = parts_of(json.dumps(BODY).encode())
    return requests.post(f"{address}{APLYID_PATH}", data=body, headers=headers, timeout=20).status_code


def test_a_body_in_chunks_is_read_behind_a_server_that_ends_it(app: Flask) -> None:
    with werkzeug_serving(app) as address:
        assert create_in_chunks(address) == 201


@ON_POSIX
@pytest.mark.slow
def test_a_body_in_chunks_is_read_behind_gunicorn() -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--threads", "2", "--bind", f"127.0.0.1:{port}"]
    with running([*command, "emulator.wsgi:application"], port) as address:
        assert create_in_chunks(address) == 201


@contextmanager
def werkzeug_serving(application: Flask) -> Iterator[str]:
    """The address of that application, served as by `flask run`."""
    server = make_werkzeug_server("127.0.0.1", 0, application, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def status_of(app: Flask, body: BytesIO, **more: Any) -> int:
    """The status of the answer to a create by an environ without the length of the body, unless it is given."""
    builder = EnvironBuilder(APLYID_PATH, method="POST", headers=list(KEY.items()), content_type="application/json")
    environ = builder.get_environ()
    environ.pop("CONTENT_LENGTH", None)
    _, status, _ = run_wsgi_app(app, {**environ, "wsgi.input": body, **more})
    return int(status.split()[0])


def test_one_process_of_an_asgi_server_is_no_several(app: Flask) -> None:
    """Starlette, a2wsgi, asgiref and Hypercorn name no server, no length, and say that there are several."""
    assert status_of(app, BytesIO(json.dumps(BODY).encode()), **{"wsgi.multiprocess": True}) == 201


def test_what_a_server_could_not_read_is_refused(app: Flask) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("Invalid chunk header")

    assert status_of(app, Broken(), **{"wsgi.input_terminated": True}) == 400
    assert status_of(app, BytesIO(b"{}"), CONTENT_LENGTH="abc") == 400


def test_each_view_has_a_name_for_extensions_that_ask_for_it(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if not f"{view.__module__}.{view.__name__}"] == []

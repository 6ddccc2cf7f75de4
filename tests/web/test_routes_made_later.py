"""The control API and the pages are made when they are first needed; nobody can tell, but by the time a start takes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from flask import Blueprint, Response, abort, request

from emulator.app import Built, build_emulator
from emulator.settings import Settings
from emulator.web.application import Application
from tests.emulators import APLYID_PATH, CREATE_CASE, SPHINXHQ_PATH

FIRST_CREATE = f"""
import json, sys
from emulator.cli import main
import emulator.commands.serve
from emulator.commands.late_patterns import import_marshmallow
import_marshmallow()
import marshmallow
from emulator.commands.starting import build
from emulator.settings import Settings
app = build(Settings(port=0))._built.app
headers = {{"X-Workflow-Access-Key": "test_default"}}
answer = app.test_client().post({APLYID_PATH!r}, json={CREATE_CASE["request"]["body"]!r}, headers=headers)
assert answer.status_code == 201, answer.text
assert "_compile_now" in vars(marshmallow.validate.Email.DOMAIN_REGEX)
print(json.dumps(sorted(sys.modules)))
"""
# Packages of which a first create needs nothing, and modules.
NOT_NEEDED = {
    *("emulator.client", "emulator.control", "emulator.demo", "emulator.openapi", "emulator.ui", "emulator.own_routes"),
    *("emulator.delivery.sender", "emulator.delivery.authorities", "emulator.server.certificates"),
    *("aiosql", "apispec", "faker", "prometheus_client", "requests", "rich", "segno", "trustme", "urllib3", "yaml"),
    *("asyncio", "tomllib", "xml"),
}


def test_a_first_create_imports_and_compiles_only_what_it_needs() -> None:
    ran = subprocess.run([sys.executable, "-c", FIRST_CREATE], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    modules = set(json.loads(ran.stdout))
    beneath = {".".join(name.split(".")[: depth + 1]) for name in modules for depth in range(name.count(".") + 1)}
    assert beneath & NOT_NEEDED == set()


@pytest.fixture
def built() -> Iterator[Built]:
    built = build_emulator(Settings(control_token="correct-horse"))
    with closing(built.store):
        yield built


@pytest.mark.parametrize(
    ("path", "status"),
    [("/_emulator/livez", 200), ("/_emulator/sandboxes", 401), ("/_emulator/nothing", 404), ("/", 200), ("/feed", 404)],
)
def test_the_first_request_to_a_path_finds_what_every_later_one_does(built: Built, path: str, status: int) -> None:
    client = built.app.test_client()
    assert client.get(SPHINXHQ_PATH).status_code == 401
    assert [client.get(path).status_code for _ in range(2)] == [status, status]
    assert client.get(SPHINXHQ_PATH).status_code == 401


def test_a_look_at_the_routes_shows_all(built: Built) -> None:
    assert built.app.test_client().get(SPHINXHQ_PATH).status_code == 401
    endpoints = {rule.endpoint for rule in built.app.url_map.iter_rules()}
    assert {"aplyid.cases", "sphinxhq.case_instance", "control.live", "ui.feed_show"} <= endpoints


@pytest.fixture
def app() -> Application:
    app = Application("parts", static_folder=None)
    app.add_url_rule("/early", "early", lambda: Response("early"), methods=["GET"])
    return app


def later() -> Blueprint:
    routes = Blueprint("later", __name__)
    routes.before_request(lambda: abort(418) if "stranger" in request.args else None)
    routes.add_url_rule("/late", "late", lambda: Response("late"))
    return routes


def test_what_is_made_later_has_the_hooks_of_its_blueprint(app: Application) -> None:
    app.register_later(lambda app: app.register_blueprint(later()))
    client = app.test_client()
    assert client.get("/early").text == "early"
    assert client.get("/late?stranger=1").status_code == 418
    assert (client.get("/late").text, client.get("/early").text) == ("late", "early")


def test_a_wrong_verb_needs_no_more_routes(app: Application) -> None:
    app.register_later(lambda app: pytest.fail("a route with that path was there"))
    assert app.test_client().post("/early").status_code == 405


def test_routes_may_be_added_by_whoever_embeds_it(app: Application) -> None:
    app.register_later(lambda app: app.register_blueprint(later()))
    app.add_url_rule("/own", "own", lambda: Response("own"))
    client = app.test_client()
    assert [client.get(path).text for path in ("/own", "/late", "/early")] == ["own", "late", "early"]


def test_while_they_are_made_the_early_paths_are_answered_and_the_late_ones_wait(app: Application) -> None:
    begun, may_end, times = Event(), Event(), list[int]()

    def register(app: Application) -> None:
        times.append(1)
        begun.set()
        assert may_end.wait(30)
        app.register_blueprint(later())

    app.register_later(register)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(lambda: app.test_client().get("/late").text) for _ in range(3)]
        assert begun.wait(30)
        assert app.test_client().get("/early").text == "early"
        assert not any(answer.done() for answer in asked)
        may_end.set()
        assert [answer.result(30) for answer in asked] == ["late"] * 3
    assert times == [1]


def test_routes_that_could_not_be_made_are_made_for_the_next_request(app: Application) -> None:
    failures = [OSError("too many open files")]

    def register(app: Application) -> None:
        if failures:
            raise failures.pop()
        app.register_blueprint(later())

    app.register_later(register)
    app.testing = False
    client = app.test_client()
    with pytest.raises(OSError, match="too many"):
        client.get("/late")
    assert [client.get(path).text for path in ("/late", "/early")] == ["late", "early"]

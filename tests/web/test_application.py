"""The application finds routes by a shorter way than Flask does, and finds what Flask finds."""

from typing import Any, TypeVar

import pytest
from flask import Flask, Response, request, session, url_for
from werkzeug.exceptions import HTTPException

from emulator.web import application
from emulator.web.application import Application

App = TypeVar("App", bound=Flask)
PATHS = [
    "/",
    "/things/7",
    "/things/%C3%A9?q=%C3%A9",
    "/nothing",
    "/late",
    "//things//7",
    "",
]
HOSTS = ["localhost", "LOCALHOST:80", "127.0.0.1:8642", "[::1]:443", "xn--bcher-kva.example", "b\u00fccher", "a b", ""]


def with_routes(app: App) -> App:
    app.url_map.strict_slashes = app.url_map.merge_slashes = False

    @app.route("/")
    @app.route("/things/<int:number>", methods=["GET", "PUT"])
    @app.route("/things/<name>")
    def view(**arguments: Any) -> Response:
        link = url_for("view", name="a", _external=True)
        return Response(f"{request.url_rule} {request.view_args} {request.path} {request.host} {request.url} {link}")

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        return Response(f"{type(error).__name__} {getattr(error, 'valid_methods', None)}", error.code)

    return app


@pytest.fixture
def ours() -> Application:
    return with_routes(Application("ours", static_folder=None))


@pytest.fixture
def plain() -> Flask:
    return with_routes(Flask("plain", static_folder=None))


@pytest.mark.parametrize("path", PATHS)
def test_a_path_leads_where_it_leads_in_flask(ours: Flask, plain: Flask, path: str) -> None:
    for method in ("GET", "PUT", "GET", "DELETE", "ODD"):
        for script in ("", "/s/mine", "/m\u00fcnt"):
            base = f"http://localhost{script}"
            found, expected = (app.test_client().open(path, base_url=base, method=method) for app in (ours, plain))
            assert (found.status_code, found.text) == (expected.status_code, expected.text)


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_read_as_flask_reads_it(ours: Flask, plain: Flask, host: str) -> None:
    for scheme in ("http", "https"):
        more = {"headers": {"Host": host}, "environ_overrides": {"wsgi.url_scheme": scheme}}
        found, expected = (app.test_client().get("/things/7", **more) for app in (ours, plain))
        assert (found.status_code, found.text) == (expected.status_code, expected.text)


@pytest.mark.parametrize("name", ["SERVER_NAME", "TRUSTED_HOSTS"])
def test_what_an_embedding_application_sets_counts(ours: Flask, plain: Flask, name: str) -> None:
    for app in (ours, plain):
        app.config[name] = "example.test" if name == "SERVER_NAME" else ["example.test"]
    for host in ("example.test", "another.test"):
        found, expected = (app.test_client().get("/things/7", headers={"Host": host}) for app in (ours, plain))
        assert (found.status_code, found.text) == (expected.status_code, expected.text)


def test_a_view_may_change_its_arguments(ours: Flask) -> None:
    @ours.url_value_preprocessor
    def take_away(endpoint: str | None, values: dict[str, Any] | None) -> None:
        (values or {}).pop("name", None)

    assert [ours.test_client().get("/things/x").text.split()[1] for _ in range(2)] == ["{}", "{}"]


@pytest.mark.parametrize("key", [None, "secret"])
def test_a_session_is_kept_where_flask_keeps_one(ours: Flask, plain: Flask, key: str | None) -> None:
    told = []
    for app in (ours, plain):
        app.secret_key = key
        app.add_url_rule("/count", view_func=count)
        client = app.test_client()
        told.append([client.get("/count").text for _ in range(3)])
    assert told[0] == told[1] == (["1", "2", "3"] if key else [told[1][0]] * 3)


def count() -> str:
    try:
        session["visits"] = session.get("visits", 0) + 1
    except RuntimeError as error:
        return str(error)
    return str(session["visits"])


def test_a_route_that_is_added_later_is_found(ours: Flask) -> None:
    client = ours.test_client()
    assert client.get("/things/a").text.startswith("/things/<name>")
    ours.url_map.add(ours.url_rule_class("/things/a", endpoint="view"))
    assert client.get("/things/a").text.startswith("/things/a ")


def test_what_is_remembered_is_bounded(ours: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "MOST_KEPT", 3)
    client = ours.test_client()
    for number in range(10):
        assert client.get(f"/things/{number}").status_code == 200
        assert len(ours.url_map.found) <= 3
    ours.url_map.found.clear()
    assert client.get(f"/things/{'x' * 1_000}").status_code == 200
    assert client.get("/nothing").status_code == 404
    assert ours.url_map.found == {}

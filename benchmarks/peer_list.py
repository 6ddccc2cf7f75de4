"""Who is measured beside us: how each is installed, told to answer the POST, and started.

Programs are kept in the cache of tests/toolbox, never in our environment. Each of them is pinned; what it needs itself
is as npm and PyPI resolve it.
"""

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from benchmarks.bare import ANSWER
from benchmarks.contestants import BARE, LONG, emulator_program
from benchmarks.orders import TABLE, aplyid, aws_headers
from emulator.app import build_emulator
from emulator.server.limits import THREADS
from emulator.settings import Settings
from tests.toolbox.environments import environment_of
from tests.toolbox.npm import node_package

PROGRAMS = Path(__file__).with_name("peer_programs")
Install = Callable[[], Path]
Command = Callable[[Path, int, Path], Sequence[str]]  # of what was installed, a port, and a folder of its own


class Missing(Exception):
    """A program that a peer needs is not here."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A server that answers the POST; `keeps` is what is left of it."""

    name: str
    version: str
    keeps: str
    command: Command
    install: Install = lambda: Path()
    order: str = "aplyid"
    prepare: Callable[[int], None] = lambda port: None  # once it listens; raises OSError until it does


def _bare(_: Path, port: int, folder: Path) -> Sequence[str]:
    return [sys.executable, str(BARE), str(folder / "port"), str(THREADS), str(port)]


def _ours(_: Path, port: int, folder: Path) -> Sequence[str]:
    return [emulator_program(), "serve", "--port", str(port), "--delay", LONG]


def _keeping(installed: Path, port: int, folder: Path) -> Sequence[str]:
    return [*_ours(installed, port, folder), "--database", str(folder / "kept.sqlite")]


def _fastapi(python: Path, port: int, _: Path) -> Sequence[str]:
    return [str(python), str(PROGRAMS / "fastapi_dict.py"), str(port)]


def _httpserver(python: Path, port: int, _: Path) -> Sequence[str]:
    return [str(python), str(PROGRAMS / "httpserver.py"), str(port), ANSWER]


def _moto(python: Path, port: int, _: Path) -> Sequence[str]:
    return [str(python.with_name("moto_server")), "--host", "127.0.0.1", "--port", str(port)]


def _make_table(port: int) -> None:
    key = {"AttributeName": "id", "KeyType": "HASH"}
    kind = {"AttributeName": "id", "AttributeType": "S"}
    table = {"TableName": TABLE, "KeySchema": [key], "AttributeDefinitions": [kind], "BillingMode": "PAY_PER_REQUEST"}
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/", json.dumps(table), aws_headers("CreateTable"))
    connection.getresponse().read()
    connection.close()


def _wiremock(package: Path, port: int, folder: Path) -> Sequence[str]:
    key = {"X-Workflow-Access-Key": {"equalTo": aplyid().headers["X-Workflow-Access-Key"]}}
    asked = {"method": "POST", "urlPath": aplyid().path, "headers": key}
    answer = {"status": 201, "jsonBody": json.loads(ANSWER), "headers": {"Content-Type": "application/json"}}
    (folder / "mappings").mkdir()
    (folder / "mappings" / "case.json").write_text(json.dumps({"request": asked, "response": answer}), "utf-8")
    [jar] = package.glob("build/wiremock-standalone-*.jar")
    quiet = ["--bind-address", "127.0.0.1", "--root-dir", str(folder)]
    return [program("java"), "-jar", str(jar), "--port", str(port), *quiet]


def _prism(package: Path, port: int, folder: Path) -> Sequence[str]:
    """It checks the request by the document that we publish of the API, and answers the example of the document."""
    (folder / "api.json").write_text(_published(), "utf-8")
    started = [program("node"), str(package / "dist" / "index.js"), "mock"]
    return [*started, "--host", "127.0.0.1", "--port", str(port), str(folder / "api.json")]


def _published() -> str:
    built = build_emulator(Settings())
    try:
        return built.app.test_client().get("/_emulator/openapi/aplyid.json").text
    finally:
        built.store.close()


def _mockoon(package: Path, port: int, folder: Path) -> Sequence[str]:
    order, route = aplyid(), str(uuid4())
    rule = {"target": "header", "modifier": "X-Workflow-Access-Key", "operator": "equals", "invert": False}
    answer = {
        "uuid": str(uuid4()),
        "body": ANSWER,
        "bodyType": "INLINE",
        "statusCode": 201,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "rules": [{**rule, "value": order.headers["X-Workflow-Access-Key"]}],
        "rulesOperator": "OR",
        "default": True,
    }
    asked = {"uuid": route, "type": "http", "method": "post", "endpoint": order.path.lstrip("/"), "responses": [answer]}
    whole = {
        "uuid": str(uuid4()),
        "name": "cases",
        "routes": [asked],
        "rootChildren": [{"type": "route", "uuid": route}],
    }
    (folder / "cases.json").write_text(json.dumps(whole), "utf-8")
    where = ["--data", str(folder / "cases.json"), "--port", str(port), "--hostname", "127.0.0.1"]
    return [program("node"), str(package / "bin" / "run.js"), "start", "--repair", "--disable-log-to-file", *where]


def _json_server(package: Path, port: int, folder: Path) -> Sequence[str]:
    (folder / "db.json").write_text('{"cases": []}', "utf-8")
    (folder / "routes.json").write_text(json.dumps({aplyid().path: "/cases"}), "utf-8")
    where = ["--host", "127.0.0.1", "--port", str(port), "--routes", str(folder / "routes.json"), "--quiet"]
    return [program("node"), str(package / "lib" / "cli" / "bin.js"), str(folder / "db.json"), *where]


def program(name: str) -> str:
    """The path of a program of this machine; raise Missing."""
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed")
    return path


def _npm(name: str, version: str) -> Install:
    return lambda: node_package(name, version)


def _pypi(name: str, *packages: str) -> Install:
    return lambda: environment_of(f"peer-{name}", packages)


HERE = (  # what is installed anyway
    Peer(name="bare Flask view, waitress", version="", keeps="nothing", command=_bare, order="bare"),
    Peer(name="case-emulator", version="", keeps="case and request; a temporary database", command=_ours),
    Peer(name="case-emulator --database", version="", keeps="case and request; a file survives", command=_keeping),
)
PEERS = (
    *HERE,
    Peer(
        name="FastAPI, a dict",
        version="0.165.0",
        keeps="the body, in memory",
        command=_fastapi,
        install=_pypi("fastapi", "fastapi==0.165.0", "uvicorn==0.54.0", "httptools==0.9.0", "uvloop==0.23.0"),
    ),
    Peer(
        name="pytest-httpserver",
        version="1.2.0",
        keeps="requests, in memory",
        command=_httpserver,
        install=_pypi("httpserver", "pytest-httpserver==1.2.0"),
    ),
    Peer(
        name="moto_server, PutItem",
        version="5.2.5",
        keeps="the item, in memory",
        command=_moto,
        install=_pypi("moto", "moto[server]==5.2.5"),
        order="dynamodb",
        prepare=_make_table,
    ),
    Peer(
        name="WireMock",
        version="3.13.2",
        keeps="requests, in memory",
        command=_wiremock,
        install=_npm("wiremock", "3.13.2"),
    ),
    Peer(
        name="Prism",
        version="5.16.0",
        keeps="nothing",
        command=_prism,
        install=_npm("@stoplight/prism-cli", "5.16.0"),
    ),
    Peer(
        name="Mockoon CLI",
        version="9.9.0",
        keeps="the last 100 requests, in memory",
        command=_mockoon,
        install=_npm("@mockoon/cli", "9.9.0"),
    ),
    Peer(
        name="json-server",
        version="0.17.4",
        keeps="the body; its file is written anew each time",
        command=_json_server,
        install=_npm("json-server", "0.17.4"),
    ),
)

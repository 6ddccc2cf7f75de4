"""`case-emulator doctor`: what would keep `serve` from working."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.delivery.reachability import find_obstacle
from emulator.delivery.targets import Targets
from emulator.store.migrations import STEPS, steps
from emulator.store.sqlite import SqliteStore
from emulator.version import VERSION
from tests.commands import run_here, serving
from tests.emulators import Emulator
from tests.receivers import free_port, receiving

DATABASE = ("--database", "sqlite:///kept.sqlite")
Told = dict[str, tuple[str, str]]


def examined(folder: Path, *flags: str, **variables: str) -> Told:
    """Level and words by subject; the exit code goes with the levels."""
    ports = () if "--port" in flags else ("--port", "0")
    done = run_here(folder, "doctor", "--json", *ports, *flags, **variables)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    levels = {finding["level"] for finding in report["findings"]}
    assert report["ok"] is ("problem" not in levels)
    assert done.returncode == ("problem" in levels)
    return {finding["about"]: (finding["level"], finding["told"]) for finding in report["findings"]}


@pytest.fixture
def mute() -> Iterator[int]:
    """A port where somebody listens and says nothing of HTTP."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield silent.getsockname()[1]


def test_where_all_is_well_it_says_so_for_each_thing(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert list(found) == ["python", "sqlite", "settings", "port", "database", "webhooks"]
    assert {level for level, _ in found.values()} == {"ok"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_in_the_way_is_a_warning(tmp_path: Path, name: str) -> None:
    proxy = {name: "http://proxy.acme.com:3128"}
    level, text = examined(tmp_path, **proxy, no_proxy=".acme.com", NO_PROXY="")["proxy"]
    assert (level, name in text, "no_proxy and NO_PROXY name 127.0.0.1" in text) == ("warning", True, True)
    for excepted in ("127.0.0.1", "localhost, 127.0.0.1", "*"):
        assert "proxy" not in examined(tmp_path, **proxy, no_proxy=excepted, NO_PROXY=excepted)
    assert "proxy" not in examined(tmp_path, https_proxy="http://proxy.acme.com:3128")


def test_people_get_a_line_for_each_thing(tmp_path: Path) -> None:
    done = run_here(
        tmp_path, "doctor", "--port", str(free_port()), "--webhook-url", "https://hooks.acme.com/x", COLUMNS="160"
    )
    assert done.returncode == 1
    assert [line.split()[:2] for line in done.stdout.splitlines()][-1] == ["problem", "webhooks"]
    assert "--allow-target hooks.acme.com" in done.stdout


def test_it_reads_what_serve_reads(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "case-emulator.toml").write_text(f"port = 1\ndatabase = '{tmp_path}/a.sqlite'\n", "utf-8")
    found = examined(tmp_path, "--port", str(port))
    assert found["port"] == ("ok", f"127.0.0.1:{port} is free")
    assert "case-emulator.toml" in found["settings"][1]
    assert found["database"] == ("ok", f"{tmp_path}/a.sqlite is made by the first start")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "variables", "told"),
    [
        (["--config", "nowhere.toml"], {}, "nowhere.toml cannot be read"),
        (["--webhook-url", "localhost:3000"], {}, "http://localhost:3000/webhooks"),
        (["--switch", "sphinxhq.unauthorised=403"], {}, "did you mean sphinxhq.unauthorized?"),
        (["--scenario", "carful"], {}, "did you mean careful?"),
        (["--init-folder", "nowhere"], {}, "--init-folder nowhere cannot be read"),
        (["--credential", "foo=x"], {}, "there is no API foo"),
        (["--host", "0.0.0.0"], {}, "set --control-token"),
        (["--host", "0.0.0.0", "--control-token", "x"], {}, "16 or more"),
        ([], {"CASE_EMULATOR_DELY": "1"}, "did you mean CASE_EMULATOR_DELAY?"),
    ],
)
def test_a_setting_that_cannot_be_used_is_a_problem(
    tmp_path: Path, flags: list[str], variables: dict[str, str], told: str
) -> None:
    level, words = examined(tmp_path, *flags, **variables)["settings"]
    assert (level, told in words) == ("problem", True)


def test_an_emulator_at_the_port_is_told_from_anything_else(
    tmp_path: Path, shared_emulator: Emulator, mute: int
) -> None:
    level, told = examined(tmp_path, "--port", str(shared_emulator.port))["port"]
    assert (level, f"version {VERSION}" in told) == ("warning", True)
    level, told = examined(tmp_path, "--port", str(mute))["port"]
    assert (level, f"port {mute} does not answer as an emulator" in told) == ("problem", True)


def test_a_port_file_is_looked_at_and_not_written(tmp_path: Path) -> None:
    assert examined(tmp_path, "--port-file", "port.txt")["port file"][0] == "ok"
    assert list(tmp_path.iterdir()) == []
    level, told = examined(tmp_path, "--port-file", "nowhere/port.txt")["port file"]
    assert (level, "there is no folder" in told) == ("problem", True)


def test_an_address_that_is_not_ours_is_a_problem(tmp_path: Path) -> None:
    level, told = examined(tmp_path, "--host", "203.0.113.1", "--insecure-no-token")["port"]
    assert (level, "--host" in told) == ("problem", True)


def test_a_database_of_the_emulator_that_answers_is_as_it_should_be(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0", *DATABASE) as process:
        level, told = examined(tmp_path, "--port", str(process.emulator.port), *DATABASE)["database"]
        assert (level, "another program uses" in told) == ("warning", True)
        level, told = examined(tmp_path, *DATABASE)["database"]
        assert (level, "another program uses" in told) == ("problem", True)
        assert process.emulator.aplyid.create().status_code == 201


def test_a_database_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "kept.sqlite").close()
    before = (tmp_path / "kept.sqlite").read_bytes()
    told = f"kept.sqlite is of schema {max(steps(STEPS, 'sqlite'))}, which this version reads and writes"
    assert examined(tmp_path, *DATABASE)["database"] == ("ok", told)
    assert (tmp_path / "kept.sqlite").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["kept.sqlite"]


@pytest.mark.parametrize(("schema", "level", "told"), [(99, "problem", "newer version"), (1, "ok", "of schema 1")])
def test_the_schema_of_a_database_is_judged(tmp_path: Path, schema: int, level: str, told: str) -> None:
    with closing(sqlite3.connect(tmp_path / "kept.sqlite", isolation_level=None)) as connection:
        connection.executescript((STEPS / "0001_start.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA user_version = {schema}")
    found, words = examined(tmp_path, *DATABASE)["database"]
    assert (found, told in words) == (level, True)


def test_what_is_no_database_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "kept.sqlite").write_bytes(b"no database at all, but quite some text" * 50)
    assert "is not a database of ours" in examined(tmp_path, *DATABASE)["database"][1]
    assert "is its folder there" in examined(tmp_path, "--database", "sqlite:///no/where.sqlite")["database"][1]


def test_a_receiver_that_listens_is_fine_and_gets_no_request(tmp_path: Path) -> None:
    with receiving() as receiver:
        assert examined(tmp_path, "--webhook-url", receiver.url)["webhooks"][0] == "ok"
        assert receiver.nothing_came()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "flags", "told"),
    [
        ("http://localhost:{port}/", (), "host.docker.internal"),
        ("http://127.0.0.1:{port}/", (), "nothing listens on"),
        ("http://no-such-service/", (), "the name no-such-service is not known here"),
        ("https://hooks.acme.com/", (), "--allow-target hooks.acme.com"),
        ("http://169.254.169.254/", ("--allow-target", "*"), "never dialled"),
        ("https://example.com/", ("--allow-target", "*"), "for documentation and tests"),
    ],
)
def test_why_a_webhook_would_not_get_through(tmp_path: Path, url: str, flags: tuple[str, ...], told: str) -> None:
    level, words = examined(tmp_path, "--webhook-url", url.format(port=free_port()), *flags)["webhooks"]
    assert (level, told in words) == ("problem", True)


def test_webhooks_to_the_emulator_itself_are_found_out(tmp_path: Path) -> None:
    port = free_port()
    level, told = examined(tmp_path, "--port", str(port), "--webhook-url", f"http://localhost:{port}/")["webhooks"]
    assert (level, "is this emulator itself" in told) == ("problem", True)


def test_a_receiver_without_tls_is_told_from_one_that_is_silent(tmp_path: Path, mute: int) -> None:
    with receiving() as receiver:
        url = receiver.url.replace("http:", "https:")
        assert "does not speak TLS" in examined(tmp_path, "--webhook-url", url)["webhooks"][1]
    obstacle = find_obstacle(Targets(frozenset()), f"https://127.0.0.1:{mute}/", seconds=0.2)
    assert obstacle
    assert "did not answer in time" in obstacle

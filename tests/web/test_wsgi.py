"""`emulator.wsgi:application`: settings from the environment, and servers with one worker and with several."""

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator import create_app
from emulator.embedding import create_app_from
from emulator.settings import BadSetting
from tests.commands import environment
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH
from tests.postgres import Server
from tests.receivers import free_port, receiving, status
from tests.waiting import PATIENCE
from tests.web.test_embedding import BODY, KEY, ON_POSIX, running


def named(variables: Mapping[str, str]) -> dict[str, Any]:
    return {f"CASE_EMULATOR_{name}": value for name, value in variables.items()}


def gunicorn(port: int, *options: str) -> list[str]:
    bound = ["--threads", "8", "--bind", f"127.0.0.1:{port}", *options, "emulator.wsgi:application"]
    return [sys.executable, "-m", "gunicorn", *bound]


def create(address: str) -> requests.Response:
    return requests.post(f"{address}{APLYID_PATH}", json=BODY, headers=KEY, timeout=20)


@pytest.fixture
def log_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test set up the log of the process it runs in."""
    monkeypatch.setattr("emulator.logs.configure", lambda *_: None)


@ON_POSIX
@pytest.mark.slow
def test_a_worker_takes_its_settings_from_variables_sends_webhooks_and_ends_in_good_order(tmp_path: Path) -> None:
    database, port = tmp_path / "cases.sqlite", free_port()
    with receiving(status(200)) as receiver:
        variables = {"DATABASE": f"sqlite:///{database}", "DELAY": "0", "WEBHOOK_URL": receiver.url}
        with running(gunicorn(port), port, **named(variables)) as address:
            assert create(address).status_code == 201
            assert receiver.next().json["status"] == "completed"
    assert [path.name for path in tmp_path.iterdir()] == ["cases.sqlite"]  # closed, so that no log is left beside it
    app = create_app(database=str(database))
    told = app.test_client().get("/_emulator/sandboxes/default/cases").json
    app.extensions["case_emulator"].close()
    assert told
    assert told["count"] == 1


@ON_POSIX
@pytest.mark.slow
def test_a_second_worker_is_refused_a_kept_file_and_the_server_ends(tmp_path: Path) -> None:
    env = environment(**named({"DATABASE": f"sqlite:///{tmp_path / 'cases.sqlite'}"}))
    server = subprocess.run(
        gunicorn(free_port(), "--workers", "2"), env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert server.returncode not in (0, None)
    assert "another program uses" in server.stderr


@ON_POSIX
@pytest.mark.slow
@pytest.mark.parametrize(("options", "word"), [(["--workers", "2"], "one worker"), (["--preload"], "--preload")])
def test_workers_that_would_not_share_their_cases_refuse_each_request(options: list[str], word: str) -> None:
    port = free_port()
    with running(gunicorn(port, *options), port, is_up=lambda answer: answer.status_code == 503) as address:
        refused = create(address)
        assert (refused.status_code, word in refused.json()["detail"]) == (503, True)


@ON_POSIX
@pytest.mark.slow
def test_workers_share_what_postgresql_keeps_and_send_each_webhook_once(postgres: Server) -> None:
    port = free_port()
    with receiving(status(200)) as receiver:
        variables = {"DATABASE": postgres.new_url(), "DELAY": "0", "WEBHOOK_URL": receiver.url}
        with running(gunicorn(port, "--workers", "2"), port, **named(variables)) as address:
            created = [create(address).json()["case_id"] for _ in range(10)]  # each on a connection of its own
            cases = f"{address}/_emulator/sandboxes/default/cases?limit=0"
            counts = {requests.get(cases, timeout=20).json()["count"] for _ in range(10)}
            assert (sorted(created), counts) == (list(range(1024, 1034)), {10})
            sent = sorted(receiver.next().json["case_id"] for _ in created)
            assert sent == sorted(created)
        assert receiver.nothing_came()


def test_processes_that_do_not_share_a_database_answer_no_request() -> None:
    app = create_app()
    several = {"wsgi.multiprocess": True, "SERVER_SOFTWARE": "gunicorn/27.0.1"}
    refused = app.test_client().get("/_emulator/readyz", environ_overrides=several)
    served = app.test_client().get("/_emulator/readyz")
    app.extensions["case_emulator"].close()
    assert (refused.status_code, served.status_code) == (503, 200)


def test_without_background_work_nothing_happens_but_by_an_advance() -> None:
    running = _workers()  # of emulators that other tests share, or that are still ending
    app = create_app(delay=0, no_background=True)
    client = app.test_client()
    client.post(APLYID_PATH, json=BODY, headers=KEY)
    cases = "/_emulator/sandboxes/default/cases"
    before = client.get(cases).json
    client.post("/_emulator/sandboxes/default/clock/advance", json={"seconds": 1})
    after = client.get(cases).json
    workers = _workers()
    app.extensions["case_emulator"].close()
    assert before
    assert after
    assert [told["cases"][0]["state"] for told in (before, after)] == ["open", "completed"]
    assert workers <= running


def _workers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "worker"}


def test_a_request_that_was_killed_amid_an_advance_stops_no_clock_for_good(tmp_path: Path) -> None:
    database = str(tmp_path / "cases.sqlite")
    for kill in (True, False):
        app = create_app(database=database, no_background=True)
        client = app.test_client()
        advance = client.post("/_emulator/sandboxes/default/clock/advance", json={"seconds": 1})
        assert advance.status_code == 200
        app.extensions["case_emulator"].close()
        if kill:
            with closing(sqlite3.connect(database)) as left_behind, left_behind:
                left_behind.execute("UPDATE sandboxes SET advancing = 1")


@pytest.mark.slow
def test_without_background_work_leases_in_a_shared_database_are_renewed_all_the_same(postgres: Server) -> None:
    before = set(threading.enumerate())  # those of other tests may still be ending
    app = create_app(database=postgres.new_url(), no_background=True)
    app.test_client().get("/_emulator/readyz")
    begun = set(threading.enumerate()) - before
    app.extensions["case_emulator"].close()
    assert "heartbeat" in {thread.name for thread in begun}
    assert not any(thread.is_alive() for thread in begun)


def test_settings_come_from_variables_and_the_file_that_one_of_them_names(
    log_left_alone: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "case-emulator.toml").write_text("seed = 1\n", "utf-8")
    (tmp_path / "ours.toml").write_text("seed = 2\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    seeds = []
    for variables in ({}, {"CONFIG": "ours.toml"}, {"CONFIG": "ours.toml", "SEED": "3", "TLS_CA_FILE": "ca.pem"}):
        app = create_app_from(named(variables))
        told = app.test_client().get("/_emulator/sandboxes/default").json
        app.extensions["case_emulator"].close()
        assert told
        seeds.append(told["settings"]["seed"])
    assert seeds == [0, 2, 3]


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"SEED": "nonsense"}, "CASE_EMULATOR_SEED"),
        ({"TLS": "1"}, "CASE_EMULATOR_TLS: whoever serves"),
        ({"PORT_FILE": "port.txt"}, "CASE_EMULATOR_PORT_FILE: whoever serves"),
        ({"HOST": "0.0.0.0"}, "--control-token"),
    ],
)
def test_variables_that_cannot_be_used_keep_the_server_from_starting(
    log_left_alone: None, variables: dict[str, str], word: str
) -> None:
    with pytest.raises(BadSetting, match=re.escape(word)):
        create_app_from(named(variables))


def test_an_emulator_that_others_reach_sends_to_no_private_address(log_left_alone: None) -> None:
    given = {"HOST": "0.0.0.0", "INSECURE_NO_TOKEN": "1"}
    with receiving(status(200)) as receiver:
        app = create_app_from(named(given))
        client = app.test_client()
        order = {"webhook_url": receiver.url, "customer": {"full_name": "Mary Chen"}}
        client.set_cookie("sessionid", "test_default")
        client.post(SPHINXHQ_PATH, json=order)
        client.post("/_emulator/sandboxes/default/clock/advance", json={"seconds": 60})
        kept = client.get("/_emulator/sandboxes/default/inbox").json
        app.extensions["case_emulator"].close()
        assert receiver.nothing_came()
    assert kept
    assert "listens to others" in kept["webhooks"][0]["reason"]

"""The plugin beside whatever a project has: modules, settings and runs that are not meant for its emulator."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import pytest_plugin
from emulator.core.randomness import RUN_MARK, SeededRandom
from emulator.isolated import OURS, search
from emulator.web.credentials import SANDBOX_NAME
from tests.commands import PLAIN_PYTEST, environment, serving
from tests.emulators import Emulator
from tests.receivers import Receiver, receiving
from tests.toolbox.environments import ROOT

USES = "def test_one(sandbox):\n    assert sandbox.aplyid.create_case()['case_id'] == 1024\n"
SHADOWS = ("secrets", "queue", "logging", "calendar", "random", "select", "click", "yaml", "flask", "emulator")
PRINTS = """
import pytest

@pytest.mark.case_emulator(frozen="2030-01-01T00:00:00Z")
def test_one(sandbox):
    sandbox.sphinxhq.create_case()
    [webhook] = [sandbox.clock.advance(60), sandbox.webhooks.wait()][1:]
    print("named", sandbox.sandbox)
    print("drawn", webhook.id, webhook.json["risk_score"])
"""


def run_pytest(folder: Path, *flags: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest in a folder as its command does, which leaves the folder out of what is imported at first."""
    command = [sys.executable, "-P", "-m", "pytest", *PLAIN_PYTEST, *flags]
    return subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, timeout=300, check=False
    )


def assert_passed(done: "subprocess.CompletedProcess[str]", many: int = 1) -> None:
    assert f"{many} passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr


def told(done: "subprocess.CompletedProcess[str]", what: str) -> list[str]:
    return re.findall(rf"\b{what} (.*)$", done.stdout, re.M)


def test_a_module_of_the_project_takes_the_place_of_none_that_the_emulator_imports(tmp_path: Path) -> None:
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text("KEY = 1\n", "utf-8")
    (tmp_path / "test_it.py").write_text(USES, "utf-8")
    assert_passed(run_pytest(tmp_path))


@pytest.mark.slow
def test_nor_does_one_that_its_python_path_names(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name in ("click", "yaml", "sitecustomize"):  # what pytest itself gets on without
        (tmp_path / "src" / f"{name}.py").write_text("KEY = 1\n", "utf-8")
    (tmp_path / "test_it.py").write_text(USES, "utf-8")
    assert_passed(run_pytest(tmp_path, PYTHONPATH=os.pathsep.join((str(tmp_path / "src"), str(ROOT)))))
    assert_passed(run_pytest(tmp_path, PYTHONWARNINGS="error"))


def test_the_folders_of_the_python_path_are_searched_last() -> None:
    path = ["/usr/lib/python3", "/venv/site-packages"]
    assert search(path, ["", "/project"]) == ["/usr/lib/python3", OURS, "/venv/site-packages", "/project"]
    assert search(path[:1], []) == ["/usr/lib/python3", OURS]


@pytest.fixture
def developing(tmp_path: Path) -> Iterator[tuple[Path, dict[str, bytes], Receiver]]:
    """A folder with the settings and files of an emulator that somebody develops with, and their application."""
    with receiving() as receiver:
        files = {"port.txt": b"8642\n", "ca.pem": b"the authority of the other one\n"}
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        (tmp_path / "case-emulator.toml").write_text(
            f'port-file = "port.txt"\nwebhook-url = "{receiver.url}"\ntls = true\ntls-ca-file = "ca.pem"\n'
            'control-token = "a-secret-of-some-length"\ndatabase = "sqlite:///dev.sqlite"\ndelay = 77\nport = 1\n',
            "utf-8",
        )
        yield tmp_path, files, receiver


def assert_untouched(folder: Path, files: dict[str, bytes], receiver: Receiver) -> None:
    assert {name: (folder / name).read_bytes() for name in files} == files
    assert not (folder / "dev.sqlite").exists()
    assert receiver.nothing_came()


@pytest.mark.slow
def test_the_plugin_leaves_alone_what_was_set_for_another_emulator(
    developing: tuple[Path, dict[str, bytes], Receiver],
) -> None:
    folder, files, receiver = developing
    suite = USES + "    assert sandbox.configure()['delay'] == 2\n    sandbox.clock.advance(60)\n"
    suite += "    assert sandbox.webhooks.wait().state == 'inbox' and sandbox.url.startswith('http:')\n"
    (folder / "test_it.py").write_text(suite, "utf-8")
    assert_passed(run_pytest(folder))
    assert_untouched(folder, files, receiver)
    variables = {
        "CASE_EMULATOR_PORT_FILE": "port.txt",
        "CASE_EMULATOR_TLS_CA_FILE": "ca.pem",
        "CASE_EMULATOR_WEBHOOK_URL": receiver.url,
        "CASE_EMULATOR_CONFIG": "case-emulator.toml",
        "CASE_EMULATOR_DATABASE": "sqlite:///dev.sqlite",
        "CASE_EMULATOR_DELAY": "77",
        "CASE_EMULATOR_CONTROL_TOKEN": "a-secret-of-some-length",
    }
    assert_passed(run_pytest(folder, **variables))
    assert_untouched(folder, files, receiver)


@pytest.mark.slow
def test_what_is_meant_for_the_plugin_s_emulator_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("delay = 5\n", "utf-8")
    suite = "def test_one(sandbox):\n    assert sandbox.configure()['delay'] == 5\n"
    (tmp_path / "test_it.py").write_text(suite, "utf-8")
    assert_passed(run_pytest(tmp_path, "-o", "case_emulator_args=--config mine.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("flags", ["--tls", "--tls --tls-ca-file ca.pem", "--tls --tls-ca-file=ca.pem"])
def test_the_plugin_trusts_the_emulator_that_it_starts_with_tls(tmp_path: Path, flags: str) -> None:
    (tmp_path / "test_it.py").write_text(USES + "    assert sandbox.url.startswith('https:')\n", "utf-8")
    assert_passed(run_pytest(tmp_path, "-o", f"case_emulator_args={flags}"))
    assert_passed(run_pytest(tmp_path, "-o", f"case_emulator_args={flags}", "-n", "2", "--case-emulator-shared"))


@pytest.mark.slow
def test_the_plugin_trusts_the_authority_that_the_variable_names(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(USES, "utf-8")
    with serving(tmp_path, "--port", "0", "--tls", "--tls-ca-file", "ca.pem") as process:
        variables = {"CASE_EMULATOR_URL": process.emulator.url}
        assert_passed(run_pytest(tmp_path, CASE_EMULATOR_TLS_CA_FILE="ca.pem", **variables))
        assert "no trusted connection" in run_pytest(tmp_path, **variables).stdout


@pytest.mark.slow
def test_two_runs_at_one_emulator_have_sandboxes_of_their_own_and_draw_the_same(
    tmp_path: Path, shared_emulator: Emulator
) -> None:
    (tmp_path / "test_it.py").write_text(PRINTS, "utf-8")
    first, second = (run_pytest(tmp_path, "-s", CASE_EMULATOR_URL=shared_emulator.url) for _ in range(2))
    assert len(told(first, "named")) == 1
    assert told(first, "named") != told(second, "named")
    assert told(first, "drawn") == told(second, "drawn") != []


@pytest.mark.slow
def test_workers_that_all_run_the_same_test_have_sandboxes_of_their_own(
    tmp_path: Path, shared_emulator: Emulator
) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_one(sandbox):\n"
        "    with open('names', 'a') as names:\n        names.write(sandbox.sandbox + '\\n')\n"
        "    assert [sandbox.aplyid.create_case()['case_id'] for _ in range(40)] == list(range(1024, 1064))\n",
        "utf-8",
    )
    for flags, variables in (
        (["--case-emulator-shared"], {}),
        ([], {"CASE_EMULATOR_URL": shared_emulator.url}),
    ):
        assert_passed(run_pytest(tmp_path, "-n", "3", "--dist", "each", *flags, **variables), 3)
        names = (tmp_path / "names").read_text("utf-8").split()
        (tmp_path / "names").unlink()
        assert len(set(names)) == 3
        [mark] = {
            name.partition(RUN_MARK)[2].removesuffix(f"gw{n}")
            for n in range(3)
            for name in names
            if name.endswith(f"gw{n}")
        }
        assert re.fullmatch("[0-9a-f]{6}", mark)  # drawn once, and told to the workers


def test_the_mark_of_a_run_changes_nothing_that_is_drawn() -> None:
    assert pytest_plugin.RUN_MARK == RUN_MARK
    name = pytest_plugin._name_of("tests/" + "a" * 100 + ".py::test_it[x--run-y]", "0123efgw123")
    assert SANDBOX_NAME.fullmatch(name)
    other = pytest_plugin._name_of("tests/" + "a" * 100 + ".py::test_it[x--run-y]", "4567ab")
    assert name != other
    assert SeededRandom(7, name, "case").uuid("id") == SeededRandom(7, other, "case").uuid("id")
    assert SeededRandom(7, name, "case").uuid("id") != SeededRandom(7, "x" + name, "case").uuid("id")


@pytest.mark.slow
def test_dates_and_spans_of_time_stand_in_the_marker(tmp_path: Path) -> None:
    suite = """
from datetime import UTC, date, datetime, timedelta
import pytest

@pytest.mark.case_emulator(frozen=date(2031, 1, 1), delay=timedelta(seconds=3))
def test_one(sandbox):
    assert sandbox.clock.now == datetime(2031, 1, 1, tzinfo=UTC)
    assert sandbox.configure()["delay"] == 3
"""
    (tmp_path / "test_it.py").write_text(suite, "utf-8")
    assert_passed(run_pytest(tmp_path))

"""The command line as a whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from emulator.cli import COMMANDS
from tests.commands import run, run_here

# What costs a start and is not needed to say what a command does.
EXPENSIVE = ("flask", "marshmallow", "requests", "rich", "faker", "sqlite3")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_without_a_command_it_shows_the_help(tmp_path: Path, arguments: list[str]) -> None:
    done = run_here(tmp_path, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
    assert "..." not in done.stdout.partition("Commands:")[2]  # no sentence is cut off


def test_a_command_that_is_not_known_is_wrong_usage(tmp_path: Path) -> None:
    done = run_here(tmp_path, "serf")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no command serf; did you mean serve?" in done.stderr


@pytest.mark.parametrize("name", ["run", "worlds"])
def test_what_runs_a_command_says_so_without_one(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, name)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"say which command to run, as in: case-emulator {name} -- pytest" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["worlds", "--allow-target", "http://x", "--", "true"], "--allow-target is 'http://x': a host is needed"),
        (
            ["worlds", "--cors-origin", "x", "--cors-origin", "y", "--", "true"],
            "--cors-origin is 'x', 'y': an origin like",
        ),
        (["worlds", "--public-url", "x", "--", "true"], "a URL like http://localhost:8642 is needed"),
        (["deliveries", "--url", "x"], "a URL like http://localhost:8642 is needed"),
        (["worlds", "--world", "sphinxhq.token-lief=60"], "did you mean sphinxhq.token-life=60?"),
    ],
)
def test_a_refusal_repeats_what_was_written_and_what_to_write(
    tmp_path: Path, arguments: list[str], reason: str
) -> None:
    done = run_here(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_quick_and_has_an_example(tmp_path: Path, name: str) -> None:
    script = (
        "import sys, contextlib\n"
        "from emulator.cli import main\n"
        f"with contextlib.suppress(SystemExit): main([{name!r}, '--help'])\n"
        f"print(sorted(sys.modules.keys() & set({EXPENSIVE!r})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Example:" in done.stdout
    assert done.stderr.strip() == "[]"


def test_a_setting_that_is_none_of_the_server_s_keeps_no_server_from_starting(tmp_path: Path) -> None:
    variables = {"CASE_EMULATOR_URL": "http://localhost:1", "CASE_EMULATOR_CONTROL_TOKEN": "secret"}
    assert run_here(tmp_path, "doctor", "--port", "0", **variables).returncode == 0


def test_a_database_is_not_copied_into_itself(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    file.touch()
    (tmp_path / "link.sqlite").symlink_to(file)
    for target in ("kept.sqlite", "link.sqlite"):
        done = run(tmp_path, "copy", "--from", "sqlite:///kept.sqlite", "--to", f"sqlite:///{target}")
        assert (done.returncode, "--from and --to are the same file" in done.stderr) == (1, True), done.stderr

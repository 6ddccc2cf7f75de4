"""What cannot be run is said plainly, with the exit codes of `run`, and numbers stand with their nouns."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.commands.relay import program_of
from emulator.worlds.hazards import Duplicate
from emulator.worlds.registry import UnknownWorld, chosen_worlds
from emulator.worlds.report_html import as_html
from emulator.worlds.run import Judged, Judgement, Outcome, Run
from emulator.worlds.texts import end_of
from tests.worlds.test_command import worlds


def test_a_world_that_is_not_of_the_chosen_kind_selects_none() -> None:
    with pytest.raises(UnknownWorld, match="no world selected: duplicate is not among the guesses"):
        chosen_worlds(["guesses"], ["duplicate"])


def test_no_world_selected_is_a_mistake_in_the_command_line() -> None:
    done: Result = CliRunner().invoke(main, ["worlds", "--only", "guesses", "--world", "duplicate", "--", "true"])
    assert done.exit_code == 2
    assert "no world selected" in done.output


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--timeout", "nan", "--", "true"], "nan is no number"),
        (["--score", "nan", "--", "true"], "nan is no number"),
        (["--html", ".", "--", "true"], "it is a folder"),
        (["--html", "k" * 300, "--", "true"], "File name too long"),
        (["--", ""], "say which command to run"),
        ([], "say which command to run"),
        (["--explain", "swap"], "did you mean swapped"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_run(flags: list[str], told: str) -> None:
    done: Result = CliRunner().invoke(main, ["worlds", *flags])
    assert (done.exit_code, told in done.output) == (2, True), done.output


def test_a_world_is_explained_with_code_for_each_api() -> None:
    done: Result = CliRunner().invoke(main, ["worlds", "--explain", "duplicate", "--explain", "no-reuse"])
    assert done.exit_code == 0
    for text in ("# duplicate", "What breaks", "APLYiD Workflow:", "Sphinx:", "# no-reuse", "What exercises it"):
        assert text in done.output


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (Run(rc=3, seconds=1.0), "the command ended with 3"),
        (Run(rc=137, seconds=1.0), "the command ended with 137, by signal 9"),
        (Run(rc=124, seconds=1.0), "the command ended with 124"),
        (Run(rc=124, seconds=1.0, allowed=1.0), "the command did not end within 1 s"),
    ],
)
def test_how_a_command_ended_is_told(run: Run, told: str) -> None:
    assert end_of(run).startswith(told)


@pytest.mark.parametrize(
    ("system", "found", "started"),
    [("win32", "C:\\npm.cmd", "C:\\npm.cmd"), ("win32", None, "npm"), ("linux", "/bin/npm", "npm")],
)
def test_npm_is_npm_cmd_on_windows(
    system: str, found: str | None, started: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.commands.relay.sys.platform", system)
    monkeypatch.setattr("emulator.commands.relay.shutil.which", lambda name, path: found)
    assert program_of("npm", {"PATH": "x"}) == started


@pytest.mark.slow
def test_what_a_command_leaves_behind_is_ended_and_what_it_prints_may_be_anything(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/child; printf '\\377 caf\\351\\n'; read line; test -z \"$line\""
    done = worlds(tmp_path, "--world", "duplicate", "--results", "none.xml", command=["sh", "-c", script])
    assert done.returncode == 4, done.stderr
    assert "none.xml tells of no test" in done.stderr
    assert is_gone(int((tmp_path / "child").read_text("utf-8")))


def is_gone(process: int) -> bool:
    try:
        return "sleep" not in Path(f"/proc/{process}/cmdline").read_text("utf-8")
    except FileNotFoundError:
        return True


@pytest.mark.slow
def test_a_command_that_is_not_found_ends_it_as_it_ends_run(tmp_path: Path) -> None:
    done = worlds(tmp_path, "--world", "duplicate", command=["nonexistent-cmd"])
    assert done.returncode == 127
    assert "the command nonexistent-cmd is not found" in done.stderr


@pytest.mark.slow
def test_one_world_is_told_in_the_singular_and_the_column_explained(tmp_path: Path) -> None:
    done = worlds(tmp_path, "--world", "duplicate", command=[sys.executable, "-c", ""])
    assert "; 1 world, about" in done.stderr
    assert "exercised: how often what is different there came to pass" in done.stdout


def test_the_page_counts_worlds_and_explains_the_column() -> None:
    plain = Run(rc=0, seconds=1.0)
    one = Judged(world=Duplicate(), verdict=Judgement.NOT_EXERCISED, run=plain)
    assert "1 world was run" in as_html(Outcome(plain=plain, judged=[one]))
    assert "2 worlds were run" in as_html(Outcome(plain=plain, judged=[one, one]))
    assert "exercised: how often" in as_html(Outcome(plain=plain, judged=[one]))


def test_the_page_has_a_place_for_each_world_to_link_to() -> None:
    plain = Run(rc=0, seconds=1.0)
    names = ("duplicate", "sphinxhq.restart-flag=query", "never-sent")
    judged = [Judged(world=world, verdict=Judgement.HOLDS, run=plain) for world in chosen_worlds([], names)]
    page = as_html(Outcome(plain=plain, judged=judged))
    for name in names:
        assert f'id="{name}"' in page
        assert f'href="#{name}"' in page

"""What cannot be run is said plainly, with the exit codes of `run`, and numbers stand with their nouns."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.worlds.hazards import Duplicate
from emulator.worlds.registry import UnknownWorld, chosen_worlds
from emulator.worlds.report_html import as_html
from emulator.worlds.run import Judged, Judgement, Outcome, Run
from tests.worlds.test_command import worlds


def test_a_world_that_is_not_of_the_chosen_kind_selects_none() -> None:
    with pytest.raises(UnknownWorld, match="no world selected: duplicate is not among the guesses"):
        chosen_worlds(["guesses"], ["duplicate"])


def test_no_world_selected_is_a_mistake_in_the_command_line() -> None:
    done: Result = CliRunner().invoke(main, ["worlds", "--only", "guesses", "--world", "duplicate", "--", "true"])
    assert done.exit_code == 2
    assert "no world selected" in done.output


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

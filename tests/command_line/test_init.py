"""`case-emulator init`: a settings file to start from."""

import json
import re
from pathlib import Path

from emulator.setting_sources import read_settings
from emulator.settings import OPTIONS, Settings
from tests.commands import run_here

FILE = "case-emulator.toml"


def test_the_file_changes_nothing_as_it_is(tmp_path: Path) -> None:
    assert run_here(tmp_path, "init").returncode == 0
    assert read_settings({}, {}, tmp_path) == Settings()


def test_every_setting_is_in_it_and_can_be_taken_as_it_stands(tmp_path: Path) -> None:
    run_here(tmp_path, "init")
    text = (tmp_path / FILE).read_text("utf-8")
    assert re.findall(r"^#([a-z-]+) = ", text, re.M) == [name.replace("_", "-") for name in OPTIONS]
    assert all(f"# {option.metadata['help']}" in text for option in OPTIONS.values())
    (tmp_path / FILE).write_text(re.sub(r"^#(?=[a-z])", "", text, flags=re.M), "utf-8")
    read = read_settings({}, {}, tmp_path)
    for name, option in OPTIONS.items():
        assert (getattr(read, name) == option.default) is (option.metadata["example"] is None)


def test_a_file_that_is_there_is_only_replaced_by_force(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("delay = 1\n", "utf-8")
    refused = run_here(tmp_path, "init")
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    assert (tmp_path / FILE).read_text("utf-8") == "delay = 1\n"
    assert run_here(tmp_path, "init", "--force").returncode == 0
    assert "#delay = 2" in (tmp_path / FILE).read_text("utf-8")


def test_where_it_cannot_be_written_it_says_why(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    done = run_here(tmp_path, "init", "--force")
    assert (done.returncode, "cannot be written" in done.stderr) == (1, True)


def test_as_json_it_says_what_was_written(tmp_path: Path) -> None:
    told = json.loads(run_here(tmp_path, "init", "--json").stdout)
    assert Path(told["file"]).samefile(tmp_path / FILE)
    assert len(told["settings"]) == len(OPTIONS)

"""The init folder: rules for every sandbox and sandboxes that are there from the start."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.settings import BadSetting
from tests.commands import run, serving
from tests.emulators import Emulator, served

RULES = "rules:\n  - when: {client.name: {starts_with: Bad}}\n    outcome: denied\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to put files into."""
    (tmp_path / "init").mkdir()
    return tmp_path / "init"


@pytest.fixture
def snapshot() -> dict[str, Any]:
    """A sandbox with a case of each provider and settings of its own."""
    with served(delay=3600) as emulator:
        emulator.control("PATCH", "", {"delay": 0.25})
        emulator.aplyid.open_case(activity__external_id="from-the-snapshot")
        emulator.sphinxhq.open_case()
        taken: dict[str, Any] = emulator.control("GET", "snapshot").json()
    return taken


def put(folder: Path, name: str, document: Any) -> Path:
    (folder / name).write_text(json.dumps(document), "utf-8")
    return folder / name


def test_its_rules_hold_in_every_sandbox_after_those_of_the_settings(folder: Path) -> None:
    (folder / "b.yaml").write_text(RULES, "utf-8")
    (folder / "a.yml").write_text("rules: [{outcome: undecided, when: {client.name: Bad Luck}}]", "utf-8")
    own = json.dumps({"when": {"client.name": "Bad Idea"}, "delay": 1})
    with served(init_folder=str(folder), rule=[own]) as emulator:
        rules = emulator.of("any").control("GET", "outcomes").json()["common_rules"]
    assert [rule["id"] for rule in rules] == ["rule 1", "a 1", "b 1"]


def test_its_snapshots_are_sandboxes_that_go_on_from_there(folder: Path, snapshot: dict[str, Any]) -> None:
    put(folder, "one.json", snapshot)
    put(folder, "two.json", snapshot)
    with served(init_folder=str(folder)) as emulator:
        for name in ("one", "two"):
            sandbox = emulator.of(name)
            assert sandbox.control("GET", "").json()["settings"]["delay"] == 0.25
            assert sandbox.sphinxhq.get("1/").status_code == 200
            assert sandbox.aplyid.open_case()["case_id"] == 1025
        assert emulator.aplyid.open_case()["case_id"] == 1024


def test_what_was_used_before_is_kept_as_it_is(folder: Path, snapshot: dict[str, Any], tmp_path: Path) -> None:
    put(folder, "one.json", snapshot)
    given = {"init_folder": str(folder), "database": str(tmp_path / "kept.sqlite")}
    with served(**given) as emulator:
        assert emulator.of("one").aplyid.open_case()["case_id"] == 1025
    put(folder, "later.json", snapshot)
    with served(**given) as emulator:
        assert emulator.of("one").aplyid.open_case()["case_id"] == 1026
        assert emulator.of("later").aplyid.open_case()["case_id"] == 1025


def test_it_is_all_there_when_the_process_says_ready(folder: Path, snapshot: dict[str, Any], tmp_path: Path) -> None:
    put(folder, "one.json", snapshot)
    (folder / "README.md").write_text("what these are for", "utf-8")
    (folder / ".hidden.yaml").write_text("no rules", "utf-8")
    (folder / "sub.yaml").mkdir()
    with serving(tmp_path, "--port", "0", CASE_EMULATOR_INIT_FOLDER="init") as process:
        emulator = Emulator(process.emulator.url, "one")
        assert emulator.sphinxhq.get("1/").status_code == 200
        _, _, err = process.ask_to_stop()
    assert "sandbox one is restored from" in err


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bad.yaml", "rules: 7", "a list called rules is needed"),
        ("bad.yaml", "rules: [{outcome: maybe}]", "maybe is no outcome"),
        ("bad.yaml", "[", "no YAML"),
        ("bad.json", "{", "is no JSON"),
        ("bad.json", "[]", "a snapshot is a JSON object"),
        ("bad.json", "{}", "schema"),
        ("bad.json", '{"schema": 1}', "clock, settings: needed"),
        ("bad.json", '{"schema": NaN}', "is no JSON"),
        ("bad.json", "[" * 100_000, "nested more than"),
        ("Bad Name.json", "{}", "named after a sandbox"),
        ("expired.json", "{}", "named after a sandbox"),
    ],
)
def test_a_bad_file_is_named_and_nothing_starts(folder: Path, name: str, text: str, told: str) -> None:
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(BadSetting) as refused, served(init_folder=str(folder)):
        pass
    assert name in str(refused.value)
    assert told in str(refused.value)


def test_a_bad_file_or_no_folder_ends_the_process_with_2(folder: Path, tmp_path: Path) -> None:
    put(folder, "bad.json", {})
    for name, told in (("init", "bad.json"), ("nowhere", "--init-folder nowhere cannot be read")):
        done = run(tmp_path, "serve", "--port", "0", "--init-folder", name)
        assert (done.returncode, done.stdout, told in done.stderr) == (2, "", True)


def test_a_snapshot_that_is_too_large_is_refused(folder: Path) -> None:
    with (folder / "large.json").open("wb") as file:
        file.truncate(8 * 1024 * 1024 + 1)
    with pytest.raises(BadSetting, match=r"large\.json is larger than"), served(init_folder=str(folder)):
        pass

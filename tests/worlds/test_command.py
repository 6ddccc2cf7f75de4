"""The command: exit codes, reports, and what is told of a suite that proves nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from emulator.worlds.registry import UnknownWorld, all_worlds, chosen_worlds
from tests.commands import COMMAND, PLAIN_PYTEST, environment
from tests.waiting import PATIENCE, wait_until

HAZARDS = "duplicate eight-at-once lost-acknowledgement cut-then-whole down-then-up late swapped strangers-between"
HAZARDS += " chunked lower-case-headers slow-body burst token-ends-early"
MUTANTS = "denied-as-approved approved-as-denied undecided-as-approved never-sent other-case other-reference"
MUTANTS += " created-though-invalid refused-though-valid no-reuse one-client-for-two foreign-case-id any-credential"
MUTANTS += " never-ends fields-missing 200-for-201 empty-error forgotten-change token-never-ends"
SUITE = """
import os
import pytest

def test_a_case_ends_well(sandbox):
    sandbox.clock.freeze()
    case = sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert case["case_id"] < 100_000
    sandbox.clock.advance(2)
    assert sandbox.webhooks.wait().json["client"]["approval_status"] == "approved"
"""


def worlds(folder: Path, *flags: str, command: list[str] | None = None) -> "subprocess.CompletedProcess[str]":
    command = command or [sys.executable, "-m", "pytest", "-q", *PLAIN_PYTEST]
    return subprocess.run(
        [*COMMAND, "worlds", *flags, "--", *command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_worlds_have_the_names_that_were_agreed_on() -> None:
    named = {kind: [world.name for world in chosen_worlds([kind], [])] for kind in ("hazards", "mutants")}
    assert named == {"hazards": HAZARDS.split(), "mutants": MUTANTS.split()}
    guesses = [world.name for world in chosen_worlds(["guesses"], [])]
    assert "aplyid.join=first" in guesses
    assert len(set(guesses)) == len(guesses)


def test_each_world_has_its_words() -> None:
    for world in all_worlds():
        assert all(text.endswith(".") for text in (world.what, world.why, world.how)), world.name


def test_an_unknown_world_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnknownWorld, match="duplicat is no world; did you mean duplicate"):
        chosen_worlds([], ["duplicat"])
    with pytest.raises(UnknownWorld, match="hazard is no kind of worlds; did you mean hazards"):
        chosen_worlds(["hazard"], [])


@pytest.mark.slow
def test_the_report_says_what_came_of_each_world(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SUITE, "utf-8")
    chosen = ("ids-elsewhere", "webhook-keys-reversed", "swapped", "approved-as-denied")
    flags = [part for name in chosen for part in ("--world", name)]
    done = worlds(tmp_path, *flags, "--json", "r.json", "--junit", "r.xml", "--html", "r.html", "--jobs", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert set(report) == {"plain", "worlds", "score"}
    assert report["plain"]["rc"] == 0
    assert [each["name"] for each in report["worlds"]] == list(chosen)
    verdicts = ["breaks", "holds", "not exercised", "caught"]
    assert [each["verdict"] for each in report["worlds"]] == verdicts
    assert set(report["worlds"][0]) == {"name", "kind", "verdict", "exercised", "failed", "seconds"}
    assert report["worlds"][0]["failed"] == ["test_it.py::test_a_case_ends_well"]
    assert [each["exercised"] > 0 for each in report["worlds"]] == [True, True, False, True]
    assert report["score"] == 1
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "case-emulator: requests of sandbox" in page  # what the plugin told of the failed test
    assert "src=" not in page
    suite = ElementTree.parse(tmp_path / "r.xml").find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "1")
    assert "these tests depend on something that nobody outside knows" in done.stdout


@pytest.mark.slow
def test_a_command_that_does_nothing_proves_nothing(tmp_path: Path) -> None:
    done = worlds(tmp_path, "--world", "duplicate", "--json", "r.json", command=[sys.executable, "-c", ""])
    assert done.returncode == 4
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["score"] is None


@pytest.mark.slow
def test_a_suite_that_fails_in_the_plain_world_proves_nothing(tmp_path: Path) -> None:
    done = worlds(tmp_path, "--json", "r.json", command=[sys.executable, "-c", "import sys; sys.exit('sorry')"])
    assert done.returncode == 5
    assert "sorry" in done.stderr
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == {
        "plain": {"rc": 1, "seconds": pytest.approx(0, abs=PATIENCE)},
        "worlds": [],
        "score": None,
    }


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_red(tmp_path: Path) -> None:
    slow = "import os, threading; 'plain' in os.environ['CASE_EMULATOR_WORLD'] or threading.Event().wait(600)"
    done = worlds(
        tmp_path, "--world", "burst", "--timeout", "2", "--json", "r.json", command=[sys.executable, "-c", slow]
    )
    [world] = json.loads((tmp_path / "r.json").read_text("utf-8"))["worlds"]
    assert (world["verdict"], world["exercised"]) == ("flaky", 0)  # red twice, but not by what was otherwise
    assert done.returncode == 1


@pytest.mark.slow
def test_ctrl_c_in_the_plain_world_ends_the_command(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    stuck = f"import os, pathlib, threading; pathlib.Path({str(begun)!r}).write_text(str(os.getpid())); "
    command = [sys.executable, "-c", f"{stuck} threading.Event().wait(600)"]
    process = subprocess.Popen([*COMMAND, "worlds", "--", *command], cwd=tmp_path, env=environment())
    wait_until(lambda: begun.exists() and begun.read_text("utf-8") != "")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text("utf-8")), 0)


@pytest.mark.slow
def test_ctrl_c_leaves_a_report_of_what_is_done(tmp_path: Path) -> None:
    stuck = "import os, threading; 'late' in os.environ['CASE_EMULATOR_WORLD'] and threading.Event().wait(600)"
    flags = ["--world", "duplicate", "--world", "late", "--json", "r.json"]
    with (tmp_path / "told").open("w+") as told:
        process = subprocess.Popen(
            [*COMMAND, "worlds", *flags, "--", sys.executable, "-c", stuck],
            cwd=tmp_path,
            env=environment(),
            stdout=told,
            stderr=told,
        )
        wait_until(lambda: "[1/2] duplicate" in (tmp_path / "told").read_text("utf-8"))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    [world] = json.loads((tmp_path / "r.json").read_text("utf-8"))["worlds"]
    assert world["name"] == "duplicate"

"""From a clone and from a wheel, as on a machine that has never seen the project."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clean import ROOT, CleanMachine, clean_environment, clone, started
from tests.emulators import CREATE_CASE, Emulator, compact


def assert_it_answers(emulator: Emulator) -> None:
    answer = emulator.aplyid.post(CREATE_CASE["request"]["body"])
    assert answer.text == compact(CREATE_CASE["answer"]["body"]).replace("http://127.0.0.1:8642", emulator.url)


@pytest.mark.slow
def test_make_run_in_a_fresh_clone_installs_and_serves(tmp_path: Path, needs: Callable[[str], str]) -> None:
    folder = clone(tmp_path)
    with started([needs("make"), "run", "ARGS=--port 0", f"PYTHON={sys.executable}"], folder) as emulator:
        assert_it_answers(emulator)
    with started([needs("make"), "demo", "ARGS=--port 0"], folder) as emulator:
        assert emulator.control("GET", "cases").json()["count"] == 20


def test_our_wheel_in_an_empty_environment_serves_from_another_folder(machine: CleanMachine) -> None:
    expected = compact(CREATE_CASE["answer"]["body"]).replace("http://127.0.0.1:8642", machine.alone["url"])
    assert (machine.alone["answer"], machine.alone["inbox"]) == (expected, 0)


def make(*arguments: str) -> str:
    """What make prints."""
    command = ["make", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_knows_every_target_of_its_help(needs: Callable[[str], str]) -> None:
    needs("make")
    listed = re.findall(r"^([a-z-]+) ", make("help"), re.M)
    assert {"run", "demo", "test", "test-all", "check", "bench", "wheel"} <= set(listed)
    for target in listed:
        make("--dry-run", target)


def test_make_test_leaves_out_what_is_slow_and_test_all_nothing(needs: Callable[[str], str]) -> None:
    needs("make")
    assert '-m "not slow"' in make("--dry-run", "test")
    assert " -m " not in make("--dry-run", "test-all")

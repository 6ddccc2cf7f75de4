"""The programs of examples/, each run as its README says, against a served emulator."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands import environment
from tests.emulators import Emulator, served
from tests.receivers import free_port

ROOT = Path(__file__).parents[2]
PROGRAMS = {"node": "node/onboarding.mjs", "python": "python/onboarding.py", "sh": "shell/onboarding.sh"}
CASE_FILE = "python/case_file.py"  # of Sphinx alone
CURRENT = {"python": "python/current_generation.py", "node": "node/current_generation.mjs"}
NEEDED = {"node": "node", "sh": "curl"}
NOWHERE = "http://127.0.0.1:9"  # a proxy that none of them may ask


@pytest.fixture(scope="module")
def quick() -> Iterator[Emulator]:
    with served() as emulator:
        yield emulator


def look_for(kind: str, needs: Callable[[str], str]) -> None:
    """Skip, or fail in CI, where the program it needs is missing."""
    if kind in NEEDED:
        needs(NEEDED[kind])


def start(kind: str, url: str, sandbox: str, path: str = "") -> "subprocess.Popen[str]":
    program = sys.executable if kind == "python" else kind
    told = {"CASE_EMULATOR_URL": url, "EXAMPLE_SANDBOX": sandbox, "HTTP_PROXY": NOWHERE, "http_proxy": NOWHERE}
    command = [program, str(ROOT / "examples" / (path or PROGRAMS[kind]))]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(**told), stdout=pipe, stderr=pipe, text=True)


def finish(started: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    out, err = started.communicate(timeout=60)
    return started.returncode, out, err


@pytest.mark.parametrize("kind", PROGRAMS)
def test_each_tells_its_story_and_finds_all_as_expected(
    kind: str, quick: Emulator, needs: Callable[[str], str]
) -> None:
    look_for(kind, needs)
    code, told, errors = finish(start(kind, f"{quick.url}/", f"alone-{kind}"))
    assert (code, errors) == (0, "")
    assert told.startswith(f"Sandbox alone-{kind} of {quick.url} is empty")
    assert told.endswith("All as expected.\n")
    assert "APLYiD opened case 1024" in told
    assert ("Sphinx opened case 1 " in told) == (kind != "sh")


def test_the_case_file_tells_its_story_and_fails_where_something_is_not_as_expected(quick: Emulator) -> None:
    code, told, errors = finish(start("python", quick.url, "case-file", CASE_FILE))
    assert (code, errors) == (0, "")
    assert told.startswith(f"Sandbox case-file of {quick.url} is empty")
    assert [line for line in told.splitlines() if line.startswith("Case ")] == [
        line for line in told.splitlines() if re.match(r"Case [12] is COMPLETED: ACCEPTED, risk 0\.\d+\.", line)
    ]
    assert told.endswith("All as expected.\n")
    with served(rule=['{"when": {}, "outcome": "undecided"}']) as other:
        code, _, errors = finish(start("python", other.url, "surprised", CASE_FILE))
    assert (code, errors) == (1, "Not as expected: case 1 ended PENDING\n")
    code, told, errors = finish(start("python", f"http://127.0.0.1:{free_port()}", "nobody", CASE_FILE))
    assert (code, told) == (1, "")
    assert "start one with: case-emulator serve" in errors


@pytest.mark.parametrize(("kind", "path"), CURRENT.items())
def test_the_current_generation_tells_its_story(
    kind: str, path: str, quick: Emulator, needs: Callable[[str], str]
) -> None:
    look_for(kind, needs)
    code, told, errors = finish(start(kind, quick.url, f"current-{kind}", path))
    assert (code, errors) == (0, "")
    assert len(re.findall(r"^Case [12] \(order-1\) is complete: ACCEPTED, risk 0\.\d+\.$", told, re.M)) == 2
    assert told.endswith("All as expected.\n")


def test_many_at_once_do_not_see_each_other(quick: Emulator, needs: Callable[[str], str]) -> None:
    for program in NEEDED.values():
        needs(program)
    running = [start(kind, quick.url, f"together-{kind}-{number}") for kind in PROGRAMS for number in range(3)]
    ends = [finish(each) for each in running]
    assert [(code, errors) for code, _, errors in ends] == [(0, "")] * 9


@pytest.mark.parametrize("kind", PROGRAMS)
def test_each_fails_when_something_is_not_as_expected(kind: str, needs: Callable[[str], str]) -> None:
    look_for(kind, needs)
    with served(rule=['{"when": {}, "outcome": "undecided"}']) as other:
        code, told, errors = finish(start(kind, other.url, "surprised"))
    assert code == 1
    assert errors.startswith("Not as expected: ")
    assert "All as expected" not in told


@pytest.mark.parametrize("kind", PROGRAMS)
def test_each_says_what_to_start_where_nothing_answers(kind: str, needs: Callable[[str], str]) -> None:
    look_for(kind, needs)
    code, told, errors = finish(start(kind, f"http://127.0.0.1:{free_port()}", "nobody"))
    assert (code, told) == (1, "")
    assert "start one with: case-emulator serve" in errors


def test_the_readme_names_every_program_and_project() -> None:
    page = (ROOT / "examples" / "README.md").read_text("utf-8")
    assert all(f"{kind} examples/{path}" in page for kind, path in PROGRAMS.items())
    assert f"python examples/{CASE_FILE}" in page
    folders = [entry.name for entry in os.scandir(ROOT / "examples") if entry.is_dir()]
    assert all(f"({name}/README.md)" in page or f" examples/{name}/" in page for name in folders)

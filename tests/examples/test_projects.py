"""The projects of examples/ and their suites."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clean import LEFT_BEHIND, ROOT, CleanMachine
from tests.commands import PLAIN_PYTEST, environment


def passed(told: str) -> int:
    """How many tests passed; the test that asks fails where anything else happened to one."""
    [line] = re.findall(r"^=* ?(\d+ passed.*?) in ", told, re.M)
    assert re.fullmatch(r"\d+ passed", line), told
    return int(line.split()[0])


def test_the_sample_project_s_suite_passes_with_our_wheel_in_an_empty_environment(machine: CleanMachine) -> None:
    assert passed(machine.run("pytest -q")) == passed(machine.run("pytest -q -n 2", WEBHOOK_HOST="localhost")) >= 12
    where = machine.run("python -c 'import emulator; print(emulator.__file__)'")
    assert where.startswith(str(machine.folder / "venv"))


@pytest.mark.slow
def test_the_django_project_s_suite_passes(tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT / "examples" / "django_project", tmp_path / "site", ignore=LEFT_BEHIND)
    command = [sys.executable, "-m", "pytest", "-q", *PLAIN_PYTEST]
    done = subprocess.run(
        command,
        cwd=copy,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert passed(done.stdout) >= 8

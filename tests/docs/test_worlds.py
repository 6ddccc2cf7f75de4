"""The first commands of docs/worlds.md give a first result that makes sense."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import PLAIN_PYTEST, environment
from tests.docs.pages import ROOT, samples


@pytest.mark.slow
def test_its_first_commands_give_a_good_result() -> None:
    commands = samples((ROOT / "docs" / "worlds.md").read_text("utf-8"), "sh")[0]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**environment(COLUMNS="300"), "PATH": path, "PYTEST_ADDOPTS": " ".join(PLAIN_PYTEST)}
    done = subprocess.run(
        ["sh", "-ec", commands], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "duplicate: holds" in done.stderr
    assert "denied-as-approved: caught" in done.stderr
    assert "test_shop.py::test_the_decision_decides[denied-cancel]" in done.stdout
    assert "test_shop.py::test_two_orders_of_two_customers" in done.stdout

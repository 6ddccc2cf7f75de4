"""Each part of the benchmarks measures and tells; what it finds is judged by whoever runs `make bench`."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.contestants import Cores
from benchmarks.parts import PARTS, Measured

ROOT = Path(__file__).parents[2]
LEAST = argparse.Namespace(least=True, quick=False, rounds=1, seconds=0.1, postgres_cases=None)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", PARTS)
def test_each_part_measures_and_tells(name: str) -> None:
    told = PARTS[name](Measured(LEAST, Cores()))
    assert len(told.lines) > 2
    assert any(digit in line for line in told.lines[1:] for digit in "123456789")


def test_the_command_writes_the_page_of_what_it_measured(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    done = bench("--only", "memory", "--write", str(page))
    assert done.returncode == 0, done.stderr
    assert "## Resident memory" in page.read_text("utf-8")
    assert "memory after 20 creates" in done.stdout


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with as little as there can be."""
    command = [sys.executable, "-m", "benchmarks", "--least", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

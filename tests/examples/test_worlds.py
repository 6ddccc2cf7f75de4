"""The shop of examples/worlds in Node, in the plain world and in two others; tests/docs has the one in Python."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clean import ROOT
from tests.commands import COMMAND, environment

SHOPS = ROOT / "examples" / "worlds"


def judged(folder: Path, report: Path, *command: str, results: Path | None = None) -> dict[str, list[str]]:
    """The verdict on each world, and the tests that failed there."""
    flags = ["--world", "swapped", "--world", "denied-as-approved", "--json", str(report)]
    flags += ["--results", str(results)] if results else []
    done = subprocess.run(
        [*COMMAND, "worlds", *flags, "--", *command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        each["name"]: [each["verdict"], *each["failed"]] for each in json.loads(report.read_text("utf-8"))["worlds"]
    }


@pytest.mark.slow
def test_the_shop_in_node(tmp_path: Path, needs: Callable[[str], str]) -> None:
    results = tmp_path / "results.xml"
    command = [needs("node"), "--test", "--test-reporter=junit", f"--test-reporter-destination={results}"]
    found = judged(SHOPS / "node", tmp_path / "r.json", *command, results=results)
    assert found["swapped"] == ["holds"]
    assert found["denied-as-approved"][0] == "caught"
    assert any("denied means cancel" in name for name in found["denied-as-approved"])

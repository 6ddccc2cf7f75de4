"""What a world costs beside the suite itself, and how long the sample project takes in all worlds."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Told, at_most, table

# Seconds: a world beside the suite, and all worlds of the sample project.
PER_WORLD, WHOLE = 0.6, 180.0
SAMPLE = Path(__file__).parents[1] / "examples" / "sample_project"
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(SAMPLE)}
FEW = ("--world", "aplyid.join=comma")
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "emulator.pytest_plugin"]
NOTHING = [sys.executable, "-c", ""]


@dataclass(frozen=True)
class Found:
    """Seconds, how many worlds there are, and the score of the sample project."""

    per_world: float
    whole: float
    worlds: int
    score: float | None


def measure(chosen: Sequence[str]) -> Found:
    """Run a command that does nothing, then the suite of the sample project, in every world, or in the chosen ones."""
    empty, told = _run([*chosen, "--jobs", "1"], NOTHING)
    suite = sum(each["seconds"] for each in told["worlds"])
    whole, found = _run([*chosen, "--jobs", "2"], PYTEST)
    many = len(told["worlds"])
    return Found(per_world=(empty - suite) / many, whole=whole, worlds=many, score=found["score"])


def _run(options: Sequence[str], command: list[str]) -> tuple[float, Any]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "emulator", "worlds", *options, "--json", str(report), "--", *command],
            cwd=SAMPLE,
            env=os.environ | ALONE,
            capture_output=True,
            check=False,
        )
        return time.perf_counter() - begun, json.loads(report.read_text("utf-8"))


def worlds_table(found: Found) -> Told:
    """What is told of worlds."""
    score = "-" if found.score is None else f"{found.score:.2f}"
    rows = [(str(found.worlds), f"{found.per_world:.2f} s", f"{found.whole:.0f} s", score)]
    head = ("worlds", "a world beside its suite", "the sample project in all", "its score")
    figures = [
        at_most("a world beside its suite", found.per_world, "{:.2f} s", PER_WORLD),
        at_most("the sample project in all worlds", found.whole, "{:.0f} s", WHOLE),
    ]
    return Told(["Worlds", "", *table(head, rows, left=0)], figures, is_markdown=True)

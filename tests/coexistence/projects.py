"""The sample projects, copied and run in an environment with somebody else's plugin."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.commands import environment
from tests.toolbox.environments import ROOT, environment_with

SUITES = Path(__file__).parent / "suites"
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".*_cache", "*.egg-info")
BESIDE = "tests/test_beside.py"


@dataclass(frozen=True)
class Outcome:
    """What pytest said at the end, as in {"passed": 12}, and all that it said."""

    counts: dict[str, int]
    told: str


def copy_project(name: str, suite: str, folder: Path) -> Path:
    """Return a copy of a sample project, with that suite beside its own tests."""
    project = folder / name
    shutil.copytree(ROOT / "examples" / name, project, ignore=LEFT_BEHIND)
    shutil.copy(SUITES / f"beside_{suite}.py", project / BESIDE)
    shutil.copy(SUITES / "settings_with_database.py", project)
    return project


def run_pytest(tool: str, project: Path, site: Path, *flags: str, **variables: str) -> Outcome:
    """Run the tests of a project in the environment of a tool, with the emulator that is in the folder `site`."""
    done = subprocess.run(
        [str(environment_with(tool)), "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:faker", *flags],
        cwd=project,
        # Bytecode is written whatever our own environment says, or every process would compile all of it again.
        env=environment(PYTHONPATH=str(site), PYTHONDONTWRITEBYTECODE="", **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    return Outcome(read_counts(done.stdout), done.stdout + done.stderr)


def read_counts(told: str) -> dict[str, int]:
    """Return the numbers of pytest's last line."""
    lines = re.findall(r"^=+ (.*) in [\d.]+s.* =+$", told, re.M)
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", lines[-1])} if lines else {}

"""A virtual environment that has never seen the project, with the emulator in it from a wheel."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.test_install import LEFT_BEHIND, clean_environment, clone

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class CleanMachine:
    """A folder where somebody's project lies beside a clone of ours, and the environment both are installed in."""

    folder: Path
    project: Path

    def run(self, command: str, **variables: str) -> str:
        """What a command of the shell prints, run in the project with the environment active; it must end with 0."""
        found = f"{self.folder / 'venv' / 'bin'}:{clean_environment()['PATH']}"
        environ = {**clean_environment(), "PATH": found, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables}
        shell = ["sh", "-ec", command]
        done = subprocess.run(
            shell, cwd=self.project, env=environ, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def clean_machine(folder: Path) -> CleanMachine:
    """One with nothing but the sample project, our wheel, and what these need."""
    project = folder / "onboarding"
    shutil.copytree(ROOT / "examples" / "sample_project", project, ignore=LEFT_BEHIND)
    clone(folder).rename(project / "case-emulator")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], env=clean_environment(), check=True)
    machine = CleanMachine(folder, project)
    machine.run("pip --quiet wheel --no-deps --wheel-dir .. ./case-emulator")
    machine.run("pip --quiet install ../case_emulator-*.whl '.[test]'")
    return machine

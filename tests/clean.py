"""Folders and environments that have never seen the project: a clone, and a machine with our wheel."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emulators import CREATE_CASE, Emulator
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).parents[1]
LEFT_BEHIND = shutil.ignore_patterns(
    *(".git", ".venv", "*.egg-info", "__pycache__", "build", "dist", ".*_cache", ".hypothesis", "*.sqlite*")
)


def clean_environment() -> dict[str, str]:
    """Our environment without this virtual one and without settings of Python or the emulator."""
    ours = ("CASE_EMULATOR_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def clone(folder: Path) -> Path:
    """The project without anything this machine left behind."""
    return Path(shutil.copytree(ROOT, folder / "clone", ignore=LEFT_BEHIND))


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[Emulator]:
    """The emulator that a command starts in a folder, for the time of the block."""
    popen = subprocess.Popen(
        command, cwd=folder, env=clean_environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield _ready(popen)
    finally:
        os.killpg(popen.pid, signal.SIGTERM)
        popen.communicate(timeout=PATIENCE)


def _ready(popen: "subprocess.Popen[str]") -> Emulator:
    assert popen.stdout
    for line in popen.stdout:
        if line.startswith("Ready "):
            return Emulator(line.split()[1])
    raise AssertionError(f"{popen.args} ended with {popen.wait()}")


@dataclass(frozen=True)
class CleanMachine:
    """A folder where somebody's project lies beside a clone of ours, and the environment both are installed in."""

    folder: Path

    @property
    def project(self) -> Path:
        """The sample project."""
        return self.folder / "onboarding"

    @property
    def alone(self) -> dict[str, Any]:
        """What the emulator said there before the project and its requirements were installed."""
        told: dict[str, Any] = json.loads((self.folder / "alone.json").read_text("utf-8"))
        return told

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

    def set_up(self) -> None:
        """Install our wheel, see that it serves by itself, and install the project."""
        shutil.copytree(ROOT / "examples" / "sample_project", self.project, ignore=LEFT_BEHIND)
        clone(self.folder).rename(self.project / "case-emulator")
        subprocess.run([sys.executable, "-m", "venv", str(self.folder / "venv")], env=clean_environment(), check=True)
        self.run("pip --quiet wheel --no-deps --wheel-dir .. ./case-emulator")
        self.run("pip --quiet install ../case_emulator-*.whl")
        (self.folder / "alone.json").write_text(json.dumps(self._serve()), "utf-8")
        self.run("pip --quiet install '.[test]'")

    def _serve(self) -> dict[str, Any]:
        (self.folder / "elsewhere").mkdir()
        command = [str(self.folder / "venv" / "bin" / "case-emulator"), "serve", "--port", "0", "--delay", "3600"]
        with started(command, self.folder / "elsewhere") as emulator:
            answer = emulator.aplyid.post(CREATE_CASE["request"]["body"])
            return {"url": emulator.url, "answer": answer.text, "inbox": len(emulator.inbox())}


def clean_machine(temporary: pytest.TempPathFactory) -> CleanMachine:
    """The machine that all workers of this run share, set up by whoever comes first."""
    base = temporary.getbasetemp()
    machine = CleanMachine((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "machine")
    try:
        machine.folder.mkdir()
    except FileExistsError:
        wait_until((machine.folder / "done").exists, 10 * PATIENCE)
        return machine
    try:
        machine.set_up()
    finally:
        (machine.folder / "done").touch()  # if it went wrong, the others need not wait to see that
    return machine

"""From a clone and from a wheel, as on a machine that has never seen the project."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulators import CREATE_CASE, Emulator, compact

ROOT = Path(__file__).parents[2]


def clean_environment() -> dict[str, str]:
    """Our environment without this virtual one and without settings of Python or the emulator."""
    ours = ("CASE_EMULATOR_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


LEFT_BEHIND = shutil.ignore_patterns(
    *(".git", ".venv", "*.egg-info", "__pycache__", "build", "dist", ".*_cache", ".hypothesis", "*.sqlite*")
)


def clone(folder: Path) -> Path:
    """The project without anything this machine left behind."""
    return Path(shutil.copytree(ROOT, folder / "clone", ignore=LEFT_BEHIND))


def start(command: list[str], folder: Path) -> "tuple[subprocess.Popen[str], Emulator]":
    popen = subprocess.Popen(
        command, cwd=folder, env=clean_environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert popen.stdout
    for line in popen.stdout:
        if line.startswith("Ready "):
            return popen, Emulator(line.split()[1])
    raise AssertionError(f"{command} ended with {popen.wait()}")


def stop(popen: "subprocess.Popen[str]") -> None:
    os.killpg(popen.pid, signal.SIGTERM)
    popen.communicate(timeout=30)


def assert_it_answers(emulator: Emulator) -> None:
    answer = emulator.aplyid.post(CREATE_CASE["request"]["body"])
    assert answer.text == compact(CREATE_CASE["answer"]["body"]).replace("http://127.0.0.1:8642", emulator.url)


def test_make_run_in_a_fresh_clone_installs_and_serves(tmp_path: Path, needs: Callable[[str], str]) -> None:
    folder = clone(tmp_path)
    popen, emulator = start([needs("make"), "run", "ARGS=--port 0", f"PYTHON={sys.executable}"], folder)
    try:
        assert_it_answers(emulator)
    finally:
        stop(popen)
    popen, emulator = start([needs("make"), "demo", "ARGS=--port 0"], folder)
    try:
        assert emulator.control("GET", "cases").json()["count"] == 20
    finally:
        stop(popen)


def test_a_wheel_in_an_empty_environment_serves_from_another_folder(tmp_path: Path) -> None:
    source, elsewhere = clone(tmp_path), tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = [str(tmp_path / "venv" / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", str(tmp_path / "venv")],
        [*pip, "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(source)],
    ):
        subprocess.run(command, env=clean_environment(), check=True)
    shutil.rmtree(source)
    [wheel] = tmp_path.glob("*.whl")
    subprocess.run([*pip, "install", str(wheel)], env=clean_environment(), check=True)
    popen, emulator = start([str(tmp_path / "venv" / "bin" / "case-emulator"), "serve", "--port", "0"], elsewhere)
    try:
        assert_it_answers(emulator)
        assert json.loads(emulator.http.get(f"{emulator.url}/_emulator/sandboxes/default/inbox").text)["count"] == 0
    finally:
        stop(popen)


@pytest.mark.parametrize("target", ["help", "run", "test", "check", "bench"])
def test_make_knows_its_targets(target: str, needs: Callable[[str], str]) -> None:
    told = subprocess.run(
        [needs("make"), "--dry-run", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    assert told.returncode == 0, told.stderr

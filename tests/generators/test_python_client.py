"""Clients made by openapi-python-client."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.emulators import Emulator
from tests.generators.documents import HERE, save_document
from tests.toolbox.environments import environment_with

pytestmark = pytest.mark.slow


def run(folder: Path, *arguments: str | Path) -> str:
    """Return what a command prints, run in the environment of the generator; it must end with 0."""
    bin_folder = environment_with("openapi-python-client").parent
    path = os.pathsep.join([str(bin_folder), os.environ["PATH"]])  # the generator calls ruff
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": ""}
    command = [str(bin_folder / arguments[0]), *map(str, arguments[1:])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make_client(emulator: Emulator, name: str, folder: Path) -> None:
    """Let the generator make the package NAME_client in a folder."""
    document, package = save_document(emulator, name, folder), folder / f"{name}_client"
    options = ["--meta", "none", "--fail-on-warning"]
    run(folder, "openapi-python-client", "generate", *options, "--path", document, "--output-path", package)
    run(folder, "python", "-m", "compileall", "-q", package)


def use_client(emulator: Emulator, name: str, folder: Path) -> list[object]:
    """Return what the program that uses the client tells; its cases stay open."""
    emulator.control("PATCH", "", {"delay": 3600})
    program = HERE / f"python_{name}.py"
    told: list[object] = json.loads(run(folder, "python", program, emulator.url, f"test_{emulator.sandbox}"))
    return told


def test_aplyid_s_client_opens_a_case_and_reads_a_refusal(emulator: Emulator, tmp_path: Path) -> None:
    make_client(emulator, "aplyid", tmp_path)
    told = use_client(emulator, "aplyid", tmp_path)
    assert told == [1024, "in_progress", "no_decision_yet", 422, "Name can't be blank"]


def test_sphinx_s_client_opens_a_case_and_reads_it_and_a_refusal(emulator: Emulator, tmp_path: Path) -> None:
    make_client(emulator, "sphinxhq", tmp_path)
    [*told, year, status, problems] = use_client(emulator, "sphinxhq", tmp_path)
    assert told == [1, "PENDING", "PEP", "Mary Chen"]
    assert isinstance(year, int)
    assert (status, problems) == (400, {"customer": {"full_name": ["This field may not be blank."]}})


def test_a_client_of_the_control_api_can_be_made(shared_emulator: Emulator, tmp_path: Path) -> None:
    make_client(shared_emulator, "control", tmp_path)

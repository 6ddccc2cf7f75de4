"""A client made by openapi-generator, of the document of one generation."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.emulators import Emulator
from tests.generators.documents import HERE, save_document
from tests.toolbox.environments import environment_with
from tests.toolbox.missing import require

pytestmark = pytest.mark.slow
PACKAGE = "sphinxhq_current_client"


def run(folder: Path, *command: str | Path) -> str:
    """Return what a command prints; it must end with 0."""
    variables = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_client_of_the_current_generation_has_its_operations_though_there_is_a_webhook(
    emulator: Emulator, tmp_path: Path
) -> None:
    require("java")
    python = environment_with("openapi-generator")
    emulator.control("PATCH", "", {"delay": 3600})
    document = save_document(emulator, "sphinxhq-current", tmp_path)
    generator, named = python.with_name("openapi-generator-cli"), ("--package-name", PACKAGE)
    run(tmp_path, generator, "generate", "-i", document, "-g", "python", *named, "-o", tmp_path)
    program = HERE / "python_openapi_generator.py"
    *told, action = json.loads(run(tmp_path, python, program, emulator.url, f"test_{emulator.sandbox}"))
    assert told == [1, 1, {"shelf": "B2"}, 1, "SANCTION"]
    assert action.startswith("noop")

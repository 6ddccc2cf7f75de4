"""Clients of openapi-fetch, typed by openapi-typescript and compiled by TypeScript in strict mode."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emulators import Emulator
from tests.generators.documents import HERE, NAMES, save_document
from tests.toolbox.missing import require
from tests.toolbox.npm import node_modules

pytestmark = pytest.mark.slow

PROGRAMS = [*HERE.glob("*.ts")]


@dataclass(frozen=True)
class Project:
    """A folder with programs and the types of all documents, compiled; `told` are the lines of the compiler."""

    folder: Path
    told: list[str]

    def problems(self, program: str) -> list[str]:
        """Return what is wrong with a program."""
        return [line for line in self.told if line.startswith(f"{program}.ts(")]

    def run(self, program: str, emulator: Emulator) -> Any:
        """Return the JSON that a compiled program prints."""
        assert self.problems(program) == []
        done = call(self.folder, "node", f"{program}.js", emulator.url, f"test_{emulator.sandbox}")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)


def call(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def project(shared_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All programs of this folder, compiled at once."""
    require("node")
    folder = tmp_path_factory.mktemp("typescript")
    os.symlink(node_modules(), folder / "node_modules")
    folder.joinpath("package.json").write_text('{"type": "module"}', "utf-8")
    for file in (*PROGRAMS, HERE / "tsconfig.json"):
        shutil.copy(file, folder)
    for name in NAMES:
        save_types(save_document(shared_emulator, name, folder), folder)
    return compiled(folder)


def save_types(document: Path, folder: Path) -> None:
    """Let openapi-typescript write the types of a document beside it; what has a default need not be sent."""
    options = ["--default-non-nullable=false", "-o", f"{document.stem}.d.ts"]
    made = call(folder, "node_modules/.bin/openapi-typescript", document.name, *options)
    assert made.returncode == 0, made.stderr


def compiled(folder: Path) -> Project:
    told = call(folder, "node_modules/.bin/tsc").stdout.splitlines()
    assert all(line.partition("(")[0] in {file.name for file in PROGRAMS} for line in told if line[0] != " "), told
    assert all((folder / file.name).with_suffix(".js").exists() for file in PROGRAMS)
    return Project(folder, told)


def test_a_client_opens_cases_with_both_apis_and_reads_refusals(project: Project, emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600})
    assert project.run("create_cases", emulator) == [
        [201, [1024, "in_progress", "no_decision_yet"]],
        [422, {"message": "Name can't be blank", "code": "APLY-422"}],
        [201, [1, "PENDING", "Mary Chen"]],
        [400, {"customer": {"full_name": ["This field may not be blank."]}}],
        [201, False, {"shelf": "B2"}, 202, "noop_already_running"],
        [400, {"customer": {"full_name": ["This field may not be blank."]}}],
    ]


def test_a_client_of_the_control_api_sets_and_reads(project: Project, emulator: Emulator) -> None:
    told = project.run("control_settings", emulator)
    assert told == [3600, 422, "delay: Not a valid number."]


@pytest.mark.parametrize("name", ["aplyid", "sphinxhq"])
def test_a_wrong_body_does_not_compile(name: str, project: Project) -> None:
    assert project.problems(f"wrong_{name}") == []

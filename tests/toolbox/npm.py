"""What the tests use of npm: pinned in package.json, exactly so by package-lock.json."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.toolbox.cache import made_once
from tests.toolbox.missing import find_program, give_up

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json")
USUAL = ["--silent", "--ignore-scripts", "--no-audit", "--no-fund"]


def node_modules() -> Path:
    """Return the folder of the installed packages; it is made on first use, in about ten seconds."""
    npm = find_program("npm")
    key = "".join((HERE / name).read_text("utf-8") for name in FILES)
    return made_once("npm", key, lambda folder: _install(npm, folder)) / "node_modules"


def node_package(name: str, version: str) -> Path:
    """Return the folder of one package of that version, with what it needs beside it; it is made on first use."""
    npm, wanted = find_program("npm"), f"{name}@{version}"

    def install(folder: Path) -> None:
        (folder / "package.json").write_text('{"private": true}', "utf-8")  # or npm looks for one further up
        _run([npm, "install", *USUAL, wanted], folder)

    kind = "npm-" + re.sub("[^a-z0-9]+", "-", name).strip("-")
    return made_once(kind, wanted, install) / "node_modules" / name


def node_environment() -> dict[str, str]:
    """Return our environment, in which `require` finds the packages (`import` looks only above a program's folder)."""
    return {**os.environ, "NODE_PATH": str(node_modules())}


def _install(npm: str, folder: Path) -> None:
    for name in FILES:
        shutil.copy(HERE / name, folder)
    _run([npm, "ci", *USUAL], folder)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        give_up(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")

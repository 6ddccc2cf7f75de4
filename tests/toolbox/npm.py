"""What the tests use of npm: pinned in package.json, exactly so by package-lock.json."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.toolbox.cache import made_once
from tests.toolbox.missing import find_program, give_up

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json")
NPM_CI = ["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]


def node_modules() -> Path:
    """Return the folder of the installed packages; it is made on first use, in about ten seconds."""
    npm = find_program("npm")
    key = "".join((HERE / name).read_text("utf-8") for name in FILES)
    return made_once("npm", key, lambda folder: _install(npm, folder)) / "node_modules"


def node_environment() -> dict[str, str]:
    """Return our environment, in which `require` finds the packages (`import` looks only above a program's folder)."""
    return {**os.environ, "NODE_PATH": str(node_modules())}


def _install(npm: str, folder: Path) -> None:
    for name in FILES:
        shutil.copy(HERE / name, folder)
    done = subprocess.run([npm, *NPM_CI], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        give_up(f"npm could not install the packages of {HERE / FILES[0]}: {done.stdout}{done.stderr}")

"""Python environments for tools that must not load into our own test run, made by uv.

Each has what the emulator and the sample projects need. The emulator itself is not in them but comes by PYTHONPATH, so
that they can be kept while it changes.
"""

import os
import subprocess
import sys
from collections.abc import Collection
from configparser import ConfigParser
from pathlib import Path

from tests.toolbox.cache import made_once
from tests.toolbox.missing import give_up

ROOT = Path(__file__).parents[2]
PYTEST = "pytest==9.2.0"
TOOLS = {
    "asyncio": ("pytest-asyncio==1.5.0",),
    "django": ("pytest-django==4.14.0", "Django==5.2.19"),
    "freezegun": ("freezegun==1.5.5",),
    "openapi-generator": (
        "openapi-generator-cli==7.26.0",
        *("urllib3==2.8.0", "python-dateutil==4.0.0", "pydantic==2.14.4", "typing-extensions==4.16.0"),
    ),
    "openapi-python-client": ("openapi-python-client==0.29.1",),
    "pook": ("pook==2.1.6",),
    "randomly": ("pytest-randomly==5.1.0",),
    "requests-mock": ("requests-mock==1.12.1",),
    "rerunfailures": ("pytest-rerunfailures==16.7",),
    "respx": ("respx==0.23.1", "httpx==0.28.1"),
    "responses": ("responses==0.26.3",),
    "socket": ("pytest-socket==0.8.1",),
    "time-machine": ("time-machine==3.6.0",),
    "timeout": ("pytest-timeout==2.4.0",),
    "vcrpy": ("vcrpy==9.4.2", "pytest-recording==0.14.1"),
    "xdist": ("pytest-xdist==3.8.0",),
}

GENERATORS = {"openapi-generator", "openapi-python-client"}  # they make clients; all others stand beside our plugin


def environment_with(tool: str) -> Path:
    """Return the Python of the environment with that tool; it is made on first use, in a second or two."""
    return environment_of(tool, {*TOOLS[tool], PYTEST, *_install_requires()})


def environment_of(name: str, packages: Collection[str]) -> Path:
    """Return the Python of the environment of that name with exactly these packages and what they need."""
    wanted = sorted(packages)
    folder = made_once(f"python-{name}", f"{sys.version} {wanted}", lambda folder: _install(folder, wanted))
    return python_of(folder)


def python_of(folder: Path) -> Path:
    """Return the Python of the environment that was made in a folder."""
    return folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install_emulator(folder: Path, source: Path) -> None:
    """Install the emulator from its source into a folder for PYTHONPATH, its plugin for pytest included."""
    _uv("pip", "install", "--no-deps", "--python", sys.executable, "--target", str(folder), str(source))


def _install_requires() -> list[str]:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    return setup["options"]["install_requires"].split()


def _install(folder: Path, packages: list[str]) -> None:
    _uv("venv", "--python", sys.executable, str(folder / "venv"))
    _uv("pip", "install", "--python", str(python_of(folder)), *packages)


def _uv(*arguments: str) -> None:
    command = [sys.executable, "-m", "uv", "--quiet", "--no-progress", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        give_up(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")

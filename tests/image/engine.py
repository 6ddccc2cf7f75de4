"""What people write to an engine, as options of a container: words of `docker run`, and a service of a compose file."""

import os
import re
import shlex
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from tests.clean import ROOT
from tests.docs.pages import samples
from tests.image.container import HOST, Image, Options

PAGE = (ROOT / "docs" / "container.md").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
CHOICE = re.compile(r"^(\s*)# ((  )*(CASE_EMULATOR_\w+:|volumes:|cases:|- [.\w]).*)$", re.M)


def documented_commands() -> list[list[str]]:
    """Return every docker command of docs/container.md, in words."""
    script = "\n".join(samples(PAGE, "sh")).replace("\\\n", " ")
    return [shlex.split(line, comments=True) for line in script.splitlines() if line.startswith("docker ")]


def compose_service(text: str = COMPOSE) -> dict[str, Any]:
    """Return the service of our compose file that stands alone."""
    document: dict[str, Any] = yaml.safe_load(text)
    found = document["services"]["case-emulator"]
    assert isinstance(found, dict)
    return found


def chosen_service() -> dict[str, Any]:
    """Return it with every choice taken: each commented line that reads like YAML."""
    return compose_service(CHOICE.sub(r"\1\2", COMPOSE))


def new_volume(image: Image, folder: Path, path: str = "/data") -> Path:
    """Return a folder as an engine makes a named volume: owner and mode are those of the image's folder."""
    there = image.place(path).stat()
    folder.mkdir()
    os.chown(folder, there.st_uid, there.st_gid)
    folder.chmod(there.st_mode & 0o7777)
    return folder


def read_run(image: Image, words: list[str], folder: Path) -> tuple[Options, list[str]]:
    """Read `docker run OPTIONS case-emulator FLAGS`; what it mounts is made in that folder."""
    place = len(words) - 1 - words[::-1].index("case-emulator")
    given = list(pairwise(words[:place]))
    options = Options(
        environ=dict(after.split("=", 1) for word, after in given if word == "-e"),
        volumes=_mounted(image, [after for word, after in given if word == "-v"], folder),
        read_only="--read-only" in words[:place],
        tmpfs=tuple(after for word, after in given if word == "--tmpfs"),
        hosts=_hosts([after for word, after in given if word == "--add-host"]),
    )
    return options, words[place + 1 :]


def read_service(image: Image, service: dict[str, Any], folder: Path) -> Options:
    """Read a service of a compose file; what it mounts is made in that folder."""
    return Options(
        environ={name: str(value) for name, value in service["environment"].items()},
        volumes=_mounted(image, service.get("volumes", []), folder),
        read_only=service["read_only"],
        tmpfs=tuple(service["tmpfs"]),
        hosts=_hosts(service["extra_hosts"]),
    )


def _mounted(image: Image, mounts: list[str], folder: Path) -> dict[str, Path]:
    """Return a new volume for each name, and a folder of our own with the sample for each path."""
    found = {}
    for mount in mounts:
        source, path, *_ = mount.split(":")
        if source.startswith("."):
            found[path] = folder / source
        else:
            shutil.rmtree(folder / source, ignore_errors=True)
            found[path] = new_volume(image, folder / source, path)
    return found


def _hosts(added: list[str]) -> dict[str, str]:
    return {
        name: address.replace("host-gateway", HOST) for name, _, address in (entry.partition(":") for entry in added)
    }

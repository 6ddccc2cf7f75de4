"""A Dockerfile taken step by step without an engine: each stage is a folder, and the image's Python is a fresh venv."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.clean import ROOT, clean_environment

PYTHON_HOME = "/usr/local"  # where the official image has its Python, and where packages are installed


@dataclass
class Stage:
    """What a stage leaves: files below `root`, and how a container of it starts."""

    root: Path
    python: Path
    base: str
    workdir: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    exposed: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)

    def place(self, path: str) -> Path:
        """Where a path of the container is on this machine."""
        whole = os.path.normpath(os.path.join(self.workdir, path))
        if Path(whole).is_relative_to(PYTHON_HOME):
            return self.python / Path(whole).relative_to(PYTHON_HOME)
        return self.root / whole.lstrip("/")

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a container, its paths as they are here."""
        path = f"{self.python / 'bin'}{os.pathsep}{os.environ['PATH']}"
        own = {name: str(self.place(v)) if v.startswith("/") else v for name, v in self.variables.items()}
        return {**clean_environment(), **own, "PATH": path, **more}

    def make_folder(self, path: str) -> Path:
        self.place(path).mkdir(parents=True, exist_ok=True)
        return self.place(path)


def instructions() -> Iterator[tuple[str, str]]:
    """Each instruction of our Dockerfile and what it is given."""
    lines = [line for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line:
            word, _, given = line.partition(" ")
            yield word, given.strip()


def build(folder: Path) -> Stage:
    """The last stage, after all the steps were taken."""
    context = build_context(folder / "context")
    venv.create(folder / "python", with_pip=True)
    before = contents(folder / "python")
    stages: dict[str, Stage] = {}
    stage = Stage(folder, folder, "")
    for word, given in instructions():
        if word == "FROM":
            assert contents(folder / "python") == before, "an earlier stage changed the base"
            base, _, name = given.partition(" AS ")
            stage = stages[name] = Stage(folder / f"stage-{name or 'last'}", folder / "python", base)
            stage.make_folder("/tmp")
        else:
            STEPS[word](stage, given, stages, context)
    return stage


def build_context(folder: Path) -> Path:
    """What .dockerignore lets through."""
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert rules[0] == "*", "all is left out, then some let in"
    left_out = [rule.removeprefix("**/") for rule in rules[1:] if rule[0] != "!"]

    def ignore(_: str, names: list[str]) -> list[str]:
        return [name for name in names if any(fnmatch(name, rule) for rule in left_out)]

    folder.mkdir()
    for name in (rule[1:] for rule in rules if rule[0] == "!"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            shutil.copy2(source, folder / name)
    return folder


def _run(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    done = subprocess.run(
        ["sh", "-ec", given],
        cwd=stage.make_folder("."),
        env=stage.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"RUN {given}\n{done.stdout}{done.stderr}"


def _copy(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    flags = dict(word[2:].split("=", 1) for word in given.split() if word.startswith("--"))
    source, target = (word for word in given.split() if not word.startswith("--"))
    found = stages[flags["from"]].place(source) if "from" in flags else context / source
    shutil.copytree(found, stage.place(target), dirs_exist_ok=True, symlinks=True)


def _env(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.variables |= dict(part.split("=", 1) for part in shlex.split(given))


def _label(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.labels |= dict(part.split("=", 1) for part in shlex.split(given))


def _workdir(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.workdir = given
    stage.make_folder(".")


def _user(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.user = given


def _expose(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.exposed += given.split()


def _healthcheck(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.healthcheck = json.loads(given.partition("CMD ")[2])


def _entrypoint(stage: Stage, given: str, stages: Mapping[str, Stage], context: Path) -> None:
    stage.entrypoint = json.loads(given)


STEPS = {
    "RUN": _run,
    "COPY": _copy,
    "ENV": _env,
    "LABEL": _label,
    "WORKDIR": _workdir,
    "USER": _user,
    "EXPOSE": _expose,
    "HEALTHCHECK": _healthcheck,
    "ENTRYPOINT": _entrypoint,
}


def contents(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def packages(stage: Stage) -> Path:
    """Where its Python finds what is installed."""
    return stage.python / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

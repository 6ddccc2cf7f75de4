"""Let schemathesis hold a served emulator against its three documents: all checks, all phases, a fixed seed."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.emulators import Emulator

ROOT = Path(__file__).parents[2]
NAMES = ("aplyid", "sphinxhq-first", "sphinxhq-current", "control")
SEED = 20300101
# How each document's requests are allowed in; the control API asks for nothing here.
KEYS = {"aplyid": "access_key", "sphinxhq-first": "session", "sphinxhq-current": "token"}
CONFIGURATION = """\
hooks = "tests.fuzz.hooks"
seed = {seed}
max-failures = 1000
{max_time}
continue-on-failure = true
request-timeout = 30
color = false
warnings = false

[generation]
mode = "all"
max-examples = {examples}
no-shrink = true
database = "none"

[phases.examples]
enabled = true
[phases.coverage]
enabled = true
[phases.fuzzing]
enabled = true
[phases.stateful]
enabled = true

[checks]
enabled = true
"""
# Waiting is tried elsewhere; and no fault that was planned before may hold a sample back.
PATIENCE = """
[[operations]]
include-path-regex = "/wait$"
parameters = { timeout = 0 }
[[operations]]
include-path-regex = "/samples/"
parameters = { name = "samples" }
"""


@dataclass(frozen=True)
class Bound:
    """How much is tried with one document: examples an operation and phase, or as many as the seconds allow.

    Without seconds, the same is tried on every machine.
    """

    examples: int
    seconds: int | None = None


def fuzz(emulator: Emulator, name: str, bound: Bound, folder: Path) -> tuple[int, str]:
    """Return the exit code of schemathesis, 0 if it found nothing, and its report."""
    settings = folder / f"{name}.toml"
    settings.write_text(_configuration(emulator, name, bound), "utf-8")
    path = "openapi.json" if name == "control" else f"openapi/{name}.json"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run"]
    done = subprocess.run(
        [*command, f"{emulator.url}/_emulator/{path}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * (bound.seconds or 0) + 300,
    )
    return done.returncode, done.stdout + done.stderr


def _configuration(emulator: Emulator, name: str, bound: Bound) -> str:
    max_time = f"max-time = {bound.seconds}" if bound.seconds else ""
    text = CONFIGURATION.format(seed=SEED, max_time=max_time, examples=bound.examples)
    if name in KEYS:
        kind = "bearer" if KEYS[name] == "token" else "api_key"
        return f'{text}\n[auth.openapi]\n{KEYS[name]} = {{ {kind} = "test_{emulator.sandbox}" }}\n'
    return text + PATIENCE

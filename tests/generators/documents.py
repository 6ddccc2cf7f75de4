"""The documents as files, taken from a served emulator as an integrator takes them."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.emulators import Emulator
from tests.toolbox.missing import require
from tests.toolbox.npm import node_environment

HERE = Path(__file__).parent
APIS = ("aplyid", "sphinxhq")
NAMES = (*APIS, "control")
ALL_NAMES = (*NAMES, "sphinxhq-first", "sphinxhq-current")  # those of one generation as well


def save_document(emulator: Emulator, name: str, folder: Path) -> Path:
    """Return the file with the document of that name."""
    path = "openapi.json" if name == "control" else f"openapi/{name}.json"
    answer = emulator.http.get(f"{emulator.url}/_emulator/{path}")
    assert answer.status_code == 200, answer.text
    file = folder / f"{name}.json"
    file.write_bytes(answer.content)
    return file


def ask_node(program: str, *arguments: str | Path) -> Any:
    """Return the JSON that a program of this folder prints."""
    require("node")
    command = ["node", str(HERE / program), *map(str, arguments)]
    done = subprocess.run(command, env=node_environment(), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

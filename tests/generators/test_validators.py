"""The documents in JavaScript's hands: patterns are of ECMA-262, and Ajv takes what the server takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.emulators import Emulator
from tests.generators.documents import ALL_NAMES, ask_node, save_document

pytestmark = pytest.mark.slow

SANDBOXES = "/_emulator/sandboxes"
FAULTS = f"{SANDBOXES}/{{name}}/faults"


@pytest.mark.parametrize("name", ALL_NAMES)
def test_every_pattern_compiles_with_and_without_the_u_flag(
    name: str, shared_emulator: Emulator, tmp_path: Path
) -> None:
    told = ask_node("patterns.cjs", save_document(shared_emulator, name, tmp_path))
    assert told["failures"] == []
    assert told["patterns"] > 3


@pytest.mark.parametrize("name", ALL_NAMES)
def test_ajv_compiles_every_schema_and_takes_every_example(
    name: str, shared_emulator: Emulator, tmp_path: Path
) -> None:
    told = ask_node("examples.cjs", save_document(shared_emulator, name, tmp_path))
    assert told["failures"] == []
    assert told["schemas"] > 20
    assert told["examples"] > 10 or name == "control"


@pytest.mark.parametrize(
    ("path", "bodies"),
    [
        (SANDBOXES, [{"name": name} for name in ("expired", "Shop", "a b", "", "ü", "s\n", "a" * 65, "not-expired")]),
        (
            FAULTS,
            [
                {"kind": "status", "status": 503, "content_type": text}
                for text in ("a/b", "a/b; c=d", " a/b", "a/b\n", "ü", "")
            ],
        ),
        (FAULTS, [{"kind": "unknown_event", "event": text} for text in ("case.reopened", "a b", "a\n", "ü", "")]),
    ],
)
def test_ajv_takes_what_the_server_takes(
    path: str, bodies: list[dict[str, Any]], emulator: Emulator, tmp_path: Path
) -> None:
    url = emulator.url + path.format(name=emulator.sandbox)
    taken = [emulator.http.post(url, json=body).ok for body in bodies]
    judged = ask_node("judge.cjs", save_document(emulator, "control", tmp_path), path, json.dumps(bodies))
    assert dict(zip(map(str, bodies), judged, strict=True)) == dict(zip(map(str, bodies), taken, strict=True))
    assert set(taken) == {True, False}


@pytest.mark.parametrize("name", ALL_NAMES)
def test_every_component_has_a_name_that_starts_with_a_letter(
    name: str, shared_emulator: Emulator, tmp_path: Path
) -> None:
    components = json.loads(save_document(shared_emulator, name, tmp_path).read_bytes())["components"]
    # Headers are called as they are sent.
    named = [key for kind, parts in components.items() if kind != "headers" for key in parts]
    assert [key for key in named if not re.fullmatch("[A-Za-z][A-Za-z0-9._-]*", key)] == []
    assert named

"""The first commands of docs/worlds.md give a first result that makes sense."""

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from emulator.app import PROVIDERS
from emulator.worlds.pages import examples_of
from emulator.worlds.registry import all_worlds
from emulator.worlds.world import World
from tests.commands import PLAIN_PYTEST, environment
from tests.docs.pages import ROOT, samples
from tests.docs.tables import world_pages

OF_ONE_API = ("token-ends-early", "token-never-ends", "forgotten-change")  # the other has neither tokens nor changes


def test_each_world_has_its_page() -> None:
    pages = {page.name: page.read_text("utf-8") for page in (ROOT / "docs" / "worlds").glob("*.md")}
    assert pages == world_pages(), "write them with: make docs"


@pytest.mark.parametrize("world", all_worlds(), ids=lambda world: world.name)
def test_a_page_shows_code_that_can_be_read_for_each_api(world: World) -> None:
    found = examples_of(world)
    told_apart = {example.title for example in found}
    assert told_apart
    if world.provider is None and world.name not in OF_ONE_API:
        assert len(told_apart) == len(PROVIDERS) or told_apart == {"Either API"}
    for example in found:
        ast.parse(f"def f():\n{textwrap.indent(example.code, '    ')}")
        assert "$" not in example.code


@pytest.mark.slow
def test_its_first_commands_give_a_good_result() -> None:
    commands = samples((ROOT / "docs" / "worlds.md").read_text("utf-8"), "sh")[0]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**environment(COLUMNS="300"), "PATH": path, "PYTEST_ADDOPTS": " ".join(PLAIN_PYTEST)}
    done = subprocess.run(
        ["sh", "-ec", commands], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "duplicate: holds" in done.stderr
    assert "denied-as-approved: caught" in done.stderr
    assert "test_shop.py::test_the_decision_decides[denied-cancel]" in done.stdout
    assert "test_shop.py::test_two_orders_of_two_customers" in done.stdout

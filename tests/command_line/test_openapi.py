"""`case-emulator openapi`: the documents without a server."""

import json
from pathlib import Path

import pytest

from emulator.app import describe
from emulator.settings import Settings
from tests.commands import run_here


@pytest.mark.parametrize("name", ["aplyid", "sphinxhq", "control"])
def test_it_prints_the_document_that_is_served(tmp_path: Path, name: str) -> None:
    done = run_here(tmp_path, "openapi", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == describe(name, Settings())


def test_an_unknown_api_is_wrong_usage(tmp_path: Path) -> None:
    done = run_here(tmp_path, "openapi", "aplid")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean aplyid?" in done.stderr

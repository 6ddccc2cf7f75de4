"""Receivers in other frameworks: the webhooks of both APIs arrive byte for byte, and are taken at once."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.emulators import Emulator, served
from tests.toolbox.missing import require
from tests.toolbox.npm import node_environment
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
# Each with the command that runs it, and what has to be installed.
PROGRAMS = {
    "express_app.cjs": (["node"], ["node", "npm"]),
    "fastify_app.cjs": (["node"], ["node", "npm"]),
    "flask_app.py": ([sys.executable], []),
    "django_app.py": ([sys.executable], []),
    "webrick_app.rb": (["ruby", "-w"], ["webrick"]),
    "built_in.php": (["php", "-S", "127.0.0.1:0"], ["php"]),
}
NAME = "Zoë Łukasiewicz 王"


@pytest.fixture(scope="module")
def slow_cases() -> Iterator[Emulator]:
    """An emulator whose cases end when the clock is moved."""
    with served(delay=60) as emulator:
        yield emulator


@contextmanager
def running(program: str, folder: Path) -> Iterator[str]:
    """Run a receiver for the time of the block; its URL."""
    command, _ = PROGRAMS[program]
    popen = subprocess.Popen(
        [*command, str(HERE / program), str(folder)],
        env=environment(program, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield address(popen)
    finally:
        popen.terminate()
        popen.communicate(timeout=2 * PATIENCE)


def environment(program: str, folder: Path) -> dict[str, str]:
    environ = node_environment() if program.endswith(".cjs") else dict(os.environ)
    return {**environ, "FOLDER": str(folder)}


def address(popen: "subprocess.Popen[str]") -> str:
    """Return the URL that a receiver says it listens at."""
    told = ""
    assert popen.stdout
    for line in popen.stdout:
        told += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(f"{popen.args} ended: {told}")


def open_cases(sandbox: Emulator, url: str) -> None:
    """Open a case with each API, and let both end."""
    sandbox.control("PATCH", "", {"webhook_url": f"{url}/aplyid", "retry": "once"})
    sandbox.aplyid.open_case(client__name=NAME)
    sandbox.sphinxhq.open_case(customer={"full_name": NAME}, notes="a\u2028b", webhook_url=f"{url}/sphinxhq")
    assert sandbox.control("POST", "clock/advance", {"seconds": 60}).ok


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_webhooks_of_both_apis_arrive_byte_for_byte(program: str, slow_cases: Emulator, tmp_path: Path) -> None:
    for name in PROGRAMS[program][1]:
        require(name)
    sandbox = slow_cases.of(program.lower().replace(".", "-"))
    with running(program, tmp_path) as url:
        open_cases(sandbox, url)
    deliveries = {sent["provider"]: sent for sent in sandbox.control("GET", "deliveries").json()["deliveries"]}
    assert sorted(deliveries) == ["aplyid", "sphinxhq"]
    for provider, sent in deliveries.items():
        assert (sent["state"], len(sent["attempts"])) == ("delivered", 1), sent["attempts"]
        assert NAME in sent["body"]
        assert (tmp_path / f"{provider}.body").read_bytes() == sent["body"].encode()
        read = json.loads((tmp_path / f"{provider}.json").read_text("utf-8"))
        assert read == {"event": sent["headers"].get("X-Workflow-Event-Type"), "read": json.loads(sent["body"])}

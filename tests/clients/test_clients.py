"""Clients in other languages: each opens a case with both APIs and reads a refusal, all on one connection."""

import copy
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.counting import counting_proxy
from tests.emulators import CREATE_CASE, Emulator, changed, compact, served
from tests.toolbox.cache import cache_folder
from tests.toolbox.missing import require
from tests.toolbox.npm import node_environment

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
# Each with the command that runs it, and what has to be installed.
PROGRAMS = {
    "curl.sh": (["sh"], ["curl"]),
    "fetch.mjs": (["node"], ["node"]),
    "axios.cjs": (["node"], ["node", "npm"]),
    "Client.java": (["java", "-XX:TieredStopAtLevel=1"], ["javac"]),
    "client.go": (["go", "run"], ["go"]),
    "client.rb": (["ruby", "-w"], ["ruby"]),
    "client.php": (["php"], ["php-curl"]),
    "client.pl": (["perl"], ["perl"]),
}
# fetch takes a second one where a request follows in the same turn of the loop, with Node's own server as well.
CONNECTIONS = {"fetch.mjs": 2}
INSTANT = "2030-01-01T00:00:00.5Z"
ORDER = CREATE_CASE["request"]["body"]  # with a dash that is not ASCII
BODIES = {
    "aplyid": ORDER,
    "refused": changed(copy.deepcopy(ORDER), {"client__name": "", "client__external_id": "new"}),
    "sphinxhq": {
        "customer": {"full_name": "Zoë Łukasiewicz 王"},
        "checks": [{"check_type": "PEP"}],
        "notes": "a\u2028b",
    },
}


@pytest.fixture(scope="module")
def quiet() -> Iterator[Emulator]:
    """An emulator whose cases stay open, in all sandboxes."""
    with served(delay=3600) as emulator:
        yield emulator


def sandbox_of(emulator: Emulator, name: str) -> Emulator:
    """Return a sandbox in which it is always the same moment."""
    sandbox = emulator.of(name)
    assert sandbox.control("PATCH", "clock", {"mode": "frozen", "at": INSTANT}).ok
    return sandbox


def expected(emulator: Emulator, name: str) -> list[tuple[int, str]]:
    """Return what a sandbox of that name should answer, as Python is answered in another one."""
    sandbox = sandbox_of(emulator, f"not-{name}")
    posts = [(sandbox.aplyid.post, "aplyid"), (sandbox.aplyid.post, "refused"), (sandbox.sphinxhq.post, "sphinxhq")]
    answers = [post(BODIES[body]) for post, body in posts]
    return [(answer.status_code, answer.text.replace(f"not-{name}", name)) for answer in answers]


def run(program: str, url: str, key: str, folder: Path) -> list[tuple[int, str]]:
    """Return the answers that a program got."""
    command, _ = PROGRAMS[program]
    done = subprocess.run(
        [*command, str(HERE / program), url, key, str(folder)],
        env=environment(program),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode().split("\n")  # splitlines() would part U+2028 as well
    return [(int(status), body) for body, status in zip(lines[::2], lines[1::2], strict=False)]


def environment(program: str) -> dict[str, str]:
    if program == "axios.cjs":
        return node_environment()
    return {**os.environ, "GOCACHE": str(cache_folder() / "go")}


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_opens_cases_and_reads_a_refusal_on_one_connection(program: str, quiet: Emulator, tmp_path: Path) -> None:
    for name in PROGRAMS[program][1]:
        require(name)
    for name, body in BODIES.items():
        (tmp_path / f"{name}.json").write_text(compact(body), "utf-8")
    sandbox = sandbox_of(quiet, program.lower().replace(".", "-"))
    with counting_proxy(quiet.port) as proxy:
        answers = run(program, proxy.url, f"test_{sandbox.sandbox}", tmp_path)
    assert answers == expected(quiet, sandbox.sandbox)
    assert [status for status, _ in answers] == [201, 422, 201]
    assert len(proxy.client_ports) <= CONNECTIONS.get(program, 1)


def test_a_connection_that_is_not_kept_is_noticed(quiet: Emulator) -> None:
    with counting_proxy(quiet.port) as proxy:
        for _ in range(2):
            other = Emulator(proxy.url, "counted")
            other.aplyid.create()
            other.http.close()
    assert len(proxy.client_ports) == 2

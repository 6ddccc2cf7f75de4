"""What a test suite pays for the emulator: a session of one test, the start of a test, and fifty typical tests."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from emulator.client import CaseEmulator

# Seconds: a session of one test, from a fresh sandbox to the first 201, and fifty tests on two cores.
SESSION, PER_TEST, WHOLE = 0.6, 0.003, 5.0
# Without what else is installed beside us, which takes pytest some seconds to load.
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "emulator.pytest_plugin"]
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
NOTHING = """\
def test_nothing():
    pass
"""
TYPICAL = """\
import pytest

pytestmark = pytest.mark.case_emulator(frozen=True)


@pytest.mark.parametrize("number", range({many}))
def test_a_case_from_its_request_to_its_webhook(sandbox, number):
    sandbox.outcomes.next("denied")
    case = sandbox.aplyid.create_case(activity={{"external_id": "order-1"}})
    sandbox.webhooks.assert_none()
    sandbox.clock.advance(2)
    webhook = sandbox.webhooks.wait(external_id="order-1")
    assert webhook.json["client"]["approval_status"] == "denied"
    assert webhook.json["case_id"] == case["case_id"]
"""


@dataclass(frozen=True)
class Found:
    """Seconds; the second of a pair is processor time of pytest and the emulator, which others add little to."""

    session: tuple[float, float]
    without: tuple[float, float]
    per_test: float
    whole: float
    many: int


def measure(many: int, sessions: int) -> Found:
    """Sessions of one test in turn with and without the emulator, the start of a test, and a suite; medians.

    Every session starts an emulator of its own.
    """
    pairs = [(_session(TYPICAL.format(many=1), 1), _session(NOTHING, 1)) for _ in range(sessions + 1)]
    with_it, without = ([pair[which] for pair in pairs[1:]] for which in (0, 1))
    whole, _ = _session(TYPICAL.format(many=many), many)
    return Found(
        session=_medians(with_it), without=_medians(without), per_test=_per_test(4 * many), whole=whole, many=many
    )


def _per_test(many: int) -> float:
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--until-stdin-ends"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True) as serving:
        assert serving.stdout
        url = serving.stdout.readline().split()[1]
        took = [_first_case(url, number) for number in range(many + 5)]
    return median(took[5:])  # the first ones load what is loaded on use


def _first_case(url: str, number: int) -> float:
    begun = time.perf_counter()
    with CaseEmulator(url, f"bench-{number}") as sandbox:
        sandbox.aplyid.create_case()
        return time.perf_counter() - begun


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return median(wall for wall, _ in pairs), median(computed for _, computed in pairs)


def _session(text: str, tests: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_typical.py").write_text(text, "utf-8")
        begun, computed = time.perf_counter(), _computed()
        done = subprocess.run(PYTEST, cwd=folder, env=_environ(), capture_output=True, text=True, check=False)
        took = time.perf_counter() - begun, _computed() - computed
    if f"{tests} passed" not in done.stdout:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return took


def _environ() -> dict[str, str]:
    """Return the environment of a session; it keeps its bytecode, as one with an installed emulator does."""
    return {name: value for name, value in (os.environ | ALONE).items() if name != "PYTHONDONTWRITEBYTECODE"}


def _computed() -> float:
    """Processor time of all processes that we waited for, and that they waited for."""
    times = os.times()
    return times.children_user + times.children_system

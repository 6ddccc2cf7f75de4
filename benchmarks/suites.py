"""What a test suite pays for the emulator: the start of a test, and fifty typical tests."""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from emulator.client import CaseEmulator

PER_TEST, WHOLE = 0.010, 5.0  # seconds: from a fresh sandbox to the first 201, and fifty tests on two cores
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
class Suites:
    """Seconds."""

    per_test: float
    whole: float
    many: int


def measure(many: int) -> Suites:
    """The start of a test, median of so many, and a suite of as many tests, the start of the emulator included."""
    return Suites(per_test=_per_test(many), whole=_whole(many), many=many)


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


def _whole(many: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_typical.py").write_text(TYPICAL.format(many=many), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        took = time.perf_counter() - begun
    if f"{many} passed" not in done.stdout:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return took

"""A hundred tests in four processes on one emulator: all alike but for their keys, and none sees another."""

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.control.little_tests import EXTERNAL_ID, key_of, outcomes_of
from tests.emulators import served
from tests.receivers import Received, Receiver, receiving

PROCESSES, EACH = 4, 25
ROOT = Path(__file__).parents[2]
LONGEST = 60


def start(url: str, hook: str, process: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.control.little_tests", url, hook, str(process), str(EACH)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: "subprocess.Popen[str]") -> str:
    """What it complained of."""
    try:
        out, told = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
    return out + told


def webhooks_by_path(receiver: Receiver) -> dict[str, list[Received]]:
    came = defaultdict(list)
    while not receiver.nothing_came():
        webhook = receiver.next()
        came[webhook.path].append(webhook)
    return came


@pytest.mark.slow
def test_a_hundred_tests_with_the_same_external_id_do_not_see_each_other() -> None:
    with receiving() as receiver, served() as emulator:
        processes = [start(emulator.url, receiver.url, number) for number in range(PROCESSES)]
        assert [end(process) for process in processes] == [""] * PROCESSES
        assert [process.returncode for process in processes] == [0] * PROCESSES
        came = webhooks_by_path(receiver)
        assert emulator.http.get(f"{emulator.url}/_emulator/sandboxes").json()["count"] == 0
    assert len(came) == PROCESSES * EACH * 2
    for process, number in ((p, n) for p in range(PROCESSES) for n in range(EACH)):
        [aplyid] = came[f"/{key_of(process, number)}/aplyid"]
        [sphinxhq] = came[f"/{key_of(process, number)}/sphinxhq"]
        told = (aplyid.json["client"]["approval_status"], sphinxhq.json["outcome"])
        assert (told, aplyid.json["external_id"]) == (outcomes_of(process, number), EXTERNAL_ID)
    ids = {webhook.header("X-Workflow-Webhook-Id") for path in came.values() for webhook in path} - {None}
    assert len(ids) == PROCESSES * EACH  # an event is nobody else's event

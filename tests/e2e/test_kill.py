"""What was acknowledged survives SIGKILL."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import requests

from tests.commands import Process, serving
from tests.emulators import Emulator
from tests.receivers import PATIENCE, receiving, status

FLAGS = ("--port", "0", "--database", "sqlite:///kept.sqlite", "--retry", ",".join(["0.2"] * 50))
ENOUGH = 40


def create_until_it_dies(emulator: Emulator, client: int, enough: threading.Event) -> list[int]:
    """Create cases until the connection breaks; the ids that were acknowledged."""
    acknowledged: list[int] = []
    mine = Emulator(emulator.url)
    while True:
        reference = f"{client}-{len(acknowledged)}"
        try:
            answer = mine.aplyid.create(activity__external_id=reference, client__external_id=reference)
        except requests.RequestException:
            return acknowledged
        assert answer.status_code == 201
        acknowledged.append(answer.json()["case_id"])
        if len(acknowledged) >= ENOUGH:
            enough.set()


def kill_while_four_clients_create(process: Process) -> list[int]:
    enough = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(create_until_it_dies, process.emulator, n, enough) for n in range(4)]
        assert enough.wait(PATIENCE)
        process.popen.send_signal(signal.SIGKILL)
        return [case_id for future in running for case_id in future.result(PATIENCE)]


def test_every_acknowledged_case_is_there_and_its_webhook_arrives_with_one_id(tmp_path: Path) -> None:
    with receiving() as receiver:
        flags = (*FLAGS, "--webhook-url", receiver.url)
        with serving(tmp_path, *flags, "--delay", "0.1") as process:
            acknowledged = kill_while_four_clients_create(process)
        assert len(acknowledged) >= ENOUGH
        assert len(set(acknowledged)) == len(acknowledged)
        ids: dict[int, set[str | None]] = {}
        with serving(tmp_path, *flags, "--delay", "0.1") as process:
            while not set(acknowledged) <= ids.keys():
                webhook = receiver.next()
                ids.setdefault(webhook.json["case_id"], set()).add(webhook.header("X-Workflow-Webhook-Id"))
            assert process.emulator.aplyid.open_case()["case_id"] > max(acknowledged)
    assert {len(of_case) for of_case in ids.values()} == {1}
    assert len(set.union(*ids.values())) == len(ids)


def test_cases_are_read_as_they_were_and_their_webhooks_arrive_after_a_kill(tmp_path: Path) -> None:
    with receiving() as receiver:
        with serving(tmp_path, *FLAGS, "--delay", "3600") as process:
            created = process.emulator.sphinxhq.open_case(webhook_url=receiver.url, checks=[{"check_type": "PEP"}])
            process.popen.kill()
        with serving(tmp_path, *FLAGS, "--delay", "0") as process:
            assert process.emulator.sphinxhq.get("1/").json() == created
            another = process.emulator.sphinxhq.open_case(webhook_url=receiver.url)
            assert receiver.next().json["id"] == another["id"] == 2


def test_a_webhook_that_was_being_sent_comes_again_with_the_same_id_and_bytes(tmp_path: Path) -> None:
    held = threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)

    with receiving(hold, status(200)) as receiver:
        flags = (*FLAGS, "--webhook-url", receiver.url, "--delay", "0")
        with serving(tmp_path, *flags) as process:
            process.emulator.aplyid.open_case()
            first = receiver.next()
            process.popen.kill()
        held.set()
        with serving(tmp_path, *flags):
            again = receiver.next()
    assert again.body == first.body
    assert again.header("X-Workflow-Webhook-Id") == first.header("X-Workflow-Webhook-Id")

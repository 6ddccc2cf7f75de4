"""Two versions at once: a process of an earlier one goes on while one of this version upgrades the database."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from emulator.store.migrations import STEPS
from tests.postgres import Server
from tests.receivers import Received, Receiver, receiving
from tests.several import earlier
from tests.several.processes import Machine, machine
from tests.waiting import PATIENCE, wait_until

MORE = 5  # creates of each API that a process answers, at least, in each stage
Key = tuple[str, int]  # the path of a webhook, which names its API, and the case that it is about


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The earlier version."""
    return earlier.unpack(tmp_path / "earlier")


def steps_of(folder: Path) -> dict[str, str]:
    """Every step of the schema by the path of its file."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.sql")}


def newest_steps(folder: Path) -> dict[str, int]:
    """The number of the newest step of each track."""
    return {
        "shared": max(int(path.name[:4]) for path in folder.glob("0*.sql")),
        "postgres": max(int(path.name[:4]) for path in (folder / "postgres").glob("0*.sql")),
    }


def test_no_step_of_the_schema_that_an_earlier_version_has_is_changed_afterwards(code: Path) -> None:
    then = steps_of(code / "emulator" / "store" / "migrations")
    assert then
    assert then.items() <= steps_of(STEPS).items()


@dataclass
class Client:
    """Creates cases of both APIs at one process, one after the other, and reads each one where it is told to."""

    machine: Machine
    receiver: Receiver
    opened: list[Key] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.is_over.wait(0.02):
            sphinx = self.machine.emulator.sphinxhq
            self._note("/aplyid", "case_id", self.machine.emulator.aplyid.create())
            self._note("/sphinxhq", "id", sphinx.create(webhook_url=f"{self.receiver.url}/sphinxhq"))
            self._note_read(sphinx.get(f"{self.opened[-1][1]}/"))

    def _note(self, path: str, name: str, answer: requests.Response) -> None:
        if answer.status_code == 201:
            self.opened.append((path, answer.json()[name]))
        else:
            self.refused.append(f"{path} {answer.status_code} {answer.text[:200]}")

    def _note_read(self, answer: requests.Response) -> None:
        if not answer.ok:
            self.refused.append(f"read {answer.status_code} {answer.text[:200]}")

    def await_more(self) -> None:
        """Wait until it has opened some more."""
        there = len(self.opened)
        wait_until(lambda: self.refused != [] or len(self.opened) >= there + 2 * MORE)


@contextmanager
def load(*clients: Client) -> Iterator[None]:
    """These clients at work, each with two threads, for the time of the block; what fails in one fails here."""
    with ThreadPoolExecutor(2 * len(clients)) as pool:
        running: list[Future[None]] = [pool.submit(client.run) for client in clients * 2]
        try:
            yield
        finally:
            for client in clients:
                client.is_over.set()
        for each in running:
            each.result(PATIENCE)


@pytest.mark.slow
def test_a_process_of_an_earlier_version_goes_on_while_one_of_this_upgrades_the_database(
    code: Path, postgres: Server, tmp_path: Path
) -> None:
    url = postgres.new_url()
    with receiving() as receiver, ExitStack() as stack:
        flags = ("--webhook-url", f"{receiver.url}/aplyid", "--allow-target", "127.0.0.1")
        old = stack.enter_context(machine(tmp_path, url, "old", *flags, code=code))
        assert versions(postgres, url) == newest_steps(code / "emulator" / "store" / "migrations")
        of_old = Client(old, receiver)
        with load(of_old):
            of_old.await_more()
            new = stack.enter_context(machine(tmp_path, url, "new", *flags))
            assert versions(postgres, url) == newest_steps(STEPS)
            of_new = Client(new, receiver)
            with load(of_new):
                of_old.await_more()
                of_new.await_more()
        check_reads(old, new)
        old.send(signal.SIGTERM)
        assert old.popen.wait(PATIENCE) == 0
        opened = of_old.opened + of_new.opened
        came = Counter(key_of(receiver.next()) for _ in opened)
        wait_until(lambda: not unsent(postgres, url))
        assert receiver.nothing_came()
    assert of_old.refused + of_new.refused == []
    assert came == Counter(opened)
    assert max(came.values()) == 1


def versions(postgres: Server, url: str) -> dict[str, int]:
    schema = url.rpartition("%3D")[2]
    return {str(track): int(str(version)) for track, version in postgres.ask(f"SELECT * FROM {schema}.schema_versions")}


def key_of(webhook: Received) -> Key:
    payload = webhook.json
    return webhook.path, payload["case_id" if webhook.path == "/aplyid" else "id"]


def unsent(postgres: Server, url: str) -> list[tuple[object, ...]]:
    schema = url.rpartition("%3D")[2]
    return postgres.ask(f"SELECT id FROM {schema}.deliveries WHERE state IN ('scheduled', 'in_flight')")


def check_reads(*machines: Machine) -> None:
    """What one set, the other reads: faults, clocks, lists and the journal."""
    for which, other in (machines, machines[::-1]):
        name = which.log.stem
        here, there = which.emulator.of(name), other.emulator.of(name)
        here.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
        there.control("POST", "faults", {"kind": "status", "status": 503, "times": 1})
        assert here.sphinxhq.get().status_code == 503
        here.sphinxhq.open_case()
        assert there.control("POST", "clock/advance", {"seconds": 60}).status_code == 200
        assert here.sphinxhq.get("1/").json()["status"] == "COMPLETED"
        assert there.sphinxhq.get().json()["count"] == 1
        assert len(here.wait("requests")["requests"]) == len(there.wait("requests")["requests"]) == 4
        assert here.control("POST", "reset", {}).status_code < 300
        assert there.sphinxhq.get().json()["count"] == 0

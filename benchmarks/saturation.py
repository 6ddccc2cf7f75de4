"""Six clients that create as fast as they can, with webhooks that are due soon after, to a receiver that counts.

Then the emulator is killed and started again on its file, until it has sent what it owed. Clients and receiver are one
thread of this process, so that what was answered and what came are read from one clock.
"""

import json
import re
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from benchmarks import contestants
from benchmarks.contestants import Cores
from benchmarks.load import LENGTH, Job, Line, requests_from
from benchmarks.receiver import ANSWER

CLIENTS = 6
DELAY = 0.3  # seconds from a create to its webhook
BOUND = 2.0  # of the lag that one webhook in a hundred exceeds, in seconds
PATIENCE = 60.0  # for the backlog after the restart
CASE_ID = re.compile(rb'"case_id": ?(\d+)')


@dataclass(frozen=True, kw_only=True)
class Saturated:
    """What came of it; lags in seconds, from when a webhook was due until it came."""

    seconds: float
    creates: int
    sent: int  # webhooks that came before the kill
    lags: list[float]  # sorted; of what was due and had not come, how late it was already
    backlog: int  # cases whose webhook had not come at the kill
    drained: float | None  # seconds from the restart to the last of these; None: not within a minute

    def lag(self, share: float) -> float:
        """The lag that this share of the webhooks does not exceed."""
        return self.lags[min(len(self.lags) - 1, int(share * len(self.lags)))] if self.lags else 0.0


@dataclass
class Ledger:
    """When the webhook of each case was due at the earliest, and when it came first."""

    due: dict[int, float] = field(default_factory=dict)
    came: dict[int, float] = field(default_factory=dict)

    def owed(self) -> set[int]:
        """The cases whose webhook has not come."""
        return self.due.keys() - self.came.keys()

    def lags(self, until: float) -> list[float]:
        """How late each webhook that was due came, or is already."""
        return sorted(max(0.0, self.came.get(case, until) - due) for case, due in self.due.items() if due <= until)


class Party(Protocol):
    """One end of a connection."""

    def go(self) -> None:
        """Do what can be done now that there is something to read."""


class Client:
    """A connection on which one create follows the other."""

    def __init__(self, port: int, requests: Iterator[tuple[bytes, bytes]], ledger: Ledger) -> None:
        self.line, self._requests, self._ledger = Line(port), requests, ledger
        self._sent = 0.0

    def ask(self) -> None:
        """Send the next create."""
        self._sent = time.perf_counter()
        self.line.ask(*next(self._requests))

    def go(self) -> None:
        """Read the answer; when it is complete, note the case and send the next create."""
        if self.line.take():
            case = CASE_ID.search(self.line.answer)
            assert case
            self._ledger.due[int(case[1])] = self._sent + DELAY
            self.ask()


class Caller:
    """A connection on which one webhook comes."""

    def __init__(self, stage: "Stage", connection: socket.socket) -> None:
        self._stage, self._connection, self._received = stage, connection, b""

    def go(self) -> None:
        """Read; when the webhook is complete, note it, answer and hang up."""
        try:
            piece = self._connection.recv(65_536)
        except ConnectionError:  # the emulator was killed
            piece = b""
        self._received += piece
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if piece and not (found and length and len(body) >= int(length[1])):
            return
        if piece:
            self._stage.ledger.came.setdefault(json.loads(body)["case_id"], time.perf_counter())
            self._connection.sendall(ANSWER)
        self._stage.leave(self._connection)


class Stage:
    """The selector of all connections, and the socket on which webhooks are taken."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door, selectors.EVENT_READ, self)

    @property
    def url(self) -> str:
        """Where the webhooks go."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}/webhooks"

    def go(self) -> None:
        """Let a caller in."""
        connection, _ = self._door.accept()
        self.enter(connection, Caller(self, connection))

    def enter(self, connection: socket.socket, party: Party) -> None:
        """Let this party go whenever there is something to read."""
        self._selector.register(connection, selectors.EVENT_READ, party)

    def leave(self, connection: socket.socket) -> None:
        """Close the connection."""
        self._selector.unregister(connection)
        connection.close()

    def turn(self) -> None:
        """Let everybody go who can, within a tenth of a second."""
        for key, _ in self._selector.select(0.1):
            key.data.go()

    def close(self) -> None:
        """Close all that is open."""
        for key in list(self._selector.get_map().values()):
            self.leave(key.fileobj)  # type: ignore[arg-type]
        self._selector.close()


def measure(seconds: float, cores: Cores) -> Saturated:
    """Create for so long, kill, start again, and wait for the rest; raises Refused or NotStarted."""
    stage = Stage()
    try:
        with TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
            return _measure(stage, Path(folder), seconds, cores)
    finally:
        stage.close()


def _measure(stage: Stage, folder: Path, seconds: float, cores: Cores) -> Saturated:
    with _serving(stage, folder, cores) as port:
        took = _saturate(stage, port, seconds)
        until = time.perf_counter()  # killed at the end of the block
    sent, creates, owed = len(stage.ledger.came), len(stage.ledger.due), stage.ledger.owed()
    lags = stage.ledger.lags(until)
    drained = _drain(stage, folder, cores)
    return Saturated(seconds=took, creates=creates, sent=sent, lags=lags, backlog=len(owed), drained=drained)


@contextmanager
def _serving(stage: Stage, folder: Path, cores: Cores) -> Iterator[int]:
    """An emulator that keeps its file in this folder, until it is killed; gives its port."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    with contestants.killed(contestants.sending_command(port_file, DELAY, stage.url), folder, cores) as process:
        yield contestants.await_port(port_file, process)


def _saturate(stage: Stage, port: int, seconds: float) -> float:
    """Create for so many seconds, on top of what is sent meanwhile; return how long it took."""
    requests = requests_from(Job(port=port, orders=["aplyid"]))
    clients = [Client(port, requests, stage.ledger) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for client in clients:
        stage.enter(client.line.socket, client)
        client.ask()
    while time.perf_counter() - begun < seconds:
        stage.turn()
    took = time.perf_counter() - begun
    for client in clients:
        stage.leave(client.line.socket)
    return took


def _drain(stage: Stage, folder: Path, cores: Cores) -> float | None:
    """Start again on the file, and return after how many seconds nothing was owed any more."""
    begun = time.perf_counter()
    with _serving(stage, folder, cores):
        while stage.ledger.owed():
            if time.perf_counter() - begun > PATIENCE:
                return None
            stage.turn()
        return time.perf_counter() - begun

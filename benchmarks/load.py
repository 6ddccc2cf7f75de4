"""A process that keeps connections busy: reads what to do as JSON from stdin, writes what came of it to stdout.

One thread, raw sockets and requests made of ready pieces, so that it is never slower than the server it drives.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from benchmarks.orders import ORDERS, external_id

CONNECTIONS = 8
PATIENCE = 30.0  # seconds without any answer
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to send where: until the seconds are over, or so many requests."""

    port: int
    orders: Sequence[str]  # sent in turn
    first: int = 0  # number of the first request
    seconds: float = 3600.0
    most: int = 10**9


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of it; `sent` may exceed `answered` by the requests that were under way at the end."""

    sent: int
    answered: int
    seconds: float
    busy: float  # share of the time in which this process computed

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


class Refused(Exception):
    """An answer was not the one that tells of success."""


class Line:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received, self._wanted = b"", b""
        self.answer = b""  # the body of the last complete one

    def ask(self, request: bytes, status: bytes) -> None:
        """Send a request whose answer must have that status."""
        self._wanted = status
        self.socket.sendall(request)

    def take(self) -> bool:
        """Read what is there; is the answer complete? Raises Refused for any but the wanted one."""
        piece = self.socket.recv(65_536)
        self._received += piece
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if piece and not (found and length and len(body) >= int(length[1])):
            return False
        if head[9:12] != self._wanted:
            raise Refused(self._received[:500].decode("latin-1") or "the connection was closed")
        self._received, self.answer = b"", body
        return True


def requests_from(job: Job) -> Iterator[tuple[bytes, bytes]]:
    """Each request with the status of its success."""
    orders = [ORDERS[name]() for name in job.orders]
    ready = [(order.pieces(), str(order.status).encode()) for order in orders]
    for number in count(job.first):
        pieces, status = ready[number % len(ready)]
        yield external_id(number // len(ready)).encode().join(pieces), status


class Load:
    """Keeps every line busy until the job is done."""

    def __init__(self, job: Job) -> None:
        self._job, self._requests = job, requests_from(job)
        self._selector = selectors.DefaultSelector()
        self._lines = [Line(job.port) for _ in range(min(CONNECTIONS, job.most))]
        self._sent = self._answered = 0

    def run(self) -> Report:
        """Send for as long as the job says, then wait for what is under way."""
        begun, computed = time.perf_counter(), time.process_time()
        for line in self._lines:
            self._selector.register(line.socket, selectors.EVENT_READ, line)
            self._ask(line)
        while self._answered < self._job.most and time.perf_counter() - begun < self._job.seconds:
            self._turn(self._sent < self._job.most)
        took, busy = time.perf_counter() - begun, time.process_time() - computed
        answered = self._answered
        while self._answered < self._sent:
            self._turn(False)
        return Report(sent=self._sent, answered=answered, seconds=took, busy=busy / took)

    def _turn(self, more: bool) -> None:
        ready = self._selector.select(PATIENCE)
        if not ready:
            raise Refused(f"no answer for {PATIENCE:.0f} s")
        for key, _ in ready:
            if key.data.take():
                self._answered += 1
                if more and self._sent < self._job.most:
                    self._ask(key.data)

    def _ask(self, line: Line) -> None:
        line.ask(*next(self._requests))
        self._sent += 1


def drive(job: Job) -> Report:
    """Have the job done by a process of its own; raises Refused."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        input=json.dumps(asdict(job)),
        capture_output=True,
        text=True,
        timeout=job.seconds + 60 if job.seconds < 600 else 600,
    )
    if done.returncode:
        raise Refused(done.stderr.strip().rpartition("\n")[2])
    return Report(**json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(asdict(Load(Job(**json.load(sys.stdin))).run())))

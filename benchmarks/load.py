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
    connections: int = CONNECTIONS


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of it; `sent` may exceed `answered` by the requests that were under way at the end."""

    sent: int
    answered: int
    seconds: float
    busy: float  # share of the time in which this process computed
    p50: float  # seconds from a request to the end of its answer
    p99: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


class Refused(Exception):
    """An answer was not the one that tells of success."""


class Line:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._received, self._wanted = b"", b""
        self.answer = b""  # the body of the last complete one
        self.is_last = False  # whether the server will take no further request on this connection
        self.socket = self._connected()

    def renew(self) -> None:
        """Connect again, in the place of a connection that takes no further request."""
        self.socket.close()
        self.socket, self.is_last = self._connected(), False

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request: bytes, status: bytes) -> None:
        """Send a request whose answer must have that status."""
        self._wanted = status
        self.socket.sendall(request)

    def take(self) -> bool:
        """Read what is there; is the answer complete? Raises Refused for any but the wanted one."""
        piece = self.socket.recv(65_536)
        self._received += piece
        head, found, body = self._received.partition(b"\r\n\r\n")
        if piece and not (found and _is_whole(head, body)):
            return False
        self.is_last = head.startswith(b"HTTP/1.0") or b"\r\nConnection: close" in head
        if head[9:12] != self._wanted:
            raise Refused(self._received[:500].decode("latin-1") or "the connection was closed")
        self._received, self.answer = b"", body
        return True


def _is_whole(head: bytes, body: bytes) -> bool:
    length = LENGTH.search(head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")  # which some peers send in chunks


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
        self._lines = [Line(job.port) for _ in range(min(job.connections, job.most))]
        self._sent = self._answered = 0
        self._began: dict[Line, float] = {}
        self._took: list[float] = []

    def run(self) -> Report:
        """Send for as long as the job says, then wait for what is under way, and hang up."""
        try:
            return self._run()
        finally:
            self._selector.close()
            for line in self._lines:
                line.socket.close()

    def _run(self) -> Report:
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
        each = sorted(self._took)
        p50, p99 = (each[int(share * (len(each) - 1))] for share in (0.5, 0.99))
        return Report(sent=self._sent, answered=answered, seconds=took, busy=busy / took, p50=p50, p99=p99)

    def _turn(self, more: bool) -> None:
        ready = self._selector.select(PATIENCE)
        if not ready:
            raise Refused(f"no answer for {PATIENCE:.0f} s")
        for key, _ in ready:
            if key.data.take():
                self._answered += 1
                self._took.append(time.perf_counter() - self._began[key.data])
                if key.data.is_last:
                    self._selector.unregister(key.fileobj)
                if more and self._sent < self._job.most:
                    self._ask(key.data)

    def _renew(self, line: Line) -> None:
        """Connect again to a server that answers once on each connection."""
        if line.is_last:
            line.renew()
            self._selector.register(line.socket, selectors.EVENT_READ, line)

    def _ask(self, line: Line) -> None:
        self._renew(line)  # now, because a server with one thread would wait for a request on it
        self._began[line] = time.perf_counter()
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
        raise Refused(
            " ".join(done.stderr[-1000:].rpartition("Refused: ")[2].split()) or f"it ended with {done.returncode}"
        )
    return Report(**json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(asdict(Load(Job(**json.load(sys.stdin))).run())))

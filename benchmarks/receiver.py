"""A receiver of webhooks as lean as Python allows: one thread, nothing parsed but the length, 200 and good-bye.

As a process it writes its port to stdout, and once its stdin is closed what came of it.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread

LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Taken:
    """What a receiver took, and for which share of the time it computed."""

    webhooks: int
    busy: float


class Receiver:
    """Takes webhooks for as long as its process lives."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door, selectors.EVENT_READ)
        self._received: dict[socket.socket, bytes] = {}
        self.taken = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._door.getsockname()[1])

    def run(self) -> None:
        """Answer for ever."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._door:
                    self._let_in()
                else:
                    self._read(key.fileobj)  # type: ignore[arg-type]

    def _let_in(self) -> None:
        line, _ = self._door.accept()
        self._received[line] = b""
        self._selector.register(line, selectors.EVENT_READ)

    def _read(self, line: socket.socket) -> None:
        piece = line.recv(65_536)
        self._received[line] += piece
        head, found, body = self._received[line].partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if piece and not (found and length and len(body) >= int(length[1])):
            return
        if piece:
            line.sendall(ANSWER)
            self.taken += 1
        self._selector.unregister(line)
        del self._received[line]
        line.close()


class Running:
    """A receiver in a process of its own: `taken` once it was stopped."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self._process = process
        self.port = port

    def stop(self) -> Taken:
        """End it and hear what came of it."""
        told, _ = self._process.communicate(timeout=30)
        return Taken(**json.loads(told))


@contextmanager
def receiving() -> Iterator[Running]:
    """A receiver on this process' core, for the time of the block."""
    command = [sys.executable, "-m", "benchmarks.receiver"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Running(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Be that process."""
    receiver = Receiver()
    Thread(target=receiver.run, daemon=True).start()
    print(receiver.port, flush=True)
    begun, computed = time.perf_counter(), time.process_time()
    sys.stdin.read()
    busy = (time.process_time() - computed) / (time.perf_counter() - begun)
    print(json.dumps(asdict(Taken(receiver.taken, busy))))


if __name__ == "__main__":
    main()

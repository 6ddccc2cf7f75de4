"""The server around a little application, and a clock that can be put forward."""

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Thread, current_thread
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from emulator.core.clock import WallClock
from emulator.server.http_server import Server, listen
from emulator.server.refusals import RefusalReport
from emulator.server.server_hooks import ServerHooks
from tests.waiting import PATIENCE

LARGE = {"/large": 2_000_000, "/huge": 30_000_000}  # the second does not fit between the server and its client


class MovedClock(WallClock):
    """Real time, put forward by hand."""

    ahead = 0.0

    def stopwatch(self) -> float:
        return super().stopwatch() + self.ahead


@dataclass
class Served:
    """A server whose application answers what it was asked, and from which thread."""

    clock: MovedClock = field(default_factory=MovedClock)
    refused: list[RefusalReport] = field(default_factory=list)
    port: int = 0
    act: Callable[[WSGIEnvironment], None] = lambda environ: None
    confirm: Callable[[], bool] = lambda: True
    around_loop: Callable[[], AbstractContextManager[object]] = nullcontext

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with verb, path, body and thread."""
        self.act(environ)
        body = environ["wsgi.input"].read()
        thread = "loop" if current_thread().name == "server" else "thread"
        told = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)} {thread}".encode()
        told += b" " * LARGE.get(environ["PATH_INFO"], 0)
        named = [("X-odd-ID", "1"), ("Content-Type", "text/plain"), ("Content-Length", str(len(told)))]
        start_response("200 OK", named)
        return [told]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def raw(self, request: bytes) -> bytes:
        """All that comes back on a connection of its own, until the server ends it."""
        with self.connect() as line:
            line.sendall(request)
            return read_all(line)

    def look(self) -> None:
        """Have the loop look at the clock now."""
        assert b"200 OK" in self.raw(b"GET /look HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


@contextmanager
def served(quick: tuple[str, ...] = (), **given: Any) -> Iterator[Served]:
    """A served application, for the time of the block; the paths in `quick` are answered on the loop once warm."""
    made, listening = Served(**given), listen("127.0.0.1", 0)
    made.port = listening.getsockname()[1]
    hooks = ServerHooks(
        quick_route=lambda verb, path: f"{verb} {path}" if path in quick else None,
        note=made.refused.append,
        around_loop=made.around_loop,
        confirm=made.confirm,
        clock=made.clock,
    )
    server = Server(made.application, listening, None, hooks)
    server.start()
    try:
        yield made
    finally:
        server.stop()


def read_all(line: socket.socket) -> bytes:
    """What comes until the other side ends."""
    received = bytearray()
    try:
        while piece := line.recv(65_536):
            received += piece
    except ConnectionError:
        pass
    return bytes(received)


def is_hung_up_on(line: socket.socket) -> bool:
    """Does the other side take no more?"""
    try:
        line.sendall(b"more")
    except OSError:
        return True
    return False


def read_until(line: socket.socket, end: bytes) -> bytes:
    """What comes, up to these bytes."""
    received = b""
    while end not in received:
        piece = line.recv(65_536)
        assert piece, received
        received += piece
    return received


def statuses(received: bytes) -> list[int]:
    """The status of each answer in there."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]


def get(path: str = "/", *headers: str) -> bytes:
    """A request without a body."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: a", *headers, "", ""]).encode("latin-1")


def in_background(act: Callable[[], object]) -> Thread:
    """Do it beside the test."""
    thread = Thread(target=act, daemon=True)
    thread.start()
    return thread

"""Real HTTP receivers for webhooks: kind ones, and every kind of unkind one."""

import json
import queue
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import PATIENCE

NEVER_GIVEN = range(20_000, 32_000)  # ports: Linux gives those from 32,768 on, macOS and Windows from 49,152 on


@dataclass
class Received:
    """One webhook as it came in."""

    path: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Receiver:
    """A receiver that listens; `answers` are given in turn, the last one for ever."""

    url: str
    port: int
    received: "queue.Queue[Received]" = field(default_factory=queue.Queue)

    def next(self, timeout: float = PATIENCE) -> Received:
        """The next webhook; fails the test when none comes."""
        try:
            return self.received.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no webhook within {timeout} s") from None

    def nothing_came(self) -> bool:
        return self.received.empty()


Reply = Callable[[BaseHTTPRequestHandler], object]  # what it returns is not looked at


def status(code: int, **headers: str) -> Reply:
    """Answer with that status."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    return reply


class PatientServer(ThreadingHTTPServer):
    """A server that lets more than five wait: on a busy machine the system would break the connections of others."""

    request_queue_size, daemon_threads = 128, True


@contextmanager
def receiving(
    *replies: Reply, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """A receiver for the time of the block."""
    turn = iter(replies[:-1])
    last = replies[-1] if replies else status(200)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers.get("Content-Length", 0)))
            self.close_connection = True
            if len(body) < length:  # the sender died on its way: this webhook never came, and is sent again
                return
            with lock:
                reply = next(turn, last)
            receiver.received.put(Received(self.path, list(self.headers.items()), body))
            with suppress(OSError):  # the emulator hung up, as it may
                reply(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = PatientServer((host, port), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(f"{'https' if tls else 'http'}://{host}:{server.server_port}", server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port where nobody listens, and that no system gives to somebody else who asks for any port."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port := secrets.choice(NEVER_GIVEN)))
            return port


def drip_headers(held: threading.Event) -> Reply:
    """A status line, then a byte of a header now and then, until `held` is set."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not held.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return reply


def drip_body(held: threading.Event) -> Reply:
    """Good headers, then a byte of the body now and then, until `held` is set."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not held.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return reply


def bomb(megabytes: int, sent: list[int]) -> Reply:
    """Send that much; `sent` says how much was taken."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(megabytes << 20))
        handler.end_headers()
        for _ in range(megabytes * 16):
            handler.wfile.write(b"x" * 65536)
            sent.append(65536)

    return reply


def abort(handler: BaseHTTPRequestHandler) -> None:
    """Close without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def garbage(handler: BaseHTTPRequestHandler) -> None:
    """Answer something that is not HTTP."""
    handler.wfile.write(b"\x00\xff not http at all\r\n\r\n")


def bytes_only(answer: bytes) -> Reply:
    """Answer those very bytes, and close."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)

    return reply


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Good headers, then a body without an end."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection at once, as a crashed process' kernel does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.close(handler.connection.detach())


def reset_after_headers(handler: BaseHTTPRequestHandler) -> None:
    """Good headers, then break the connection."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    reset(handler)

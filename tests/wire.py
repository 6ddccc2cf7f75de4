"""Raw HTTP on a socket: for requests that no client library would send."""

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass
class Answer:
    """What came back, byte for byte; status 0: the connection was closed without an answer."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


CLOSED = Answer(0, "", {}, b"")


def exchange(line: socket.socket, request: bytes) -> Answer:
    """Send the bytes, read until the server closes or the body is complete."""
    with suppress(OSError):  # it may have answered and closed before it read all
        line.sendall(request)
    return read_answer(line)


def read_answer(line: socket.socket) -> Answer:
    """One answer off the line."""
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            piece = line.recv(65536)
            if not piece:
                return CLOSED
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rest)}
        while len(body) < int(headers.get("content-length", 0)):
            piece = line.recv(65536)
            if not piece:
                break
            body += piece
    except ConnectionError:
        return CLOSED
    _, status, *reason = first.split(" ", 2)
    return Answer(int(status), " ".join(reason), headers, body)


def request_bytes(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """A well-formed request, for tests that break one thing of it."""
    lines = {"Host": "127.0.0.1", "Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body

"""HTTP by hand, so that a receiver can be wrong about it: requests are read from the socket, headers as they came."""

import json
import socketserver
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, BinaryIO


@dataclass
class Message:
    """A request as it came in."""

    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Broken(Exception):
    """The request broke off."""


def read_head(stream: BinaryIO) -> tuple[str, list[tuple[str, str]]]:
    """Return path and headers; an empty path where nothing came."""
    line = stream.readline().decode("latin-1")
    headers = []
    while (row := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = row.partition(":")
        headers.append((name, value.strip()))
    return (line.split(" ")[1] if line.count(" ") == 2 else ""), headers


def read_body(stream: BinaryIO, message: Message) -> bytes:
    """Return the whole body, be it in chunks; raise Broken."""
    if message.header("Transfer-Encoding").lower() == "chunked":
        return b"".join(iter(lambda: _chunk(stream), b""))
    return exactly(stream, int(message.header("Content-Length") or 0))


def _chunk(stream: BinaryIO) -> bytes:
    size = int(stream.readline().strip() or b"0", 16)
    data = exactly(stream, size)
    stream.readline()
    return data


def exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Broken
    return data


def ask(method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Return status and JSON; the JSON is None where the answer has none."""
    named = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, named, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, _json(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _json(error.read())


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


class Server(socketserver.ThreadingTCPServer):
    """Hands each connection to a receiver, in a thread of its own."""

    daemon_threads, allow_reuse_address, request_queue_size = True, True, 64

    def __init__(self, receiver: Any) -> None:
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a mistake that raises is answered with a 500 where that is still possible."""


class Handler(socketserver.StreamRequestHandler):
    """One connection, one request."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        status = 500
        try:
            status = self.server.receiver.take(self.rfile, self.request)  # type: ignore[attr-defined]
        except Broken:
            status = 400
        finally:
            if status:
                self.wfile.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

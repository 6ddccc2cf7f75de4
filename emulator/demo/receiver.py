"""A small receiver of webhooks on this machine, for the demo; it can be switched off and on."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

LARGEST = 1024 * 1024  # bytes of one webhook


class Receiver:
    """Answers 200 while it is on; while it is off nothing listens, but the port stays reserved."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: socket.socket | None = None
        self._server: ThreadingHTTPServer | None = None
        self._port = self._hold(0)

    @property
    def url(self) -> str:
        """The URL to send webhooks to."""
        return f"http://127.0.0.1:{self._port}/hooks"

    @property
    def is_on(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    def turn_on(self) -> None:
        """Start to listen, unless it listens already or was closed."""
        with self._lock:
            if self._server is not None or self._held is None:
                return
            server = ThreadingHTTPServer(self._held.getsockname(), _Handler, bind_and_activate=False)
            server.daemon_threads = True
            server.socket.close()
            server.socket, self._held, self._server = self._held, None, server
            server.server_activate()
            Thread(target=server.serve_forever, args=(0.05,), name="demo receiver", daemon=True).start()

    def turn_off(self) -> None:
        """Stop listening, so that connections are refused, and keep the port."""
        with self._lock:
            self._stop()
            if self._held is None:
                self._hold(self._port)

    def close(self) -> None:
        """Stop listening, and give the port back."""
        with self._lock:
            self._stop()
            if self._held is not None:
                self._held.close()
                self._held = None

    def _stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _hold(self, port: int) -> int:
        """Bind the port without listening, so that connections are refused and nobody takes it; return its number."""
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", port))
        self._held = held
        return int(held.getsockname()[1])


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        self.rfile.read(min(int(length[:9]) if length.isdecimal() else 0, LARGEST))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing: the emulator logs the attempt itself."""

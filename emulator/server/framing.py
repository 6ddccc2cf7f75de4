"""Make waitress stricter about HTTP framing: a stand-in for an API must not accept what the API refuses."""

import socket
import struct
from wsgiref.types import WSGIEnvironment

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask

from emulator.core.clock import WallClock
from emulator.server import orders

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER, on, for 0 seconds


class Parser(HTTPRequestParser):
    """Refuses what one side may read as one request and another as two (request smuggling)."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request; raise ParsingError, which is answered with 400."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a target like http://[::1/
            raise ParsingError("Malformed request target") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")


class Task(WSGITask):
    """One request; its path stays as it was sent, and orders to its connection are carried out."""

    def get_environment(self) -> WSGIEnvironment:
        """Return the WSGI environ, with the doubled slashes that waitress strips off the front of the path."""
        environ: WSGIEnvironment = super().get_environment()
        environ["PATH_INFO"] = self.request.path
        return environ

    def write(self, data: bytes) -> None:
        """Send a part of the answer, unless the connection is to end without one."""
        environ = self.environ or {}
        self.channel.hold_back(orders.held_seconds(environ))
        if not orders.is_cut(environ):
            super().write(data)
            return
        self.wrote_header = self.close_on_finish = True
        self.content_length = None  # else waitress warns that fewer bytes were sent
        if environ[orders.KEY] == orders.RESET:
            self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    def build_response_header(self) -> bytes:
        """Return the head of the answer; it announces the end of the connection when that was ordered."""
        if self.channel.server.stopping or (self.environ or {}).get(orders.KEY):
            self.set_close_on_finish()
        head: bytes = super().build_response_header()
        return head


class Channel(HTTPChannel):
    """One connection; it lets the socket loop sleep while a thread writes to it.

    Otherwise the loop wakes ten times a request, for a socket that is writable and a buffer that is locked.
    """

    parser_class = Parser
    task_class = Task
    clock = WallClock()
    held_until = 0.0  # on the clock's stopwatch

    def hold_back(self, seconds: float) -> None:
        """Send nothing more for that long; the connection waits in the loop, and no thread with it."""
        if seconds and not self.held_until:
            self.held_until = self.clock.stopwatch() + seconds

    @property
    def is_held(self) -> bool:
        """Whether the answer is still held back; stopping the server sends it."""
        return self.clock.stopwatch() < self.held_until and not self.server.stopping

    def _flush_some(self, do_close: bool = True) -> bool:
        return False if self.is_held else bool(super()._flush_some(do_close))

    def writable(self) -> bool:
        """Return whether the loop has something to write; a thread that writes wakes the loop for the rest."""
        if not super().writable() or self.is_held or not self.outbuf_lock.acquire(blocking=False):
            return False
        self.outbuf_lock.release()
        return True


def make_strict(server: TcpWSGIServer) -> TcpWSGIServer:
    """Return the same server, with stricter parts from now on."""
    server.channel_class = Channel
    server.stopping = False  # once True, each connection ends with its current answer
    return server

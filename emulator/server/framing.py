"""Where waitress is more lenient about HTTP framing than a double of somebody's API may be."""

import socket
import struct
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask

from emulator.server import orders

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER, on, for no time


class Parser(HTTPRequestParser):
    """Refuses what could be read as two requests by one side and as one by the other."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request; raises ParsingError."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a target like http://[::1/
            raise ParsingError("Malformed request target") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")


class Task(WSGITask):
    """One request; its path stays as it was sent."""

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environ, with the doubled slashes that waitress takes off the front of the path."""
        environ: dict[str, Any] = super().get_environment()
        environ["PATH_INFO"] = self.request.path
        return environ

    def write(self, data: bytes) -> None:
        """Send a piece of the answer, unless the connection is to end without one."""
        environ = self.environ or {}
        if not orders.is_cut(environ):
            super().write(data)
            return
        self.wrote_header = self.close_on_finish = True
        self.content_length = None  # nobody need be told that it was not kept
        if environ[orders.KEY] == orders.RESET:
            self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    def build_response_header(self) -> bytes:
        """The head of the answer; it ends the connection where that is wanted."""
        if self.channel.server.stopping or (self.environ or {}).get(orders.KEY):
            self.set_close_on_finish()
        head: bytes = super().build_response_header()
        return head


class Channel(HTTPChannel):
    """One connection; it leaves the loop asleep while a thread writes to it.

    Without that the loop spins, ten times a request, on a socket that is writable and a buffer that is locked.
    """

    parser_class = Parser
    task_class = Task

    def writable(self) -> bool:
        """Is there something for the loop to write? The writing thread wakes it for what was left over."""
        if not super().writable() or not self.outbuf_lock.acquire(blocking=False):
            return False
        self.outbuf_lock.release()
        return True


def make_strict(server: TcpWSGIServer) -> TcpWSGIServer:
    """The same server with the stricter parts."""
    server.channel_class = Channel
    server.stopping = False  # once True, each connection ends with its current answer
    return server

"""One TLS connection: read as strictly as without TLS, answered by cheroot."""

import logging
import socket
import ssl
import sys
from contextlib import suppress
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPRequest
from waitress.adjustments import Adjustments

from emulator.server import orders
from emulator.server.framing import Parser
from emulator.server.http_server import LIMITS

log = logging.getLogger("emulator.tls")
PIECE = 65_536
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOLD = b"this port speaks HTTPS: write https:// instead of http://\n"
SPOKEN_TO_IN_CLEAR = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(TOLD), TOLD)
)
BARE_NAMES = {"CONTENT_LENGTH", "CONTENT_TYPE"}  # the headers that go without HTTP_ in an environ
ADJUSTMENTS = Adjustments(
    max_request_header_size=LIMITS["max_request_header_size"],
    max_request_body_size=LIMITS["max_request_body_size"],
    url_scheme="https",
)


class Request(HTTPRequest):
    """One request that was read whole, and its answer."""

    def __init__(self, server: Any, connection: "Connection", parsed: Parser) -> None:
        super().__init__(server, connection)
        self.ready, self.parsed, self.rfile = True, parsed, None  # nothing is left to be read
        self.close_connection = parsed.connection_close or parsed.error is not None
        if parsed.error is None:
            self.method = parsed.command.upper().encode("latin-1")
            self.response_protocol = "HTTP/1.1" if parsed.version == "1.1" else "HTTP/1.0"
        self.environ: dict[str, Any] = {}

    def respond(self) -> None:
        """Write the application's answer, or what the parser has to say."""
        error = self.parsed.error
        if error is not None:
            self.simple_response(f"{error.code} {error.reason}", f"{error.reason}: {error.body}\n")
            return
        gateway = Gateway(self)
        self.environ = gateway.env
        gateway.respond()
        self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")

    def send_headers(self) -> None:
        """Write the head of the answer; it ends the connection where that is wanted."""
        if self.server.stopping or orders.KEY in self.environ:
            self.close_connection = True
        super().send_headers()


class Gateway(wsgi.Gateway_10):
    """Between a request and the application."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # its stub says None
        """The WSGI environ, as the server without TLS makes it."""
        parsed, connection = self.req.parsed, self.req.conn
        environ = {
            "REMOTE_ADDR": connection.remote_addr or "",
            "REMOTE_PORT": str(connection.remote_port or ""),
            "REQUEST_METHOD": parsed.command.upper(),
            "REQUEST_URI": parsed.request_uri,
            "SERVER_NAME": self.req.server.bind_addr[0],
            "SERVER_PORT": str(self.req.server.bind_addr[1]),
            "SERVER_PROTOCOL": self.req.response_protocol,
            "SERVER_SOFTWARE": self.req.server.server_name,
            "SCRIPT_NAME": "",
            "PATH_INFO": parsed.path,
            "QUERY_STRING": parsed.query,
            "wsgi.errors": sys.stderr,
            "wsgi.input": parsed.get_body_stream(),
            "wsgi.input_terminated": True,
            "wsgi.multiprocess": False,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "https",
            "wsgi.version": (1, 0),
        }
        for name, value in parsed.headers.items():
            environ.setdefault(name if name in BARE_NAMES else f"HTTP_{name}", value)
        return environ


class Connection:
    """What cheroot calls a connection; it never waits for bytes, so that whoever is slow keeps no thread."""

    last_used: float = 0  # set by cheroot, which closes what was idle for too long

    def __init__(self, server: Any, line: ssl.SSLSocket, makefile: object = None) -> None:
        self.server, self.socket = server, line
        line.settimeout(0)
        with suppress(OSError):  # gone already
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rfile = self.wfile = self  # cheroot asks the one has_data() and gives the other what to write
        self.remote_addr: str | None = None
        self.remote_port: int | None = None
        self.ssl_env: dict[str, Any] = {}
        self.busy = True  # somebody works on it
        self._is_secure, self._is_cut, self._told_to_continue = False, False, False
        self._parser: Parser | None = None
        self._received, self._answer = b"", bytearray()
        server.connections.add(self)

    def has_data(self) -> bool:
        """Is there something left that was received? No: all of it was looked at."""
        return False

    def has_unread(self) -> bool:
        """Did the other side send something that nobody has looked at yet?"""
        try:
            return bool(socket.socket.recv(self.socket, 1, socket.MSG_PEEK))
        except OSError:  # nothing there, or closed
            return False

    def write(self, piece: bytes) -> None:
        """Keep a piece of the answer, until it is sent as a whole."""
        self._answer += piece

    def communicate(self) -> bool:
        """Go on as far as what was sent allows; False: the connection is over."""
        try:
            self._shake_hands()
            while self._receive():
                request = self._next_request()
                if request is not None and not self._respond(request):
                    return False
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError as error:  # the other side went away, or speaks no TLS
            log.debug("connection of %s ends: %s", self.remote_addr, error)
        except Exception:
            log.exception("a bug of the emulator, please report it")
        return False

    def _shake_hands(self) -> None:
        if self._is_secure:
            return
        try:
            self.socket.do_handshake()
        except ssl.SSLError as error:
            if error.reason == "HTTP_REQUEST":
                self._answer_in_clear()
            raise
        self._is_secure = True

    def _answer_in_clear(self) -> None:
        """Tell a client without TLS what is wrong, past the TLS that it does not speak."""
        with suppress(OSError):
            socket.socket.recv(self.socket, PIECE)  # what is unread would turn our goodbye into a reset
        with suppress(OSError):
            socket.socket.send(self.socket, SPOKEN_TO_IN_CLEAR)

    def _receive(self) -> bool:
        """Is there something to read? Raises SSLWantReadError while there may be, later."""
        if not self._received:
            self._received = self.socket.recv(PIECE)
        return bool(self._received)

    def _next_request(self) -> Parser | None:
        """The request that what was received completes; None: there is more to come."""
        parser = self._parser = self._parser or Parser(ADJUSTMENTS)
        self._received = self._received[parser.received(self._received) :]
        if not parser.completed:
            self._tell_to_continue(parser)
            return None
        self._parser, self._told_to_continue = None, False
        return None if parser.empty else parser

    def _tell_to_continue(self, parser: Parser) -> None:
        if parser.headers_finished and parser.expect_continue and not self._told_to_continue:
            self._told_to_continue = True
            self._send(CONTINUE)

    def _respond(self, parsed: Parser) -> bool:
        """Answer the request; False: that was the last one."""
        request = Request(self.server, self, parsed)
        try:
            request.respond()
        finally:
            parsed.close()
        self._send(bytes(self._answer))
        self._answer.clear()
        self._is_cut = orders.is_cut(request.environ)
        return not request.close_connection

    def _send(self, data: bytes) -> None:
        self.socket.settimeout(self.server.timeout)
        try:
            self.socket.sendall(data)
        finally:
            self.socket.settimeout(0)

    def close(self) -> None:
        """End it, with the goodbye of TLS unless a fault cut it off."""
        self.server.connections.discard(self)
        if self._parser is not None:
            self._parser.close()
        with suppress(OSError, ValueError):
            if self._is_secure and not self._is_cut:
                self.socket.unwrap()
        with suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
        self.socket.close()

"""One TLS connection: its requests are parsed as strictly as without TLS, and answered by cheroot."""

import logging
import socket
import ssl
import sys
from contextlib import suppress
from typing import TYPE_CHECKING
from wsgiref.types import WSGIEnvironment

from cheroot import wsgi
from cheroot.server import HTTPRequest
from waitress.adjustments import Adjustments

from emulator.server import orders
from emulator.server.framing import Parser
from emulator.server.http_server import LIMITS

if TYPE_CHECKING:
    from emulator.server.tls_server import Front

log = logging.getLogger("emulator.tls")
CHUNK = 65_536  # bytes to read at once
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINT = b"this port speaks HTTPS: write https:// instead of http://\n"
ANSWER_IN_CLEAR = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(HINT), HINT)
)
BARE_NAMES = {"CONTENT_LENGTH", "CONTENT_TYPE"}  # the headers that have no HTTP_ before their name in an environ
ADJUSTMENTS = Adjustments(
    max_request_header_size=LIMITS["max_request_header_size"],
    max_request_body_size=LIMITS["max_request_body_size"],
    url_scheme="https",
)


class Request(HTTPRequest):
    """One request that was received completely, and its answer."""

    def __init__(self, server: "Front", connection: "Connection", parsed: Parser) -> None:
        super().__init__(server, connection)
        self.ready, self.parsed, self.rfile = True, parsed, None  # the parser has read everything
        self.close_connection = parsed.connection_close or parsed.error is not None
        if parsed.error is None:
            self.method = parsed.command.upper().encode("latin-1")
            self.response_protocol = "HTTP/1.1" if parsed.version == "1.1" else "HTTP/1.0"
        self.environ: WSGIEnvironment = {}

    def respond(self) -> None:
        """Write the application's answer, or the parser's refusal."""
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
        """Write the head of the answer; it announces the end of the connection when that was ordered."""
        if self.server.stopping or orders.KEY in self.environ:
            self.close_connection = True
        super().send_headers()


class Gateway(wsgi.Gateway_10):
    """Calls the application with a request."""

    def get_environ(self) -> WSGIEnvironment:  # type: ignore[override]  # its stub says None
        """Return the WSGI environ, as the server without TLS makes it."""
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
    """One connection by the protocol of cheroot; it never waits for bytes, so that a slow client keeps no thread."""

    last_used: float = 0  # set by cheroot, which closes a connection that was idle for too long

    def __init__(self, server: "Front", connection: ssl.SSLSocket, makefile: object = None) -> None:
        self.server, self.socket = server, connection
        connection.settimeout(0)
        with suppress(OSError):  # closed already
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rfile = self.wfile = self  # cheroot calls has_data() on the first and write() on the second
        self.remote_addr: str | None = None
        self.remote_port: int | None = None
        self.ssl_env: dict[str, str] = {}
        self.busy = True  # a thread works on it
        self._is_secure, self._is_cut, self._told_to_continue = False, False, False
        self._parser: Parser | None = None
        self._received, self._answer = b"", bytearray()
        server.connections.add(self)

    def has_data(self) -> bool:
        """Return False: `communicate` leaves nothing that was received."""
        return False

    def has_unread(self) -> bool:
        """Return whether the client sent something that was not read yet."""
        try:
            return bool(socket.socket.recv(self.socket, 1, socket.MSG_PEEK))
        except OSError:  # nothing to read, or closed
            return False

    def write(self, data: bytes) -> None:
        """Collect a part of the answer, which is sent as a whole later."""
        self._answer += data

    def communicate(self) -> bool:
        """Shake hands, read and answer as far as the received bytes allow; return False when the connection is over."""
        try:
            self._shake_hands()
            while self._receive():
                request = self._next_request()
                if request is not None and not self._respond(request):
                    return False
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError as error:  # the client went away, or speaks no TLS
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
        """Answer a client that speaks no TLS with what is wrong, through the socket below the TLS."""
        with suppress(OSError):
            socket.socket.recv(self.socket, CHUNK)  # closing with unread bytes would reset the connection
        with suppress(OSError):
            socket.socket.send(self.socket, ANSWER_IN_CLEAR)

    def _receive(self) -> bool:
        """Return whether there are bytes to parse, False at the end; raise SSLWantReadError when none came yet."""
        if not self._received:
            self._received = self.socket.recv(CHUNK)
        return bool(self._received)

    def _next_request(self) -> Parser | None:
        """Return the request that the received bytes complete; None while it is incomplete."""
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
        """Answer a request; return False when it was the last one of this connection."""
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
        """Close the connection, with the close_notify of TLS unless a fault cut it."""
        self.server.connections.discard(self)
        if self._parser is not None:
            self._parser.close()
        with suppress(OSError, ValueError):
            if self._is_secure and not self._is_cut:
                self.socket.unwrap()
        with suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
        self.socket.close()

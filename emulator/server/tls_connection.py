"""One connection with TLS; nothing here waits for the client."""

import logging
import socket
import ssl
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING
from wsgiref.types import WSGIEnvironment

from emulator.server.connection import CHUNK, Connection

if TYPE_CHECKING:
    from emulator.server.event_loop import EventLoop

log = logging.getLogger("emulator.server")
UNTRUSTED = "the client has to trust the certificate that --tls-ca-file writes, which is another one after each start"
REMEDIES = {
    "HTTP_REQUEST": "the client has to call https:// instead of http://",
    "UNSUPPORTED_PROTOCOL": "TLS 1.2 or 1.3 is needed",
    **dict.fromkeys(
        ("TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_CERTIFICATE_UNKNOWN", "SSLV3_ALERT_BAD_CERTIFICATE"), UNTRUSTED
    ),
}
HINT = b"this port speaks HTTPS: write https:// instead of http://\n"
ANSWER_IN_CLEAR = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(HINT), HINT)
)


def _tell(error: ssl.SSLError) -> None:
    """Log what went wrong and what to do about it, if that is known; what scans ports says something else."""
    if remedy := REMEDIES.get(error.reason or ""):
        log.info("a connection with TLS failed: %s; %s", error.reason.lower().replace("_", " "), remedy)


class TlsConnection(Connection):
    """One connection whose first bytes are a handshake."""

    __slots__ = ("_is_secure", "_secured")

    def __init__(
        self, context: ssl.SSLContext, loop: "EventLoop", accepted: socket.socket, base: WSGIEnvironment, now: float
    ) -> None:
        self._secured = context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        super().__init__(loop, self._secured, base, now)
        self._is_secure = False
        loop.heads[self] = now

    def receive(self, most: int) -> bytes:
        """Return what came in, empty at the end; raise BlockingIOError if nothing did."""
        if self.is_lingering:
            return socket.socket.recv(self.socket, most)  # nobody reads it
        try:
            self._shake_hands()
            return self._secured.recv(most)
        except ssl.SSLWantReadError as error:
            raise BlockingIOError from error
        except ssl.SSLWantWriteError as error:
            self._watch(EVENT_READ | EVENT_WRITE)
            raise BlockingIOError from error
        except ssl.SSLEOFError:  # the client left without a word of TLS
            return b""
        except ssl.SSLError as error:
            _tell(error)
            raise

    def transmit(self, data: bytes | memoryview) -> int:
        """Send as much as is possible now; return how much that was."""
        try:
            return self._secured.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            raise BlockingIOError from error

    def _shake_hands(self) -> None:
        if self._is_secure:
            return
        try:
            self._secured.do_handshake()
        except ssl.SSLError as error:
            if error.reason == "HTTP_REQUEST":
                self._answer_in_clear()
            raise
        self._is_secure = True
        self._loop.heads.pop(self, None)

    def _answer_in_clear(self) -> None:
        """Answer a client that speaks no TLS with what is wrong, through the socket below the TLS."""
        with suppress(OSError):
            socket.socket.recv(self.socket, CHUNK)  # closing with unread bytes would reset the connection
        with suppress(OSError):
            socket.socket.send(self.socket, ANSWER_IN_CLEAR)

    def give_up(self, seconds: float) -> None:
        """Answer that the rest of the request did not come; without a handshake nothing can be answered."""
        if self._is_secure:
            super().give_up(seconds)
        else:
            self.close()

    def say_goodbye(self) -> None:
        """Tell the client that nothing more is sent."""
        self._unwrap()
        with suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_WR)

    def close(self) -> None:
        """End the connection now, with the last word of TLS unless it is to be reset."""
        if not (self.is_closed or self.is_reset or self.is_lingering):
            self._unwrap()
        super().close()

    def _unwrap(self) -> None:
        with suppress(OSError, ValueError):
            if self._is_secure:
                self._secured.unwrap()

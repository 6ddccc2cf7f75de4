"""Serve the application over HTTPS with cheroot, since waitress has no TLS; imported only where --tls is given."""

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from time import sleep
from typing import Any

from cheroot import wsgi
from cheroot.connections import ConnectionManager
from cheroot.errors import FatalSSLAlert
from cheroot.ssl import Adapter

from emulator.server.http_server import DRAIN_SECONDS, LIMITS, THREADS
from emulator.server.tls_connection import Connection

log = logging.getLogger("emulator.tls")
PAUSE = 0.1  # seconds after a failure that the next turn of the loop may meet again


class TlsServer:
    """A running HTTPS server; `start` returns when requests are answered."""

    def __init__(self, application: Callable[..., Any], listening: socket.socket, context: ssl.SSLContext) -> None:
        self._front = Front(application, listening, context)
        self._thread = Thread(target=self._front.serve, name="server", daemon=True)

    def start(self) -> None:
        """Answer requests from now on."""
        self._front.prepare()
        self._thread.start()

    def stop(self) -> None:
        """Take no new connection, let requests that were sent be answered (10 s at most), free the port."""
        if self._front.stopping:
            return
        self._front.stopping = True
        if self._thread.is_alive():
            self._drain()
            self._front.end_loop()
            self._thread.join(DRAIN_SECONDS)
        self._front.close()

    def _drain(self) -> None:
        for _ in range(DRAIN_SECONDS * 100):
            if not any(line.busy or line.has_unread() for line in list(self._front.connections)):
                return
            sleep(0.01)


class Front(wsgi.Server):
    """cheroot's server on a socket that listens already."""

    ConnectionClass = Connection
    keep_alive_conn_limit = LIMITS["connection_limit"]  # its own would end connections without need

    def __init__(self, application: Callable[..., Any], listening: socket.socket, context: ssl.SSLContext) -> None:
        address = listening.getsockname()[:2]
        super().__init__(address, application, server_name=LIMITS["ident"], timeout=LIMITS["channel_timeout"])
        # It would keep every server that ever was.
        logging.statistics.pop(f"Cheroot HTTPServer {id(self)}", None)  # type: ignore[attr-defined]
        self.connections: set[Connection] = set()
        self.stopping = False  # once True, each connection ends with its current answer
        self.requests = Workers(self)
        self.ssl_adapter = LateHandshake(context, self)
        self.socket = listening
        self._connections: Any = None

    def prepare(self) -> None:
        """Everything but the loop."""
        self.socket.settimeout(1)  # whoever knocked may be gone before the door is opened
        self._connections = ConnectionManager(self)
        self.requests.start()
        self.ready = True

    def serve(self) -> None:
        """Wait for connections and for what comes in on them, until the loop is to end."""
        while self.ready:
            try:
                self._connections.run(self.expiration_interval)
            except Exception as error:  # most likely no file is left to be opened
                log.warning("a connection could not be taken: %s", error)
                sleep(PAUSE)

    def end_loop(self) -> None:
        """Let `serve` return; it looks twice a second, or when somebody knocks."""
        self.ready = False
        asking = Thread(target=self._connections.stop, name="server-stop", daemon=True)
        asking.start()
        with suppress(OSError):
            socket.create_connection(self.bind_addr, 1).close()
        asking.join(DRAIN_SECONDS)

    def close(self) -> None:
        """End all connections and free the port."""
        self.requests.stop(1)
        if self._connections is not None:
            self._connections.close()
        for line in list(self.connections):  # somebody works on them still
            with suppress(OSError):
                socket.socket.shutdown(line.socket, socket.SHUT_RDWR)
        self.socket.close()

    def process_conn(self, conn: Connection) -> None:
        """Have somebody work on that connection."""
        conn.busy = True
        self.requests.put(conn)

    def put_conn(self, conn: Connection) -> None:
        """Wait until more comes in on that connection."""
        if not self.ready:
            conn.close()
            return
        conn.busy = False
        self._connections.put(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Only what is not the other side's doing is worth a line."""
        log.log(level if level >= logging.WARNING else logging.DEBUG, "%s", msg, exc_info=traceback)


class LateHandshake(Adapter):
    """Puts TLS over a connection without shaking hands: that may take long, and the loop has others to look after."""

    def __init__(self, context: ssl.SSLContext, front: Front) -> None:
        self.context, self._front = context, front

    def bind(self, sock: socket.socket) -> socket.socket:
        """The listening socket as it is."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, Any]]:
        """The connection with TLS over it; raises FatalSSLAlert where there is none to be had."""
        if self._front.stopping or len(self._front.connections) >= LIMITS["connection_limit"]:
            sock.close()
            raise FatalSSLAlert("no more connections are taken")
        try:
            return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}
        except (OSError, ValueError) as error:
            sock.close()
            raise FatalSSLAlert(*error.args) from error

    def get_environ(self) -> dict[str, Any]:
        """Nothing that the application reads."""
        return {}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = -1) -> None:
        """Nothing: our connection reads and writes by itself."""


class Workers:
    """A pool as cheroot asks for one; its threads end with the process, and it does not wait for them for ever."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._waiting: SimpleQueue[Connection | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin to work."""
        self._threads = [Thread(target=self._work, name=f"server-{n}", daemon=True) for n in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def put(self, conn: Connection) -> None:
        """Have the next free one work on that connection."""
        self._waiting.put(conn)

    def stop(self, timeout: float) -> None:
        """End all threads; who is still at work after so many seconds is left alone."""
        for _ in self._threads:
            self._waiting.put(None)
        for _ in range(round(timeout * 100)):
            if not any(thread.is_alive() for thread in self._threads):
                return
            sleep(0.01)

    def _work(self) -> None:
        while (conn := self._waiting.get()) is not None:
            if conn.communicate():
                self._front.put_conn(conn)
            else:
                conn.close()

"""Serve the application over HTTPS with cheroot, because waitress has no TLS; imported only for --tls."""

import logging
import socket
import ssl
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from time import sleep
from typing import Any
from wsgiref.types import WSGIApplication

from cheroot import wsgi
from cheroot.connections import ConnectionManager
from cheroot.errors import FatalSSLAlert
from cheroot.ssl import Adapter

from emulator.server.http_server import DRAIN_SECONDS, LIMITS, THREADS
from emulator.server.tls_connection import Connection

log = logging.getLogger("emulator.tls")
PAUSE = 0.1  # seconds after a failure, which the next turn of the loop may meet again


class TlsServer:
    """An HTTPS server on a socket that listens; once `start` returns, requests are answered."""

    def __init__(self, application: WSGIApplication, listening: socket.socket, context: ssl.SSLContext) -> None:
        self._front = Front(application, listening, context)
        self._thread = Thread(target=self._front.serve, name="server", daemon=True)

    def start(self) -> None:
        """Begin to answer requests."""
        self._front.prepare()
        self._thread.start()

    def stop(self) -> None:
        """Take no new connection, answer the requests that were sent (for 10 s at most) and free the port."""
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
            if not any(connection.busy or connection.has_unread() for connection in list(self._front.connections)):
                return
            sleep(0.01)


class Front(wsgi.Server):
    """The server of cheroot, on a socket that listens already."""

    ConnectionClass = Connection
    keep_alive_conn_limit = LIMITS["connection_limit"]  # cheroot's default would close connections without need

    def __init__(self, application: WSGIApplication, listening: socket.socket, context: ssl.SSLContext) -> None:
        address = listening.getsockname()[:2]
        super().__init__(address, application, server_name=LIMITS["ident"], timeout=LIMITS["channel_timeout"])
        # cheroot registers every server there, and never removes one.
        logging.statistics.pop(f"Cheroot HTTPServer {id(self)}", None)  # type: ignore[attr-defined]
        self.connections: set[Connection] = set()
        self.stopping = False  # once True, each connection ends with its current answer
        self.requests = Workers(self)
        self.ssl_adapter = LateHandshake(context, self)
        self.socket = listening
        self._connections: Any = None

    def prepare(self) -> None:
        """Start everything but the loop."""
        self.socket.settimeout(1)  # a client may be gone before its connection is accepted
        self._connections = ConnectionManager(self)
        self.requests.start()
        self.ready = True

    def serve(self) -> None:
        """Run the loop that waits for connections and for requests on them, until `end_loop`."""
        while self.ready:
            try:
                self._connections.run(self.expiration_interval)
            except Exception as error:  # most likely the process may open no more files
                log.warning("a connection could not be taken: %s", error)
                sleep(PAUSE)

    def end_loop(self) -> None:
        """End the loop of `serve`, which looks twice a second whether it is to end, and for each new connection."""
        self.ready = False
        stopping = Thread(target=self._connections.stop, name="server-stop", daemon=True)
        stopping.start()
        with suppress(OSError):
            socket.create_connection(self.bind_addr, 1).close()
        stopping.join(DRAIN_SECONDS)

    def close(self) -> None:
        """Close all connections and free the port."""
        self.requests.stop(1)
        if self._connections is not None:
            self._connections.close()
        for connection in list(self.connections):  # threads still work on these
            with suppress(OSError):
                socket.socket.shutdown(connection.socket, socket.SHUT_RDWR)
        self.socket.close()

    def process_conn(self, conn: Connection) -> None:
        """Hand a connection to a worker, because bytes came in on it."""
        conn.busy = True
        self.requests.put(conn)

    def put_conn(self, conn: Connection) -> None:
        """Let the loop wait until more comes in on a connection."""
        if not self.ready:
            conn.close()
            return
        conn.busy = False
        self._connections.put(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Log a warning or worse as it is, all else as a debug line: that is most likely the client's doing."""
        log.log(level if level >= logging.WARNING else logging.DEBUG, "%s", msg, exc_info=traceback)


class LateHandshake(Adapter):
    """Wraps a connection in TLS without the handshake, which may take long and would hold up the loop."""

    def __init__(self, context: ssl.SSLContext, front: Front) -> None:
        self.context, self._front = context, front

    def bind(self, sock: socket.socket) -> socket.socket:
        """Return the listening socket unchanged."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """Return the connection wrapped in TLS; raise FatalSSLAlert, after closing it, when that is impossible."""
        if self._front.stopping or len(self._front.connections) >= LIMITS["connection_limit"]:
            sock.close()
            raise FatalSSLAlert("no more connections are taken")
        try:
            return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}
        except (OSError, ValueError) as error:
            sock.close()
            raise FatalSSLAlert(*error.args) from error

    def get_environ(self) -> dict[str, str]:
        """Return nothing: the application reads nothing about TLS."""
        return {}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = -1) -> None:
        """Return None: `Connection` reads and writes by itself."""


class Workers:
    """A thread pool for cheroot; its threads are daemons, and stopping waits for them no longer than it is told."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._waiting: SimpleQueue[Connection | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Start the threads."""
        self._threads = [Thread(target=self._work, name=f"server-{n}", daemon=True) for n in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def put(self, conn: Connection) -> None:
        """Queue a connection for the next free thread."""
        self._waiting.put(conn)

    def stop(self, timeout: float) -> None:
        """End all threads; leave alone those that still work after `timeout` seconds."""
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

"""Serve the application over HTTP with waitress, and stop without cutting off a request; see tls_server for TLS."""

import errno
import logging
import select
import socket
import sys
from collections.abc import Callable
from threading import Event, Thread
from time import sleep
from typing import Protocol, TypedDict
from wsgiref.types import WSGIApplication

import waitress
from waitress import wasyncore

from emulator.server.framing import Channel, make_strict

THREADS = 64  # an idle thread costs nothing, and some requests wait for receivers that call back
DRAIN_SECONDS = 10


class Limits(TypedDict):
    """What a server allows, by the names of waitress; sizes are in bytes, times in seconds."""

    threads: int
    connection_limit: int
    channel_timeout: int
    max_request_header_size: int
    max_request_body_size: int
    ident: str
    backlog: int
    asyncore_use_poll: bool


LIMITS: Limits = {
    "threads": THREADS,
    "connection_limit": 1000,
    "channel_timeout": 30,
    "max_request_header_size": 65_536,
    "max_request_body_size": 16 * 1024 * 1024,  # the application refuses less than that, in the provider's words
    "ident": "case-emulator",
    "backlog": 1024,
    "asyncore_use_poll": hasattr(select, "poll"),  # select() takes no more than 1,024 sockets
}
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class PortTaken(Exception):
    """Another process listens at this address and port."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free port.

    Raise PortTaken, or OSError for an address that this machine does not have.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    opened = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # on Windows it would let two processes share the port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(LIMITS["backlog"])
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"{host}:{port}") from error
        raise
    return opened


def local_address(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL that reaches a listening socket from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


class Server(Protocol):
    """A server of the application, with TLS or without."""

    def start(self) -> None:
        """Begin to answer requests."""

    def stop(self) -> None:
        """Take no new connection, answer the requests that were sent (for 10 s at most) and free the port."""


class PlainServer:
    """An HTTP server on a socket that listens; once `start` returns, requests are answered."""

    def __init__(self, application: WSGIApplication, listening: socket.socket) -> None:
        self._server = make_strict(waitress.create_server(application, sockets=[listening], **LIMITS))
        self._thread = Thread(target=self._server.run, name="server", daemon=True)

    def start(self) -> None:
        """Begin to answer requests."""
        self._thread.start()

    def stop(self) -> None:
        """Take no new connection, answer the requests that were sent (for 10 s at most) and free the port."""
        if self._server.stopping:
            return
        self._server.stopping = True
        self._in_loop(self._stop_listening)
        self._drain()
        self._server.task_dispatcher.shutdown(timeout=1)
        self._in_loop(lambda: wasyncore.close_all(self._server._map, ignore_all=True))
        self._thread.join(DRAIN_SECONDS)

    def _stop_listening(self) -> None:
        """Accept the connections that wait already, then close the listening socket."""
        before = -1
        while before != len(self._server.active_channels):
            before = len(self._server.active_channels)
            self._server.handle_accept()
        wasyncore.dispatcher.close(self._server)

    def _in_loop(self, act: Callable[[], object]) -> None:
        """Call `act` in the thread of the sockets, and wait up to a second until it is done."""
        done = Event()

        def act_and_signal() -> None:
            act()
            done.set()

        self._server.trigger.pull_trigger(act_and_signal)
        done.wait(1)

    def _drain(self) -> None:
        for _ in range(DRAIN_SECONDS * 100):
            if not any(map(_is_busy, list(self._server.active_channels.values()))):
                return
            sleep(0.01)


def _is_busy(channel: Channel) -> bool:
    """Return whether a request on this connection awaits its answer, be it unread in the socket's buffer."""
    if channel.requests or channel.total_outbufs_len:
        return True
    connection = channel.socket
    if connection is None:  # the thread of the sockets has closed it meanwhile
        return False
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:  # nothing to read, or closed
        return False

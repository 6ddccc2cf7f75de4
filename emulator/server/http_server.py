"""Serve the application over HTTP with waitress, and stop without cutting anyone off; with TLS, `tls_server` does."""

import errno
import logging
import select
import socket
import sys
from collections.abc import Callable
from threading import Event, Thread
from time import sleep
from typing import Any, Protocol

import waitress
from waitress import wasyncore

from emulator.server.framing import make_strict

THREADS = 64  # idle ones cost nothing, and some will wait for receivers that call back
DRAIN_SECONDS = 10
LIMITS: dict[str, Any] = {
    "threads": THREADS,
    "connection_limit": 1000,
    "channel_timeout": 30,
    "max_request_header_size": 65_536,
    "max_request_body_size": 8 * 1024 * 1024,  # over 1 MiB the application refuses, in the provider's words
    "ident": "case-emulator",
    "backlog": 1024,
    "asyncore_use_poll": hasattr(select, "poll"),  # select() knows no more than 1,024 sockets
}
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class PortTaken(Exception):
    """Somebody else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises PortTaken, or OSError for an address that is not ours."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    opened = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let two processes share the port
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
    """The URL of a listening socket, as seen from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


class Server(Protocol):
    """Whatever serves the application: one with TLS, one without."""

    def start(self) -> None:
        """Answer requests from now on."""

    def stop(self) -> None:
        """Take no new connection, let requests that were sent be answered (10 s at most), free the port."""


class PlainServer:
    """A running HTTP server; `start` returns when requests are answered."""

    def __init__(self, application: Callable[..., Any], listening: socket.socket) -> None:
        self._server = make_strict(waitress.create_server(application, sockets=[listening], **LIMITS))
        self._thread = Thread(target=self._server.run, name="server", daemon=True)

    def start(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Take no new connection, let requests that were sent be answered (10 s at most), free the port."""
        if self._server.stopping:
            return
        self._server.stopping = True
        self._in_loop(self._close_door)
        self._drain()
        self._server.task_dispatcher.shutdown(timeout=1)
        self._in_loop(lambda: wasyncore.close_all(self._server._map, ignore_all=True))
        self._thread.join(DRAIN_SECONDS)

    def _close_door(self) -> None:
        """Let those in who wait at the door already, then close it."""
        before = -1
        while before != len(self._server.active_channels):
            before = len(self._server.active_channels)
            self._server.handle_accept()
        wasyncore.dispatcher.close(self._server)

    def _in_loop(self, act: Callable[[], object]) -> None:
        """Do that in the thread of the sockets, and wait until it is done."""
        done = Event()

        def act_and_tell() -> None:
            act()
            done.set()

        self._server.trigger.pull_trigger(act_and_tell)
        done.wait(1)

    def _drain(self) -> None:
        for _ in range(DRAIN_SECONDS * 100):
            if not any(map(_is_busy, list(self._server.active_channels.values()))):
                return
            sleep(0.01)


def _is_busy(channel: Any) -> bool:
    """Is there a request that is not answered yet, if only in the socket's buffer?"""
    if channel.requests or channel.total_outbufs_len:
        return True
    line = channel.socket
    if line is None:  # the thread of the sockets has closed it meanwhile
        return False
    try:
        return bool(line.recv(1, socket.MSG_PEEK))
    except OSError:  # nothing there, or closed
        return False

"""Serve a WSGI application over HTTP or HTTPS, and stop without cutting off a request."""

import errno
import socket
import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from emulator.server import limits
from emulator.server.connection import Connection
from emulator.server.dispatcher import Dispatcher
from emulator.server.event_loop import Accept, EventLoop
from emulator.server.server_hooks import ServerHooks
from emulator.server.wsgi_call import base_environ

if TYPE_CHECKING:
    from ssl import SSLContext


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
        opened.listen(limits.BACKLOG)
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


class Server:
    """A server on a socket that listens; once `start` returns, requests are answered.

    With a `context` it speaks TLS.
    """

    def __init__(
        self,
        application: WSGIApplication,
        listening: socket.socket,
        context: "SSLContext | None" = None,
        hooks: ServerHooks | None = None,
    ) -> None:
        hooks = self._hooks = hooks or ServerHooks()
        self._dispatcher = Dispatcher(application, hooks)
        accept = _acceptor(listening.getsockname(), context)
        self._loop = EventLoop(listening, accept, self._dispatcher, hooks)
        self._thread: Thread | None = None
        self._has_stopped = False

    def start(self) -> None:
        """Begin to answer requests."""
        self._loop.prepare()
        self._thread = Thread(target=self._run, name="server", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._hooks.around_loop():
            self._loop.run()

    def stop(self) -> None:
        """Take no new connection, answer the requests that were sent (for 10 s at most) and free the port."""
        if self._has_stopped:
            return
        self._has_stopped = True
        if self._thread is not None:
            self._loop.stop_soon()
            self._thread.join()
        self._dispatcher.pool.stop(1)
        self._loop.close()


def _acceptor(address: Any, context: "SSLContext | None") -> Accept:
    """Return what makes a connection of an accepted socket."""
    make: Callable[..., Connection] = Connection
    if context is not None:
        from emulator.server.tls_connection import TlsConnection  # slow to import, and only TLS needs it

        make = partial(TlsConnection, context)
    return partial(_accept, make, address, "http" if context is None else "https")


def _accept(
    make: Callable[..., Connection],
    address: Any,
    scheme: str,
    loop: EventLoop,
    accepted: socket.socket,
    peer: Any,
    now: float,
) -> Connection:
    accepted.setblocking(False)
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    base: WSGIEnvironment = base_environ(address, peer, scheme)
    return make(loop, accepted, base, now)

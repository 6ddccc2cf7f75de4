"""The connection of one attempt: it dials only addresses that were checked, and can be cut at any moment."""

import socket
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager

from emulator.delivery.targets import Target


class TargetConnection:
    """The open socket of one attempt, which a watchdog cuts at the deadline.

    A read time-out would not do: it starts again with each byte a slow receiver drips.
    """

    def __init__(self, target: Target, connect_seconds: float) -> None:
        self.target = target
        self._cut = Event()
        self._connect_seconds = connect_seconds
        self._socket: socket.socket | None = None

    @property
    def cut(self) -> bool:
        """Was it ended by the watchdog?"""
        return self._cut.is_set()

    def dial(self) -> socket.socket:
        """Connect to the first checked address that answers; raises OSError."""
        failure = OSError("no address")
        for address in self.target.addresses:
            if self._cut.is_set():
                break
            try:
                opened = socket.create_connection((address, self.target.port), timeout=self._connect_seconds)
            except OSError as error:
                failure = error
            else:
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # A second handle on the same connection: TLS takes the first one over.
                self._socket = opened.dup()
                if self._cut.is_set():  # the deadline came before there was a socket to cut
                    self.abort()
                return opened
        raise failure

    def abort(self) -> None:
        """End the connection now, from another thread."""
        self._cut.set()
        if self._socket:
            with suppress(OSError):  # gone already, which is all that was wanted
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the handle."""
        if self._socket:
            self._socket.close()


class _Dialling:
    """A connection that dials the checked addresses instead of looking the name up again."""

    def __init__(self, connection: TargetConnection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection = connection

    def _new_conn(self) -> socket.socket:
        try:
            return self._connection.dial()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, str(error)) from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error  # type: ignore[arg-type]


class _Plain(_Dialling, HTTPConnection):
    pass


class _Secure(_Dialling, HTTPSConnection):
    pass


class ConnectionAdapter(HTTPAdapter):
    """Sends over the one line it is given."""

    def __init__(self, connection: TargetConnection) -> None:
        self._connection = connection
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self.poolmanager = PoolManager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, partial(_Plain, self._connection)),
            "https": partial(_pool, HTTPSConnectionPool, partial(_Secure, self._connection)),
        }


def _pool(kind: Any, connection_class: Any, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
    pool: HTTPConnectionPool = kind(*args, **kwargs)
    pool.ConnectionCls = connection_class
    return pool

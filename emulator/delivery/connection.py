"""The connection of one attempt: it dials only checked addresses and can be cut at any moment."""

import socket
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from threading import Event
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.ssl_ import create_urllib3_context

from emulator.client.final_answer import FinalAnswer
from emulator.core.turns import Away
from emulator.delivery.authorities import trust_also
from emulator.delivery.targets import Target

NOTICED = 0.5  # seconds that a receiver has to notice that nothing more is sent


class TargetConnection:
    """The socket of one attempt, which a watchdog cuts at the deadline.

    A read time-out does not bound the attempt: it starts again with each byte of a slow receiver.
    """

    def __init__(
        self,
        target: Target,
        connect_seconds: float,
        away: Away = nullcontext,
        *,
        lower_case: bool = False,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self.target, self.away, self.lower_case = target, away, lower_case
        self.begin = begin  # called when the connection is made, before the first byte
        self._cut = Event()
        self._connect_seconds = connect_seconds
        self._socket: socket.socket | None = None

    @property
    def cut(self) -> bool:
        """Whether the watchdog cut the connection."""
        return self._cut.is_set()

    def dial(self) -> socket.socket:
        """Connect to the first checked address that answers; raise the last OSError when none does."""
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
                # A second handle on the same connection, because TLS takes the first one over.
                self._socket = opened.dup()
                if self._cut.is_set():  # the deadline passed before there was a socket to cut
                    self.abort()
                return opened
        raise failure

    def abort(self) -> None:
        """Cut the connection now, from another thread."""
        self._cut.set()
        if self._socket:
            with suppress(OSError):  # it was closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def end_sending(self) -> None:
        """Send no more, and wait shortly until the receiver has noticed."""
        if self._socket:
            with suppress(OSError):  # it noticed at once, or not in time
                self._socket.shutdown(socket.SHUT_WR)
                self._socket.settimeout(NOTICED)
                while self._socket.recv(4096):
                    pass

    def close(self) -> None:
        """Close the second handle."""
        if self._socket:
            self._socket.close()


class _Answer(FinalAnswer):
    """The final answer, with what could be read of its headers: of the rest urllib3 would log a trace."""

    def begin(self) -> None:
        """Read up to the headers of the final answer."""
        super().begin()
        self.msg.defects.clear()
        self.msg.set_payload("")


class _Dialling:
    """A urllib3 connection that dials the checked addresses instead of looking up the name again."""

    response_class: Any = _Answer

    def __init__(self, connection: TargetConnection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection = connection

    def _new_conn(self) -> socket.socket:
        try:
            with self._connection.away():
                return self._connection.dial()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, str(error)) from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error  # type: ignore[arg-type]

    def putheader(self, header: Any, *values: Any) -> None:
        """Send a header, its name in lower case where a fault says so."""
        name = header.lower() if self._connection.lower_case else header
        super().putheader(name, *values)  # type: ignore[misc]

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        """Connect, call `begin`, then send the head, so that a receiver that is away counts for nothing."""
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]
        self._connection.begin()
        super().endheaders(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self) -> Any:
        """Wait for the head of the answer."""
        with self._connection.away():
            return super().getresponse()  # type: ignore[misc]


class _Plain(_Dialling, HTTPConnection):
    pass


class _Secure(_Dialling, HTTPSConnection):
    pass


class ConnectionAdapter(HTTPAdapter):
    """An adapter that sends over the one connection it is given, and trusts `authorities` besides the public ones."""

    def __init__(self, connection: TargetConnection, authorities: str | bytes | None) -> None:
        self._connection, self._authorities = connection, authorities
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        if self._authorities:
            pool_kwargs["ssl_context"] = trust_also(create_urllib3_context(), self._authorities)
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, partial(_Plain, self._connection)),
            "https": partial(_pool, HTTPSConnectionPool, partial(_Secure, self._connection)),
        }


class StayingSession(Session):
    """A session that does not even look where a redirect leads: requests would read all of the body for that."""

    def get_redirect_target(self, resp: Response) -> str | None:
        """Return None, as for an answer that leads nowhere."""
        return None


def _pool(
    pool_class: type[HTTPConnectionPool], connect: Callable[..., HTTPConnection], host: str, port: int, **options: Any
) -> HTTPConnectionPool:
    pool = pool_class(host, port, **options)
    pool.ConnectionCls = connect  # type: ignore[assignment]  # urllib3 only calls it
    return pool

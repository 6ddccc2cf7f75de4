"""HTTP by the standard library: mocks of a library for HTTP do not come between, and little is imported."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from selectors import EVENT_READ, DefaultSelector
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit
from weakref import finalize

from emulator.client.final_answer import FinalAnswer

CONNECT_SECONDS = 5.0
IN_A_PATH = "%/?:@!$&'()*+,;=[]~"  # what is not quoted


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer: status, reason, headers by their names in lower case, and the exact body."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body, parsed; raise ValueError for what is no JSON."""
        return json.loads(self.body)


class UntrustedFile(Exception):
    """The file of the authority cannot be read; the cause says why."""


class HttpClient:
    """Asks the server at a URL; one connection is kept, and others are made where several threads ask at once."""

    def __init__(self, url: str, ca_file: str | None, *, keep_alive: bool) -> None:
        parts = urlsplit(url)
        self._is_secure, self._host, self._port = parts.scheme == "https", parts.hostname or "", parts.port
        self._ca_file, self._keep_alive = ca_file, keep_alive
        self._tls: ssl.SSLContext | None = None
        self._lock = Lock()
        self._kept: list[HTTPConnection] = []  # at most one
        finalize(self, _close_all, self._kept)  # of a handle that nobody closes

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> HttpAnswer:
        """Return the answer; raise OSError or HTTPException, and TimeoutError for no answer within the seconds."""
        kept = self._take_kept(seconds)
        if kept:
            try:
                return self._exchange(kept, method, path, headers, body)
            except ConnectionError:  # RemoteDisconnected among them: the server closed it just now
                if method != "GET":
                    raise  # perhaps it was done
        return self._exchange(self._connect(seconds), method, path, headers, body)

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> HttpAnswer:
        try:
            connection.request(method, quote(path, safe=IN_A_PATH), body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            connection.close()  # what is left of the answer would be taken for that of the next request
            raise
        self._give_back(connection)
        return HttpAnswer(answer.status, answer.reason, {n.lower(): v for n, v in answer.getheaders()}, content)

    def close(self) -> None:
        """Close the connection that is kept; the next request makes a new one."""
        idle = self._swap(None)
        if idle:
            idle.close()

    def _take_kept(self, seconds: float) -> HTTPConnection | None:
        """Return the connection that is kept, if it is free and the server has not closed it."""
        kept = self._swap(None)
        if kept and _is_dropped(kept):
            kept.close()
            return None
        if kept:
            kept.sock.settimeout(seconds)
        return kept

    def _connect(self, seconds: float) -> HTTPConnection:
        patience = min(CONNECT_SECONDS, seconds)
        connection = self._new(patience)
        try:
            connection.connect()
        except TimeoutError as error:
            connection.close()
            raise ConnectionError(f"no connection within {patience:g} s") from error
        except BaseException:
            connection.close()
            raise
        connection.sock.settimeout(seconds)
        return connection

    def _new(self, patience: float) -> HTTPConnection:
        if self._is_secure:
            made: HTTPConnection = HTTPSConnection(self._host, self._port, timeout=patience, context=self._context())
        else:
            made = HTTPConnection(self._host, self._port, timeout=patience)
        made.response_class = FinalAnswer  # a proxy between may answer 103 first
        return made

    def _context(self) -> ssl.SSLContext:
        """Return the TLS context: it trusts the authority in the file alone, or without a file those of the system."""
        if self._tls is None:
            try:
                self._tls = ssl.create_default_context(cafile=self._ca_file)
            except OSError as error:  # no file, or no certificate in it
                raise UntrustedFile(self._ca_file) from error
        return self._tls

    def _give_back(self, connection: HTTPConnection) -> None:
        other = self._swap(connection) if self._keep_alive and connection.sock else connection
        if other:
            other.close()

    def _swap(self, connection: HTTPConnection | None) -> HTTPConnection | None:
        with self._lock:
            before = self._kept.pop() if self._kept else None
            if connection:
                self._kept.append(connection)
        return before


def _close_all(connections: list[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()


def _is_dropped(connection: HTTPConnection) -> bool:
    """Return whether the server closed the connection: only then is there something to read before a request."""
    if not connection.sock:
        return True
    with DefaultSelector() as selector:
        selector.register(connection.sock, EVENT_READ)
        return bool(selector.select(0))

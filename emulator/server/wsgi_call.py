"""Call the application with a request, and write its answer as bytes."""

import logging
import sys
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from emulator.core.clock import WallClock
from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.server.refusals import Refusal
from emulator.server.request_head import Head

log = logging.getLogger("emulator.server")
IDENT = "case-emulator"
Headers = list[tuple[str, str]]
BY_NAME = itemgetter(0)
WITHOUT_BODY = ("1", "204", "304")


@dataclass(slots=True)
class Reply:
    """The bytes of an answer, and what happens to the connection after them."""

    data: bytes
    ends: bool  # the connection closes
    lingers: bool = False  # more may come of what nobody reads
    cut: str | None = None  # RESET or EMPTY: no byte is sent
    is_good: bool = False  # the request was carried out
    held: float = 0.0  # seconds for which the answer is held back


class Caller:
    """Calls one application."""

    def __init__(self, application: WSGIApplication, clock: WallClock) -> None:
        self._application, self._clock = application, clock
        self._date = (-1, "")  # by second of the stopwatch

    def call(self, head: Head, environ: WSGIEnvironment, ends: bool) -> Reply:
        """Return the application's answer, with which the connection ends if `ends` or it is ordered.

        Raise TakesLong where the application wants to be called in a thread.
        """
        try:
            status, headers, body = _ask(self._application, environ)
            order = environ.get(orders.KEY)
            if order in orders.CUTS:
                return Reply(b"", True, cut=str(order))
            ends = ends or order is not None or not head.keeps_alive
            reply = self._reply(head, status, headers, body, ends, head.has_more or order is not None)
            reply.held = orders.held_seconds(environ)
            return reply
        except Exception:
            log.exception("a bug of the emulator, please report it")
            return self.refuse(Refusal(500, "a bug of the emulator; its log has the trace"))

    def refuse(self, refusal: Refusal) -> Reply:
        """Return the answer to what could not be read, after which the connection ends."""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        return Reply(self._head("HTTP/1.1", refusal.phrase, headers, refusal.body) + refusal.body, True, True)

    def _reply(self, head: Head, status: str, headers: Headers, body: bytes, ends: bool, lingers: bool) -> Reply:
        if ends:
            headers.append(("Connection", "close"))
        elif head.is_old:
            headers.append(("Connection", "Keep-Alive"))
        written = self._head(head.environ["SERVER_PROTOCOL"], status, headers, body)
        has_body = head.environ["REQUEST_METHOD"] != "HEAD" and not status.startswith(WITHOUT_BODY)
        return Reply(written + body if has_body else written, ends, lingers, is_good=status[0] in "23")

    def _head(self, version: str, status: str, headers: Headers, body: bytes) -> bytes:
        return _written(version, status, tuple(headers), len(body), self._now())

    def _now(self) -> str:
        second = int(self._clock.stopwatch())
        if self._date[0] != second:
            self._date = second, format_datetime(self._clock.now(), usegmt=True)
        return self._date[1]


@lru_cache(maxsize=64)  # within a second many answers have the same head
def _written(version: str, status: str, headers: tuple[tuple[str, str], ...], length: int, date: str) -> bytes:
    named = [*headers, ("Server", IDENT), ("Date", date)]
    if "Content-Length" not in map(BY_NAME, headers) and not status.startswith(WITHOUT_BODY):
        named.append(("Content-Length", str(length)))
    named.sort(key=BY_NAME)
    text = f"{version} {status}\r\n" + "".join([f"{name}: {value}\r\n" for name, value in named]) + "\r\n"
    if text.count("\n") != len(named) + 2 or text.count("\r") != len(named) + 2:
        raise ValueError("a line end in a header of an answer")
    return text.encode("latin-1")


def _ask(application: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    began: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
        began[:] = [(status, list(headers))]
        return written.append

    written: list[bytes] = []
    answered: Iterable[bytes] = application(environ, start_response)
    try:
        written.extend(answered)
    finally:
        close: Any = getattr(answered, "close", None)
        if close:
            close()
    status, headers = began[0]
    return status, headers, b"".join(written) if len(written) != 1 else written[0]


def base_environ(address: tuple[Any, ...], peer: tuple[Any, ...], scheme: str) -> WSGIEnvironment:
    """Return what the environs of all requests on one connection have in common."""
    return {
        "REMOTE_ADDR": str(peer[0]) if peer else "",
        "REMOTE_PORT": str(peer[1]) if peer else "",
        "SERVER_NAME": address[0],
        "SERVER_PORT": str(address[1]),
        "SERVER_SOFTWARE": IDENT,
        "SCRIPT_NAME": "",
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": scheme,
        "wsgi.version": (1, 0),
    }

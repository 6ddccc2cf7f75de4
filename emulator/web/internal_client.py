"""Send a request to this application from inside; it passes guard, journal and all else like one from outside."""

import io
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import Protocol, runtime_checkable
from urllib.parse import unquote
from wsgiref.types import WSGIApplication, WSGIEnvironment

from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.web.request_state import KEY, RequestState

Wsgi = WSGIApplication


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; its status is None where a planned fault cut the connection."""

    status: int | None
    body: bytes
    case_id: int | None = None  # of the case that the request opened


def ask(application: Wsgi, method: str, target: str, headers: Mapping[str, str], body: bytes, *, quiet: bool) -> Answer:
    """Return the application's answer to that request.

    `target` is path and query. A `quiet` request is not journalled, counted or logged.
    """
    state = RequestState(quiet=quiet, is_internal=True)
    environ = _environ(method, target, headers, body) | {KEY: state}
    # In a context of its own: Flask would otherwise reuse that of the request in which this one is sent.
    status, answered = Context().run(_send, application, environ)
    case_id = state.case.id if state.case else None
    return Answer(None, b"", case_id) if orders.is_cut(environ) else Answer(status, answered, case_id)


@runtime_checkable
class Closable(Protocol):
    """An answer that wants to hear when all of it was read, as WSGI allows."""

    def close(self) -> None:
        """Let go of what the answer holds."""


def _send(application: Wsgi, environ: WSGIEnvironment) -> tuple[int, bytes]:
    statuses: list[str] = []

    def start_response(status: str, *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda data: None  # the write() that WSGI demands, and nobody uses

    answered = application(environ, start_response)
    try:
        body = b"".join(answered)
    finally:
        if isinstance(answered, Closable):
            answered.close()
    return int(statuses[0].split()[0]), body


def _environ(method: str, target: str, headers: Mapping[str, str], body: bytes) -> WSGIEnvironment:
    path, _, query = target.partition("?")
    variables = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": variables.pop("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **variables,
    }

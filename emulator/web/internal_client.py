"""Ask this very application from inside, as a request from outside would: through the guard, the journal and all."""

import io
from collections.abc import Callable, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from emulator.server import orders
from emulator.web.request_state import KEY, RequestState

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; without a status a planned fault cut the connection."""

    status: int | None
    body: bytes
    case_id: int | None = None  # of the case that was opened


def ask(application: Wsgi, method: str, target: str, headers: Mapping[str, str], body: bytes, *, quiet: bool) -> Answer:
    """Send that request to the application around us; the target is path and query."""
    state = RequestState(quiet=quiet, is_internal=True)
    environ = _environ(method, target, headers, body) | {KEY: state}
    # In a context of its own, because Flask would share its context with the request around us.
    status, told = Context().run(_send, application, environ)
    case_id = state.case.id if state.case else None
    return Answer(None, b"", case_id) if orders.is_cut(environ) else Answer(status, told, case_id)


def _send(application: Wsgi, environ: dict[str, Any]) -> tuple[int, bytes]:
    started: list[str] = []
    told = b"".join(application(environ, lambda status, *_: started.append(status)))
    return int(started[0].split()[0]), told


def _environ(method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    path, _, query = target.partition("?")
    sent = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": sent.pop("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **sent,
    }

"""Ask the control API from a page, in this process: the very routes that a script would ask."""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Refused(Exception):
    """The control API said no: the status and why, in words for people."""

    def __init__(self, status: int, detail: str, body: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.body = status, detail, body


@dataclass(frozen=True)
class Asker:
    """The control API of the application around us; `token` is its control token, where it asks for one."""

    application: Wsgi
    token: str | None = None

    def get(self, path: str, **query: Any) -> Any:
        """What is answered at that path below /_emulator; raises Refused. What is None is not asked."""
        return self.ask("GET", path, None, {name: value for name, value in query.items() if value is not None})

    def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The same for any verb; {} is sent where there is no body."""
        sent = b"" if method == "GET" else json.dumps({} if body is None else body).encode()
        started: list[str] = []
        pieces = self.application(
            self._environ(method, path, query or {}, sent), lambda status, *_: started.append(status)
        )
        told = json.loads(b"".join(pieces) or b"null")
        status = int(started[0].split()[0])
        if status >= 400:
            raise Refused(status, str(told.get("detail", "")), told)
        return told

    def _environ(self, method: str, path: str, query: Mapping[str, Any], sent: bytes) -> dict[str, Any]:
        authorization = {} if self.token is None else {"HTTP_AUTHORIZATION": f"Bearer {self.token}"}
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/_emulator{path}",
            "QUERY_STRING": urlencode(query),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **authorization,
        }

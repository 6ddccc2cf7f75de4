"""Ask the control API from a page, in this process: the very routes that a script would ask."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from emulator.web.internal_client import Wsgi, ask


class ApiRefusal(Exception):
    """The control API said no: the status and why, in words for people."""

    def __init__(self, status: int, detail: str, body: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.body = status, detail, body

    @property
    def errors(self) -> Mapping[str, str]:
        """What is wrong, by field."""
        told = self.body.get("errors", {}) if isinstance(self.body, dict) else {}
        return told if isinstance(told, dict) else {}


@dataclass(frozen=True)
class ApiClient:
    """The control API of the application around us; `token` is its control token, where it asks for one."""

    application: Wsgi
    token: str | None = None

    def get(self, path: str, /, **query: Any) -> Any:
        """What is answered at that path below /_emulator; raises ApiRefusal. What is None is not asked."""
        return self.ask("GET", path, None, {name: value for name, value in query.items() if value is not None})

    def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The same for any verb; {} is sent where there is no body."""
        sent = b"" if method == "GET" else json.dumps({} if body is None else body).encode()
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        target = f"/_emulator{path}" + (f"?{urlencode(query)}" if query else "")
        answer = ask(self.application, method, target, headers, sent, quiet=True)
        told = json.loads(answer.body or b"null")
        if answer.status is None or answer.status >= 400:
            raise ApiRefusal(answer.status or 500, str(told.get("detail", "")), told)
        return told


def part(text: object) -> str:
    """One step of a path, whatever is in it."""
    return quote(str(text), safe="")

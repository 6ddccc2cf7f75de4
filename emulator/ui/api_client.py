"""Ask the control API from a page, in this process, by the routes that a script would ask."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from emulator.quick_dataclass import dataclass
from emulator.web.control_token import ControlToken
from emulator.web.internal_client import Wsgi, ask


class ApiRefusal(Exception):
    """A refusal of the control API, or of a page: its status, its reason in words for people, and the whole answer."""

    def __init__(self, status: int, detail: str, body: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.body = status, detail, body

    @property
    def errors(self) -> Mapping[str, str]:
        """The reasons by field; empty if the refusal names none."""
        errors = self.body.get("errors", {}) if isinstance(self.body, dict) else {}
        return errors if isinstance(errors, dict) else {}


@dataclass(frozen=True)
class ApiClient:
    """The control API of this application; `token` is the control token; None: none is needed."""

    application: Wsgi
    token: ControlToken | None = None

    def get(self, path: str, /, **query: object) -> Any:
        """Return the JSON that GET answers at a path below /_emulator, with the parameters that are not None.

        Raise ApiRefusal for a status of 400 or more.
        """
        return self.ask("GET", path, None, {name: value for name, value in query.items() if value is not None})

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, object] | None = None) -> Any:
        """Return the JSON that any method answers; {} is sent if there is no body. Raise ApiRefusal as `get` does."""
        sent = b"" if method == "GET" else json.dumps({} if body is None else body).encode()
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token.text}"} if self.token is not None else {}
        target = f"/_emulator{path}" + (f"?{urlencode(query)}" if query else "")
        answer = ask(self.application, method, target, headers, sent, quiet=True)
        payload = json.loads(answer.body or b"null")
        if answer.status is None or answer.status >= 400:
            raise ApiRefusal(answer.status or 500, str(payload.get("detail", "")), payload)
        return payload


def part(text: object) -> str:
    """Return a text quoted as one segment of a path."""
    return quote(str(text), safe="")

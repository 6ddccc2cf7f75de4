"""Ask a running emulator by its control API."""

import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from emulator.client.http_client import HttpAnswer, HttpClient, UntrustedFile
from emulator.client.payloads import Query
from emulator.client.plain_values import plain, to_json, to_query
from emulator.masking import masked
from emulator.version import VERSION

__tracebackhide__ = True  # pytest shows the line of the test that called, not ours

ANSWER_SECONDS = 30.0  # more than a reset takes, which waits for attempts in flight
ADVANCE_SECONDS = 600.0  # advancing waits for every receiver, one after another
MARK = "X-Emulator-Version"  # on every answer of an emulator


class NotReached(Exception):
    """No emulator answers at `url`; the text says why and what to do."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(masked(reason))
        self.url = url

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes, as the result of one may."""
        return type(self), (self.url, str(self))


class Refusal(Exception):
    """The emulator refused: `status`, `detail` in words, and `body`, the whole problem (RFC 9457)."""

    def __init__(self, status: int, detail: str, body: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.body = status, detail, body

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes, as the result of one may."""
        return type(self), (self.status, self.detail, self.body)


class Control:
    """The control API of the emulator at `url`; `token` is sent as a bearer token.

    `patience` is how many seconds an answer may take; by default that depends on the request. `authority` is the
    certificate file that an emulator with TLS wrote. `keep_alive` keeps the connection between requests. Raises
    ValueError for a URL or a token that cannot be one.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        patience: float | None = None,
        authority: str | None = None,
        *,
        keep_alive: bool = False,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("a URL like http://127.0.0.1:8642 is needed")
        if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
            raise ValueError("a token of printable ASCII characters is needed")
        self.url, self.token, self.keeps_alive = url.rstrip("/"), token, keep_alive
        self._base, self._patience, self._authority = parts.path.rstrip("/"), patience, authority
        self._usual = {"User-Agent": f"case-emulator/{VERSION}", "Accept": "*/*"}
        if token is not None:
            self._usual["Authorization"] = f"Bearer {token}"
        if not keep_alive:
            # The emulator closes an idle connection after half a minute, perhaps just when the next request is sent.
            self._usual["Connection"] = "close"
        self._http = HttpClient(self.url, authority, keep_alive=keep_alive)

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes without the connection, of which each opens its own."""
        return _made_again, (type(self), self.url, self.token, self._patience, self._authority, self.keeps_alive)

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, Query] | None = None) -> Any:
        """Return the JSON answer at that path below /_emulator; raise NotReached or Refusal.

        Without a body, any method but GET sends {}, because the control API needs one.
        """
        answer = self._send(method, path, body, query)
        try:
            payload = answer.json()
        except ValueError:
            raise self._stranger() from None
        if answer.status >= 400:
            detail = payload.get("detail") if isinstance(payload, dict) else None
            raise Refusal(answer.status, str(detail or answer.reason), payload)
        return payload

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._http.close()

    def post(self, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Post to one of the emulated APIs and return status and answer (JSON, else text); raise NotReached."""
        return self.call("POST", path, body, headers)

    def call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Send a request to an emulated API and return status and answer (JSON, else text); raise NotReached."""
        # Without the control token, which an API that knows tokens would take for one of its own.
        own: Mapping[str, str | None] = {"Authorization": None, **headers}
        answer = self._request(method, path, ANSWER_SECONDS, body, own)
        try:
            return answer.status, answer.json()
        except ValueError:
            return answer.status, answer.body.decode("utf-8", "replace")

    def version(self) -> str:
        """Return the version of the emulator that answers; raise NotReached."""
        return self._send("GET", "/livez", None, None).headers[MARK.lower()]

    def _send(self, method: str, path: str, body: object, query: Mapping[str, Query] | None) -> HttpAnswer:
        if body is None and method.upper() != "GET":
            body = {}
        target = f"/_emulator{path}{to_query(query)}"
        answer = self._request(method, target, _patience(path, query or {}), body, {})
        if MARK.lower() not in answer.headers:
            raise self._stranger()
        return answer

    def _request(
        self, method: str, path: str, usual_seconds: float, body: object, headers: Mapping[str, str | None]
    ) -> HttpAnswer:
        """Return the answer; raise NotReached. Headers that are None are not sent."""
        sent = None if body is None else to_json(body)
        together = _merged(self._usual, {} if sent is None else {"Content-Type": "application/json"}, headers)
        seconds = self._patience or usual_seconds
        try:
            return self._http.ask(method, self._base + path, together, sent, seconds)
        except Exception as error:  # a plugin of pytest that forbids connections raises what it likes
            if isinstance(error, ValueError) and not isinstance(error, OSError):
                raise  # a header that cannot be sent
            raise NotReached(self.url, self._reason(error, seconds)) from error

    def _reason(self, error: Exception, seconds: float) -> str:
        """Return why nothing answered and what to do, in plain words, with the error itself."""
        quoted = f"{type(error).__name__}: {error}"
        if isinstance(error, UntrustedFile):
            return f"{self._authority} cannot be read: is it the file that the emulator wrote? ({error.__cause__})"
        if isinstance(error, TimeoutError):
            return f"{self.url} did not answer within {seconds:g} s"
        if isinstance(error, ssl.SSLError):
            return (
                f"no trusted connection to {self.url}: an emulator is reached by http://, or, started with --tls, "
                f"by https:// with --tls-ca-file (`ca_file` of the handle) and the file that it wrote ({quoted})"
            )
        if isinstance(error, OSError | HTTPException):
            return f"nothing answers at {self.url}: start an emulator with `case-emulator serve` ({quoted})"
        return f"something in this process forbids the connection to {self.url}, or takes its place ({quoted})"

    def _stranger(self) -> NotReached:
        return NotReached(self.url, f"what answers at {self.url} is no case-emulator: start one on another port")


def _made_again(
    kind: type[Control], url: str, token: str | None, patience: float | None, authority: str | None, keep_alive: bool
) -> Control:
    return kind(url, token, patience, authority, keep_alive=keep_alive)


def _patience(path: str, query: Mapping[str, Query]) -> float:
    """Return how many seconds to wait for the answer: longer than the request takes when all is well."""
    longest = ADVANCE_SECONDS if "/clock/" in path else ANSWER_SECONDS
    if not path.endswith("/wait"):
        return longest
    timeout = query.get("timeout")
    return longest + (5.0 if timeout is None else float(str(plain(timeout))))


def _merged(*headers: Mapping[str, str | None]) -> dict[str, str]:
    """Return all headers, the later ones in place of the earlier ones, whatever the case of their names."""
    named = {name.lower(): (name, value) for some in headers for name, value in some.items()}
    return {name: value for name, value in named.values() if value is not None}

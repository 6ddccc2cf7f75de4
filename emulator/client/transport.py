"""Ask a running emulator by its control API."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator.client.payloads import Query
from emulator.version import VERSION

if TYPE_CHECKING:
    from requests import Response, Session

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0  # more than a reset takes, which waits for attempts in flight
ADVANCE_SECONDS = 600.0  # advancing waits for every receiver, one after another
MARK = "X-Emulator-Version"  # on every answer of an emulator


class NotReached(Exception):
    """No emulator answers at `url`; the text says why and what to do."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(reason)
        self.url = url


class Refusal(Exception):
    """The emulator refused: `status`, `detail` in words, and `body`, the whole problem (RFC 9457)."""

    def __init__(self, status: int, detail: str, body: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.body = status, detail, body


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
        self.url = url.rstrip("/")
        self._token, self._patience, self._authority, self._keep_alive = token, patience, authority, keep_alive

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, Query] | None = None) -> Any:
        """Return the JSON answer at that path below /_emulator; raise NotReached or Refusal.

        Without a body, any method but GET sends {}, because the control API needs one.
        """
        answer = self._send(method, path, body, query)
        try:
            payload = answer.json()
        except ValueError:
            raise self._stranger() from None
        if not answer.ok:
            detail = payload.get("detail") if isinstance(payload, dict) else None
            raise Refusal(answer.status_code, str(detail or answer.reason), payload)
        return payload

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if "_session" in self.__dict__:
            self._session.close()

    def post(self, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Post to one of the emulated APIs and return status and answer (JSON, else text); raise NotReached."""
        return self.call("POST", path, body, headers)

    def call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Send a request to an emulated API and return status and answer (JSON, else text); raise NotReached."""
        answer = self._request(method, self.url + path, ANSWER_SECONDS, body, headers=headers)
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, answer.text

    def version(self) -> str:
        """Return the version of the emulator that answers; raise NotReached."""
        return self._send("GET", "/livez", None, None).headers[MARK]

    @cached_property
    def _session(self) -> "Session":
        """The session, made on first use because importing requests takes longer than most requests."""
        import requests

        session = requests.Session()
        session.verify = self._authority or True
        session.trust_env = False  # no proxies, and no .netrc in place of the token
        session.headers["User-Agent"] = f"case-emulator/{VERSION}"
        if not self._keep_alive:
            # The emulator closes an idle connection after half a minute, perhaps just when the next request is sent.
            session.headers["Connection"] = "close"
        if self._token is not None:
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

    def _send(self, method: str, path: str, body: object, query: Mapping[str, Query] | None) -> "Response":
        if body is None and method.upper() != "GET":
            body = {}
        url, seconds = f"{self.url}/_emulator{path}", _patience(path, query or {})
        answer = self._request(method, url, seconds, body, query=query)
        if MARK not in answer.headers:
            raise self._stranger()
        return answer

    def _request(
        self,
        method: str,
        url: str,
        usual_seconds: float,
        body: object,
        *,
        query: Mapping[str, Query] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Response":
        from requests import RequestException

        seconds = self._patience or usual_seconds
        timeout = (min(CONNECT_SECONDS, seconds), seconds)
        try:
            return self._session.request(
                method, url, json=body, params=query, headers=headers, timeout=timeout, allow_redirects=False
            )
        except (RequestException, OSError) as error:  # OSError: the authority's file cannot be read
            raise NotReached(self.url, self._reason(error, seconds)) from error

    def _reason(self, error: Exception, seconds: float) -> str:
        """Return why nothing answered and what to do, in plain words."""
        from requests.exceptions import ReadTimeout, RequestException, SSLError

        if isinstance(error, ReadTimeout):
            return f"{self.url} did not answer within {seconds:g} s"
        if isinstance(error, SSLError):
            return (
                f"no trusted connection to {self.url}: an emulator is reached by http://, or, started with --tls, "
                "by https:// with --tls-ca-file and the file that it wrote"
            )
        if not isinstance(error, RequestException):
            return f"{self._authority} cannot be read: is it the file that the emulator wrote?"
        return f"nothing answers at {self.url}: start an emulator with `case-emulator serve`"

    def _stranger(self) -> NotReached:
        return NotReached(self.url, f"what answers at {self.url} is no case-emulator: start one on another port")


def _patience(path: str, query: Mapping[str, Query]) -> float:
    """Return how many seconds to wait for the answer: longer than the request takes when all is well."""
    longest = ADVANCE_SECONDS if "/clock/" in path else ANSWER_SECONDS
    if not path.endswith("/wait"):
        return longest
    timeout = query.get("timeout")
    return longest + (5.0 if timeout is None else float(timeout))

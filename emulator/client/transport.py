"""Ask a running emulator by its control API, from any Python program."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator.version import VERSION

if TYPE_CHECKING:
    from requests import Response, Session

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0  # more than a reset may take, which lets attempts under way end
ADVANCE_SECONDS = 600.0  # running time waits for every receiver, one falling due after another
MARK = "X-Emulator-Version"  # stands on every answer of an emulator


class NotReached(Exception):
    """No emulator answers at `url`; the text says why and what to do."""

    def __init__(self, url: str, told: str) -> None:
        super().__init__(told)
        self.url = url


class Refusal(Exception):
    """The emulator said no: the status, why in words, and the whole problem (RFC 9457)."""

    def __init__(self, status: int, detail: str, body: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.body = status, detail, body


class Control:
    """The control API of the emulator at `url`; `token` is sent as a bearer token.

    `patience` is how many seconds an answer may take; without it that depends on what is asked. `authority` is the file
    that an emulator with TLS wrote. `keep_alive` keeps the connection, for many questions in a short time. Raises
    ValueError for what is no URL or no token.
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

    def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON answered at that path below /_emulator; raises NotReached or Refusal.

        Where something is changed and there is no body, {} is sent, as the control API asks for.
        """
        answer = self._send(method, path, body, query)
        try:
            told = answer.json()
        except ValueError:
            raise self._stranger() from None
        if not answer.ok:
            detail = told.get("detail") if isinstance(told, dict) else None
            raise Refusal(answer.status_code, str(detail or answer.reason), told)
        return told

    def close(self) -> None:
        """Let go of the connection; the next question makes a new one."""
        if "_session" in self.__dict__:
            self._session.close()

    def post(self, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Post to one of the emulated APIs; return status and answer (JSON, else text). Raise NotReached."""
        return self.call("POST", path, body, headers)

    def call(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Ask one of the emulated APIs; return status and answer (JSON, else text). Raise NotReached."""
        answer = self._request(method, self.url + path, ANSWER_SECONDS, json=body, headers=dict(headers))
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, answer.text

    def version(self) -> str:
        """The version of the emulator that answers; raises NotReached."""
        return self._send("GET", "/livez", None, None).headers[MARK]

    @cached_property
    def _session(self) -> "Session":
        """Made on first use: importing requests takes longer than most of what is asked."""
        import requests

        session = requests.Session()
        session.verify = self._authority or True
        session.trust_env = False  # no proxies, and no .netrc in place of the token
        session.headers["User-Agent"] = f"case-emulator/{VERSION}"
        if not self._keep_alive:
            # The emulator closes an idle connection after half a minute, perhaps just when it is used again.
            session.headers["Connection"] = "close"
        if self._token is not None:
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

    def _send(self, method: str, path: str, body: Any, query: Mapping[str, Any] | None) -> "Response":
        if body is None and method.upper() != "GET":
            body = {}
        answer = self._request(
            method, f"{self.url}/_emulator{path}", _patience(path, query or {}), json=body, params=query
        )
        if MARK not in answer.headers:
            raise self._stranger()
        return answer

    def _request(self, method: str, url: str, usual: float, **what: Any) -> "Response":
        from requests import RequestException

        seconds = self._patience or usual
        bounds = (min(CONNECT_SECONDS, seconds), seconds)
        try:
            return self._session.request(method, url, timeout=bounds, allow_redirects=False, **what)
        except (RequestException, OSError) as error:  # no RequestException: the authority's file is not there
            raise NotReached(self.url, self._in_plain_words(error, seconds)) from error

    def _in_plain_words(self, error: Exception, seconds: float) -> str:
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


def _patience(path: str, query: Mapping[str, Any]) -> float:
    """Seconds: longer than what is asked takes when all is well."""
    longest = ADVANCE_SECONDS if "/clock/" in path else ANSWER_SECONDS
    return longest + (float(query.get("timeout", 5)) if path.endswith("/wait") else 0)

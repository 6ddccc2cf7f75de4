"""Ask a running emulator by its control API, from any Python program."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from emulator.version import VERSION

if TYPE_CHECKING:
    from ssl import SSLContext

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

    `patience` is how many seconds an answer may take; without it that depends on what is asked. Raises ValueError for
    what is no URL or no token.
    """

    def __init__(self, url: str, token: str | None = None, patience: float | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("a URL like http://127.0.0.1:8642 is needed")
        if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
            raise ValueError("a token of printable ASCII characters is needed")
        self.url = url.rstrip("/")
        self._token, self._patience = token, patience

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

    def version(self) -> str:
        """The version of the emulator that answers; raises NotReached."""
        return self._send("GET", "/livez", None, None).headers[MARK]

    @cached_property
    def _session(self) -> "Session":
        """Made on first use: importing requests takes longer than most of what is asked."""
        import requests

        session = requests.Session()
        session.trust_env = False  # no proxies, and no .netrc in place of the token
        # Kept open, a connection would be one the emulator closes after a while, perhaps just when it is used again.
        session.headers.update({"User-Agent": f"case-emulator/{VERSION}", "Connection": "close"})
        if self._token is not None:
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

    def _send(self, method: str, path: str, body: Any, query: Mapping[str, Any] | None) -> "Response":
        from requests import RequestException

        if body is None and method.upper() != "GET":
            body = {}
        seconds = self._patience or _patience(path, query or {})
        try:
            answer = self._session.request(
                method,
                f"{self.url}/_emulator{path}",
                json=body,
                params=query,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
            )
        except RequestException as error:
            raise NotReached(self.url, self._in_plain_words(error, seconds)) from error
        if MARK not in answer.headers:
            raise self._stranger()
        return answer

    def _in_plain_words(self, error: Exception, seconds: float) -> str:
        from requests.exceptions import ReadTimeout, SSLError

        if isinstance(error, ReadTimeout):
            return f"{self.url} did not answer within {seconds:g} s"
        if isinstance(error, SSLError):
            return f"no TLS connection to {self.url}: an emulator is reached by http:// unless a proxy stands before it"
        return f"nothing answers at {self.url}: start an emulator with `case-emulator serve`"

    def _stranger(self) -> NotReached:
        return NotReached(self.url, f"what answers at {self.url} is no case-emulator: start one on another port")


def why_not_ready(url: str, seconds: float) -> str | None:
    """Why the emulator at that URL does not serve yet, in words; None: it does. Raises ValueError for what is no URL.

    It imports little and is quick, unlike `Control`. A certificate is not judged: nothing is told that matters.
    """
    import json
    from http.client import HTTPException

    url, parts = Control(url).url, urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        status, mark, body = _ask_readiness(parts, port, seconds)
        detail = json.loads(body).get("detail", "") if status != 200 and mark else ""
    except TimeoutError:
        return f"{url} did not answer within {seconds:g} s"
    except (OSError, HTTPException, ValueError, AttributeError) as error:
        return f"no emulator answers at {url}: {error or type(error).__name__}"
    if not mark:
        return f"what answers at {url} is no case-emulator"
    return None if status == 200 else f"{url} is not ready: it answered {status}, {detail}"


def _ask_readiness(parts: SplitResult, port: int, seconds: float) -> tuple[int, str | None, bytes]:
    """Status, version and body of the answer."""
    from http.client import HTTPConnection, HTTPSConnection

    host = parts.hostname or ""
    line = HTTPConnection(host, port, timeout=seconds)
    if parts.scheme == "https":
        line = HTTPSConnection(host, port, timeout=seconds, context=_any_certificate())
    try:
        line.request("GET", f"{parts.path.rstrip('/')}/_emulator/readyz", headers={"Connection": "close"})
        answer = line.getresponse()
        return answer.status, answer.getheader(MARK), answer.read(65_536)
    finally:
        line.close()


def _any_certificate() -> "SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _patience(path: str, query: Mapping[str, Any]) -> float:
    """Seconds: longer than what is asked takes when all is well."""
    longest = ADVANCE_SECONDS if "/clock/" in path else ANSWER_SECONDS
    return longest + (float(query.get("timeout", 5)) if path.endswith("/wait") else 0)

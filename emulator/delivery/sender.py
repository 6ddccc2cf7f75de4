"""The one function that dials out: a single attempt, bounded in time and size, that never follows and never raises."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from threading import Timer
from urllib.parse import SplitResult

import requests
from urllib3 import HTTPResponse
from urllib3.exceptions import ConnectTimeoutError

from emulator.core.clock import Clock
from emulator.core.deliveries import Attempt, Delivery
from emulator.delivery.line import Line, LineAdapter
from emulator.delivery.targets import BlockedTarget, Target, Targets, UnknownName

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
READ_BYTES = 64 * 1024
KEPT_BYTES = 4 * 1024


@dataclass(frozen=True)
class HttpSender:
    """Makes attempts over HTTP; `agent` is what it calls itself."""

    targets: Targets
    clock: Clock
    agent: str
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS

    def send(self, delivery: Delivery) -> Attempt:
        """One attempt: connect within 3 s, everything within 10 s, at most 64 KiB of the answer read."""
        started = self.clock.stopwatch()
        try:
            target = self.targets.find(delivery.url or "")
        except BlockedTarget as error:
            return Attempt(blocked=True, error=str(error))
        except UnknownName as error:
            return Attempt(error=str(error))
        attempt = self._talk(target, delivery)
        return replace(attempt, took=timedelta(seconds=self.clock.stopwatch() - started))

    def _talk(self, target: Target, delivery: Delivery) -> Attempt:
        line = Line(target, self.connect_seconds)
        try:
            with self._watched(line), self._session(line) as session:
                answer = self._post(session, target.url, delivery)
                body = _read(answer.raw)
                if line.cut:  # what was read before the cut may look complete
                    raise TimeoutError
        except Exception as error:  # requests lets urllib3's and http.client's own errors through
            return Attempt(error=in_plain_words(error, line))
        finally:
            line.close()
        return Attempt(
            status=answer.status_code,
            error=_refusal(answer),
            retry_after=self._retry_after(answer.headers.get("Retry-After")),
            answer=body,
        )

    @contextmanager
    def _watched(self, line: Line) -> Iterator[None]:
        watchdog = Timer(self.total_seconds, line.hang_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _session(self, line: Line) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # no proxies, no .netrc: what is sent is what was written
        session.mount("http://", LineAdapter(line))
        session.mount("https://", LineAdapter(line))
        session.headers.clear()
        return session

    def _post(self, session: requests.Session, url: SplitResult, delivery: Delivery) -> requests.Response:
        headers = {
            **delivery.headers,
            "User-Agent": self.agent,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        return session.post(
            url.geturl(),
            data=delivery.body,
            headers=headers,
            allow_redirects=False,
            stream=True,
            timeout=(self.connect_seconds, self.total_seconds),
        )

    def _retry_after(self, text: str | None) -> timedelta | None:
        """The header as a wait: seconds or an HTTP date; None for anything else."""
        if text is None:
            return None
        if text.strip().isdecimal():
            return timedelta(seconds=min(int(text.strip()[:9]), 10**8))
        try:
            moment = parsedate_to_datetime(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(moment - self.clock.now(), timedelta())
        except (ValueError, OverflowError):
            return None


def _read(raw: HTTPResponse) -> bytes:
    """The first 4 KiB of the answer, after at most 64 KiB were taken off the wire."""
    read = b""
    while len(read) < READ_BYTES:
        piece = raw.read(min(READ_BYTES - len(read), 16_384), decode_content=False)
        if not piece:
            break
        read += piece
    return read[:KEPT_BYTES]


def _refusal(answer: requests.Response) -> str | None:
    if 200 <= answer.status_code < 300:
        return None
    if 300 <= answer.status_code < 400:
        return f"the receiver answered {answer.status_code}, a redirect, and redirects are not followed"
    return f"the receiver answered {answer.status_code}"


def in_plain_words(error: Exception, line: Line) -> str:
    """Why an attempt on that line failed."""
    where = f"{line.target.host}:{line.target.port}"
    causes = list(_causes(error))
    if line.cut:
        return f"{where} took longer than an attempt may take"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        hint = "; inside a container localhost is the container itself, try host.docker.internal"
        return f"nothing listens on {where}" + (hint if line.target.host == "localhost" else "")
    if any(isinstance(cause, ConnectTimeoutError) for cause in causes):
        return f"{where} did not accept the connection in time"
    if any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in causes):
        return f"{where} closed the connection before it answered"
    return f"{where}: {causes[-1]}"[:500]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

"""Make a single attempt over HTTP: bounded in time and size, without following redirects, and without raising."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from http.client import BadStatusLine
from itertools import islice
from ssl import SSLCertVerificationError, SSLEOFError, SSLError
from urllib.parse import SplitResult

import requests
from urllib3 import HTTPResponse
from urllib3.exceptions import ConnectTimeoutError

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.turns import Away
from emulator.core.wire_faults import LowerCaseHeaders
from emulator.delivery.authorities import why_untrusted
from emulator.delivery.connection import ConnectionAdapter, StayingSession, TargetConnection
from emulator.delivery.lookups import UnknownName
from emulator.delivery.slow_body import SlowBody
from emulator.delivery.targets import BlockedTarget, Target, Targets, bracketed
from emulator.delivery.watchdog import Watchdog
from emulator.delivery.wire_bodies import Body
from emulator.delivery.wire_faults import Begin, WireFaults, close_at_once, idle
from emulator.masking import masked_url
from emulator.quick_dataclass import dataclass

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
STOP_SECONDS = 8.0
READ_BYTES = 64 * 1024
KEPT_BYTES = 4 * 1024
REDIRECTS = {300, 301, 302, 303, 307, 308}  # 304 and the others send nobody elsewhere
LONGEST_LOCATION = 300
MOST_HEADERS, LONGEST_HEADER = 50, 500


@dataclass(frozen=True)
class HttpSender:
    """Makes attempts over HTTP; `agent` is its User-Agent. It waits for others in blocks of `away`."""

    targets: Targets
    clock: WallClock
    agent: str
    away: Away = nullcontext
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS
    note: Callable[[str], None] = lambda kind: None  # counts the faults that come to pass, by their kinds

    @cached_property
    def _wire_faults(self) -> WireFaults:
        return WireFaults(note=self.note)

    @cached_property
    def _watchdog(self) -> Watchdog:
        return Watchdog(self.clock)

    def hurry(self) -> None:
        """Give up the attempts that are not over in eight seconds: ten after a signal, Docker kills the process."""
        self._watchdog.hurry(STOP_SECONDS)

    def send(self, delivery: Delivery) -> Attempt:
        """Make one attempt: connect within 3 s, end within 10 s, and read at most 64 KiB of the answer. Never raise.

        The ten seconds begin with the look-up of the name.
        """
        started = self.clock.stopwatch()
        deadline = started + self.total_seconds
        post, knock = partial(self._post_once, deadline), partial(self._knock, delivery, deadline)
        attempt = self._wire_faults.send(delivery, post, knock, self.away)
        return replace(attempt, took=timedelta(seconds=self.clock.stopwatch() - started))

    def _post_once(
        self, until: float, delivery: Delivery, body: Body | None = None, away: Away | None = None, begin: Begin = idle
    ) -> Attempt:
        away = away or self.away
        try:
            target = self._find(delivery, until, away)
        except BlockedTarget as error:
            return Attempt(blocked=True, error=str(error))
        except UnknownName as error:
            return Attempt(error=str(error))
        lower_case, seconds = LowerCaseHeaders.is_of(delivery), self._left(until)
        connect_seconds = min(self.connect_seconds, seconds)
        connection = TargetConnection(target, connect_seconds, away, lower_case=lower_case, begin=begin)
        return self._talk(connection, delivery, seconds, body)

    def _find(self, delivery: Delivery, deadline: float, away: Away) -> Target:
        with away():  # a name may have to be looked up
            return self.targets.find(delivery.url or "", min(self._left(deadline), STOP_SECONDS))

    def _knock(self, delivery: Delivery, deadline: float) -> bool:
        """Connect to the target and end the connection without a byte; return whether a connection was made."""
        try:
            target = self._find(delivery, deadline, self.away)
        except (BlockedTarget, UnknownName):
            return False
        return close_at_once(TargetConnection(target, min(self.connect_seconds, self._left(deadline))), self.away)

    def _left(self, deadline: float) -> float:
        return max(deadline - self.clock.stopwatch(), 0.001)

    def _talk(self, connection: TargetConnection, delivery: Delivery, seconds: float, body_as: Body | None) -> Attempt:
        away = connection.away
        watching = self._watchdog.watching(seconds, connection.abort)
        answer = None
        try:
            with watching, self._session(connection) as session:
                data = body_as(delivery.body, connection) if body_as else self._usual_body(delivery, away)
                answer = self._post(session, connection.target.url, delivery, data)
                with away():
                    body = _read(answer.raw)
                if connection.cut:  # what was read before the cut may look complete
                    raise TimeoutError
        except Exception as error:  # requests lets urllib3's and http.client's own errors through
            words = in_plain_words(error, connection, began=answer is not None)
            return Attempt(error=words, given_up=connection.cut and self._watchdog.is_hurried)
        finally:
            connection.close()
        return Attempt(
            status=answer.status_code,
            error=_refusal(answer),
            retry_after=self._retry_after(answer.headers),
            answer=body,
            headers=_kept_headers(answer.headers),
        )

    def _session(self, connection: TargetConnection) -> requests.Session:
        session = StayingSession()
        session.trust_env = False  # no proxies and no .netrc: exactly what was rendered is sent
        session.mount("http://", ConnectionAdapter(connection, None))
        session.mount("https://", ConnectionAdapter(connection, self.targets.authorities))
        session.headers.clear()
        return session

    def _usual_body(self, delivery: Delivery, away: Away) -> object:
        return delivery.body if delivery.slowly is None else SlowBody(delivery.body, delivery.slowly, away)

    def _post(self, session: requests.Session, url: SplitResult, delivery: Delivery, data: object) -> requests.Response:
        headers = {
            **delivery.headers,
            "User-Agent": self.agent,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        return session.post(
            url.geturl(),
            data=data,  # type: ignore[arg-type]  # any iterable of bytes
            headers=headers,
            allow_redirects=False,
            stream=True,
            # Longer than the watchdog, which counts from the start: a read time-out starts again with each byte.
            timeout=(self.connect_seconds, self.total_seconds * 2),
        )

    def _retry_after(self, headers: Mapping[str, str]) -> timedelta | None:
        """Return the Retry-After header (seconds or an HTTP date) as a wait; None for anything else."""
        text = headers.get("Retry-After", "").strip()
        if text.isdecimal():
            return timedelta(seconds=min(int(text[:9]), 10**8))
        moment = _read_date(text)
        if moment is None:
            return None
        # By the receiver's own clock if it sends a Date, because a test may have stopped or moved that clock too.
        return max(moment - (_read_date(headers.get("Date", "")) or self.clock.now()), timedelta())


def _read_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an answer, bounded in number and length: a receiver may send megabytes of them."""
    return {name[:LONGEST_HEADER]: value[:LONGEST_HEADER] for name, value in islice(headers.items(), MOST_HEADERS)}


def _read(raw: HTTPResponse) -> bytes:
    """Read at most 64 KiB of the answer, and return the first 4 KiB."""
    body = b""
    while len(body) < READ_BYTES:
        chunk = raw.read(min(READ_BYTES - len(body), 16_384), decode_content=False)
        if not chunk:
            break
        body += chunk
    return body[:KEPT_BYTES]


def _refusal(answer: requests.Response) -> str | None:
    status = answer.status_code
    if 200 <= status < 300:
        return None
    if status in REDIRECTS:
        place = _shown_location(answer.headers.get("Location", ""))
        return f"the receiver answered {status}, a redirect{place}, and redirects are not followed"
    return f"the receiver answered {status}"


def _shown_location(location: str) -> str:
    """Return where a redirect leads, without password, query and fragment: this stands in logs and on pages."""
    address, mark, _ = masked_url(location).partition("?")
    path = address.partition("#")[0]
    shown = "".join(c for c in path if c.isprintable())[:LONGEST_LOCATION]
    return f" to {shown}{'?***' if mark else ''}" if shown or mark else " to nowhere"


def in_plain_words(error: Exception, connection: TargetConnection, *, began: bool) -> str:
    """Return what went wrong in plain words; `began` says whether the headers of an answer had arrived."""
    where = f"{bracketed(connection.target.host)}:{connection.target.port}"
    causes = list(_causes(error))
    if connection.cut:
        return f"{where} took longer than an attempt may take"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        hint = "; inside a container localhost is the container itself, try host.docker.internal"
        return f"nothing listens on {where}" + (hint if connection.target.host == "localhost" else "")
    if any(isinstance(cause, ConnectTimeoutError) for cause in causes):
        return f"{where} did not accept the connection in time"
    if began:
        return f"{where} broke off in the middle of its answer"
    if any(isinstance(cause, ConnectionResetError | BrokenPipeError | SSLEOFError) for cause in causes):
        return f"{where} closed the connection before it answered"
    return f"{where}{_what_happened(causes)}"[:500]


def _what_happened(causes: Sequence[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, SSLCertVerificationError):
            return f" shows {why_untrusted(cause)}"
        if isinstance(cause, SSLError):
            return f" does not speak TLS as we do ({cause.reason}): if it speaks none, use http://"
        if isinstance(cause, TimeoutError) and "handshake" in str(cause):
            return " did not answer the greeting of TLS in time: if it speaks none, use http://"
        if isinstance(cause, BadStatusLine):
            return f" did not answer in HTTP but with {str(cause)[:100]!r}"
    return f": {causes[-1]}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

"""Write every exchange into the journal, with its credentials masked."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote

from flask import Response

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.journal import Exchange, Journal
from emulator.web.request_state import RequestState

MASK = "***"
SECRET = re.compile(r"auth|cookie|credential|key|passw|secret|session|token", re.IGNORECASE)
# In a text: the user information of a URL, and each parameter of its query. JSON may escape the slashes.
USER = re.compile(r"(:(?:\\?/){2})[^/\\?#@\s\"]*@")
PARAMETER = re.compile(r"([?&;])([^?&;=\s\"<>]+)=([^?&;#\s\"<>]*)")
LONGEST_URL = 2_000
LONGEST_TEXT = 500
OURS = "/_emulator"


def write_exchange(
    journal: Journal,
    now: datetime,
    state: RequestState,
    provider: str | None,
    environ: Mapping[str, str],
    response: Response,
    took: float,
    needed: Sequence[str],
) -> None:
    """Add a request and its answer to the journal; `took` is in seconds, `needed` what the request lacked."""
    case, fact = state.case, state.fact
    journal.add(
        Exchange(
            number=journal.next_number(),
            at=now,
            outgoing=False,
            sandbox=state.sandbox or state.named_sandbox,
            provider=provider,
            method=environ["REQUEST_METHOD"],
            url=_url(environ, state.mount),
            headers=_headers(environ),
            body=_masked_bytes(_shown_body(state)),
            status=response.status_code,
            answer_headers={name: masked(value) for name, value in response.headers.items()},
            answer=_masked_bytes(response.get_data()) or b"",
            took=took,
            case_id=case.id if case else None,
            rule=case.decision.rule if case else None,
            faults=tuple(state.faults),
            advice=tuple(map(masked, state.advice)),
            refused=masked((str(fact) or type(fact).__name__)[:LONGEST_TEXT]) if fact else None,
            needed=tuple(masked(text[:LONGEST_TEXT]) for text in needed),
        )
    )


def _shown_body(state: RequestState) -> bytes | None:
    """Return the body as it may be kept; whoever may not keep it whole says how to show it."""
    return state.show_body(state.raw_body) if state.show_body and state.raw_body else state.raw_body


def masked(text: str) -> str:
    """Return the text with *** in place of the credentials in each URL."""
    if "@" in text:
        text = USER.sub(rf"\1{MASK}@", text)
    return PARAMETER.sub(_mask_parameter, text) if "=" in text else text


def _mask_parameter(match: re.Match[str]) -> str:
    name = match[2]
    is_secret = SECRET.search(unquote(name) if "%" in name else name)
    return f"{match[1]}{name}={MASK}" if is_secret else match[0]


def _masked_bytes(body: bytes | None) -> bytes | None:
    """Return the body masked; skip the work for a body that cannot hold a URL."""
    if not body or not (b"@" in body or b"=" in body) or not (b"://" in body or b":\\/" in body or b"?" in body):
        return body
    return masked(body.decode("latin-1")).encode("latin-1")  # latin-1 keeps every byte, whatever it means


def _url(environ: Mapping[str, str], mount: str) -> str:
    """Return path and query as they are below the mount, which a proxy may have taken off or left."""
    query = environ.get("QUERY_STRING", "")
    path = f"{environ.get('SCRIPT_NAME', '').removeprefix(mount)}{environ.get('PATH_INFO', '')}"
    return (path + masked(f"?{query}") if query else path)[:LONGEST_URL]


def _headers(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request as far as a WSGI environ keeps them, masked."""
    headers = {}
    for name, value in environ.items():
        header = _header_of(name)
        # The other two are there, though empty, when nobody sent them.
        if header is not None and (value or name.startswith("HTTP_")):
            title, is_secret = header
            headers[title] = MASK if is_secret else masked(value)
    return headers


def _header_of(name: str) -> tuple[str, bool] | None:
    """Return the header name of a WSGI environ key and whether to mask it; None for a key that is no header."""
    if name not in HEADERS:
        is_header = name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        title = "-".join(part.capitalize() for part in name.removeprefix("HTTP_").split("_"))
        header = (title, SECRET.search(name) is not None) if is_header else None
        if len(HEADERS) >= MOST_NAMES:  # callers choose the names, so their number has to be bounded
            return header
        HEADERS[name] = header
    return HEADERS[name]


HEADERS: dict[str, tuple[str, bool] | None] = {}
MOST_NAMES = 500


def write_attempt(journal: Journal, clock: WallClock, delivery: Delivery, attempt: Attempt) -> None:
    """Add an attempt to deliver a webhook to the journal, unless there was no receiver to exchange anything with."""
    if delivery.url is None:
        return
    journal.add(
        Exchange(
            number=journal.next_number(),
            at=clock.now(),
            outgoing=True,
            sandbox=delivery.sandbox,
            provider=delivery.provider,
            method="POST",
            url=masked(delivery.url)[:LONGEST_URL],
            headers=dict(delivery.headers),
            body=_masked_bytes(delivery.body),
            status=attempt.status,
            answer_headers={},
            answer=_masked_bytes(attempt.answer) or b"",
            took=attempt.took.total_seconds(),
            case_id=delivery.case_id,
            delivery_id=delivery.id,
            faults=delivery.faults,
            error=attempt.error and masked(attempt.error),
        )
    )

"""Write every exchange into the journal, with its credentials masked."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from flask import Response

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.journal import Exchange, Journal
from emulator.web.request_state import RequestState

MASK = "***"
SECRET = re.compile(r"auth|cookie|credential|key|passw|secret|session|token", re.IGNORECASE)
# Inside of a text: the user information of a URL, and each parameter of its query. Slashes may be escaped, as in JSON.
USER = re.compile(r"(:(?:\\?/){2})[^/\\?#@\s\"]*@")
PARAMETER = re.compile(r"([?&;])([^?&;=\s\"<>]+)=([^?&;#\s\"<>]*)")
LONGEST_URL = 2_000
MOST_TOLD = 500
OURS = "/_emulator"


def write_exchange(
    journal: Journal,
    now: datetime,
    state: RequestState,
    provider: str | None,
    environ: Mapping[str, Any],
    response: Response,
    took: float,
    needed: Sequence[str],
) -> None:
    """Write down the current request and its answer."""
    case, fact = state.case, state.fact
    journal.add(
        Exchange(
            number=journal.next_number(),
            at=now,
            outgoing=False,
            sandbox=state.sandbox or state.named_sandbox,
            provider=provider,
            method=environ["REQUEST_METHOD"],
            url=_url(environ),
            headers=_headers(environ),
            body=_masked_bytes(state.raw_body),
            status=response.status_code,
            answer_headers={name: masked(value) for name, value in response.headers.items()},
            answer=_masked_bytes(response.get_data()) or b"",
            took=took,
            case_id=case.id if case else None,
            rule=case.decision.rule if case else None,
            faults=tuple(state.faults),
            advice=tuple(map(masked, state.advice)),
            refused=masked((str(fact) or type(fact).__name__)[:MOST_TOLD]) if fact else None,
            needed=tuple(masked(told[:MOST_TOLD]) for told in needed),
        )
    )


def masked(text: str) -> str:
    """The same with *** for the credentials of each URL in it."""
    if "@" in text:
        text = USER.sub(rf"\1{MASK}@", text)
    return PARAMETER.sub(_mask_parameter, text) if "=" in text else text


def _mask_parameter(match: re.Match[str]) -> str:
    name = match[2]
    is_secret = SECRET.search(unquote(name) if "%" in name else name)
    return f"{match[1]}{name}={MASK}" if is_secret else match[0]


def _masked_bytes(body: bytes | None) -> bytes | None:
    """Only what may hold a URL is looked through."""
    if not body or not (b"@" in body or b"=" in body) or not (b"://" in body or b":\\/" in body or b"?" in body):
        return body
    return masked(body.decode("latin-1")).encode("latin-1")  # byte for byte, whatever it is


def _url(environ: Mapping[str, Any]) -> str:
    query = environ.get("QUERY_STRING", "")
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return (path + masked(f"?{query}") if query else path)[:LONGEST_URL]


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers that were sent, as far as a gateway keeps them."""
    sent = {}
    for name, value in environ.items():
        shown = _shown_as(name)
        if shown is not None and (value or name.startswith("HTTP_")):
            title, is_secret = shown
            sent[title] = MASK if is_secret else masked(value)
    return sent


def _shown_as(name: str) -> tuple[str, bool] | None:
    """How a header is called that the environ has by this name, and whether it is masked; None: it is no header."""
    if name not in SHOWN:
        is_header = name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        title = "-".join(part.capitalize() for part in name.removeprefix("HTTP_").split("_"))
        shown = (title, SECRET.search(name) is not None) if is_header else None
        if len(SHOWN) >= MOST_NAMES:  # whoever sends that many names is not worth a memory
            return shown
        SHOWN[name] = shown
    return SHOWN[name]


SHOWN: dict[str, tuple[str, bool] | None] = {}
MOST_NAMES = 500


def write_attempt(journal: Journal, clock: WallClock, delivery: Delivery, attempt: Attempt) -> None:
    """Write down an attempt to deliver a webhook; what had no receiver was no exchange."""
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

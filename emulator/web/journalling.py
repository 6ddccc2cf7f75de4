"""Write every exchange into the journal, with its credentials masked."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, g

from emulator.core.clock import Clock
from emulator.core.deliveries import Attempt, Delivery, without_password
from emulator.core.journal import Exchange, Journal
from emulator.core.model import DEFAULT_SANDBOX
from emulator.web.body import RAW_KEY

MASK = "***"
SECRET = re.compile(r"auth|cookie|credential|key|passw|secret|session|token", re.IGNORECASE)
SECRET_VALUE = re.compile(r"([^&=]*(?:auth|credential|key|passw|secret|session|token)[^&=]*)=[^&]*", re.IGNORECASE)
LONGEST_URL = 2_000
OURS = "/_emulator"


def write_exchange(
    journal: Journal, clock: Clock, provider: str | None, environ: Mapping[str, Any], response: Response, took: float
) -> None:
    """Write down the current request and its answer."""
    noted = g.__dict__  # once, because each question to the proxy costs as much as all the answers
    case = noted.get("case")
    journal.add(
        Exchange(
            number=journal.next_number(),
            at=clock.now(),
            outgoing=False,
            sandbox=noted.get("sandbox") or DEFAULT_SANDBOX,
            provider=provider,
            method=environ["REQUEST_METHOD"],
            url=_url(environ),
            headers=_headers(environ),
            body=environ.get(RAW_KEY),
            status=response.status_code,
            answer_headers=dict(response.headers.items()),
            answer=response.get_data(),
            took=took,
            case_id=case.id if case else None,
            rule=case.verdict.rule if case else None,
            faults=tuple(noted.get("faults", ())),
            advice=tuple(noted.get("advice", ())),
            refusal=noted.get("fact"),
        )
    )


def _url(environ: Mapping[str, Any]) -> str:
    query = environ.get("QUERY_STRING", "")
    shown = f"?{SECRET_VALUE.sub(_masked, query)}" if query else ""
    return f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}{shown}"[:LONGEST_URL]


def _masked(match: re.Match[str]) -> str:
    return f"{match[1]}={MASK}"


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers that were sent, as far as a gateway keeps them."""
    sent = {}
    for name, value in environ.items():
        shown = _shown_as(name)
        if shown is not None:
            title, is_secret = shown
            sent[title] = MASK if is_secret else value
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


def write_attempt(journal: Journal, clock: Clock, delivery: Delivery, attempt: Attempt) -> None:
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
            url=_outgoing_url(delivery.url),
            headers=dict(delivery.headers),
            body=delivery.body,
            status=attempt.status,
            answer_headers={},
            answer=attempt.answer,
            took=attempt.took.total_seconds(),
            case_id=delivery.case_id,
            delivery_id=delivery.id,
            faults=delivery.faults,
            error=attempt.error,
        )
    )


def _outgoing_url(url: str) -> str:
    shown = without_password(url)
    try:
        query = urlsplit(shown).query
    except ValueError:
        return shown[:LONGEST_URL]
    masked = shown.replace(query, SECRET_VALUE.sub(_masked, query)) if query else shown
    return masked[:LONGEST_URL]

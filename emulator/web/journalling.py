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
    case = g.get("case")
    journal.add(
        Exchange(
            number=journal.next_number(),
            at=clock.now(),
            outgoing=False,
            sandbox=g.get("sandbox") or DEFAULT_SANDBOX,
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
            faults=tuple(g.get("faults", ())),
            advice=tuple(g.get("advice", ())),
            refusal=g.get("fact"),
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
        if name.startswith("HTTP_"):
            sent[name[5:]] = MASK if SECRET.search(name) else value
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            sent[name] = value
    return {_titled(name): value for name, value in sent.items()}


TITLES: dict[str, str] = {}


def _titled(name: str) -> str:
    title = TITLES.get(name) or "-".join(part.capitalize() for part in name.split("_"))
    if len(TITLES) < 1_000:
        TITLES[name] = title
    return title


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

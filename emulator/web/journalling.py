"""Write every exchange into the journal, which masks its secrets before anybody reads it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from flask import Response

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.journal import Exchange, Journal
from emulator.quick_dataclass import dataclass
from emulator.web.errors import reason_of
from emulator.web.request_state import RequestState

LONGEST_URL = 2_000
LONGEST_TEXT = 500
OURS = "/_emulator"


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and its answer, as they are recorded."""

    state: RequestState
    environ: Mapping[str, str]
    response: Response
    provider: str | None
    at: datetime
    took: float  # seconds
    needed: Sequence[str] = ()  # what a refused request lacked
    path: str = ""  # below the prefix of a sandbox, and the advice: for the log
    advice: str | None = None
    in_journal: bool = True


def write_exchange(journal: Journal, answered: Answered) -> None:
    """Add a request and its answer to the journal."""
    state, environ, response = answered.state, answered.environ, answered.response
    case, fact = state.case, state.fact
    journal.add(
        Exchange(
            number=journal.next_number(),
            at=answered.at,
            outgoing=False,
            sandbox=state.sandbox or state.named_sandbox,
            provider=answered.provider,
            method=environ["REQUEST_METHOD"],
            url=_url(environ, state.mount),
            headers=_headers(environ),
            body=_shown_body(state),
            status=response.status_code,
            answer_headers=_headers_of(response),
            answer=_shown_answer(state, response.get_data()),
            took=answered.took,
            case_id=case.id if case else None,
            rule=case.decision.rule if case else None,
            faults=tuple(state.faults),
            advice=tuple(state.advice),
            refused=reason_of(fact)[:LONGEST_TEXT] if fact else None,
            needed=tuple([text[:LONGEST_TEXT] for text in answered.needed]),
        )
    )


def _shown_body(state: RequestState) -> bytes | None:
    """Return the body as it may be kept; whoever may not keep it whole says how to show it."""
    return state.show_body(state.raw_body) if state.show_body and state.raw_body else state.raw_body


def _shown_answer(state: RequestState, answer: bytes) -> bytes:
    return state.show_answer(answer) if state.show_answer else answer


def _url(environ: Mapping[str, str], mount: str) -> str:
    """Return path and query as they are below the mount, which a proxy may have taken off or left."""
    query = environ.get("QUERY_STRING", "")
    path = f"{environ.get('SCRIPT_NAME', '').removeprefix(mount)}{environ.get('PATH_INFO', '')}"
    return (path + f"?{query}" if query else path)[:LONGEST_URL]


def _headers(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers of a request as far as a WSGI environ keeps them."""
    names = _names_of_headers(*environ)
    return _shared(tuple([(header, environ[name]) for name, header in names]))


def _headers_of(response: Response) -> Mapping[str, str]:
    """Return the headers of an answer; of those that stand there twice the first."""
    return _shared(tuple(response.headers.to_wsgi_list()))


@lru_cache(maxsize=64)
def _shared(pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Return these headers, from one to the other exchange the same object: what is not made need not be taken down."""
    headers = dict(pairs)
    if len(headers) < len(pairs):
        headers |= dict(reversed(pairs))
    for bare in ("Content-Type", "Content-Length"):  # of a request there, though empty, when nobody sent them
        if not headers.get(bare, "sent"):
            del headers[bare]
    return headers


@lru_cache(maxsize=256)
def _names_of_headers(*names: str) -> tuple[tuple[str, str], ...]:
    """Return the keys of headers in a WSGI environ with these keys, each with the name of the header.

    Whoever asks again sends the same headers, so that the keys of few environs tell those of nearly all.
    """
    return tuple((name, _header_of(name)) for name in names if name.startswith("HTTP_") or name in BARE)


def _header_of(name: str) -> str:
    return "-".join(part.capitalize() for part in name.removeprefix("HTTP_").split("_"))


BARE = {"CONTENT_TYPE", "CONTENT_LENGTH"}


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
            url=delivery.url[:LONGEST_URL],
            headers=dict(delivery.headers),
            body=delivery.body,
            status=attempt.status,
            answer_headers=attempt.headers,
            answer=attempt.answer,
            took=attempt.took.total_seconds(),
            case_id=delivery.case_id,
            delivery_id=delivery.id,
            faults=delivery.faults,
            error=attempt.error,
        )
    )

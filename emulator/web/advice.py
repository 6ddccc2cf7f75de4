"""Point out what was accepted but is probably a mistake: in the header X-Emulator-Advice and in the log."""

from collections.abc import Collection, Mapping
from wsgiref.types import WSGIEnvironment

from emulator.web.request_state import RequestState, current_state, state_of

LONGEST = 1_000
MOST_KEYS = 5


def advise(text: str, environ: WSGIEnvironment | None = None) -> None:
    """Add a piece of advice to the header and the log line of this request; status and body do not change.

    `environ` is that of the request, where Flask may not know it: the server's refusals never reach Flask.
    """
    (current_state() if environ is None else state_of(environ)).advice.append(text)


def advise_unknown_keys(given: Mapping[str, object], known: Collection[str], where: str = "") -> None:
    """Advise that keys which are not `known` were ignored, and suggest what was meant; `where` precedes each key."""
    if all(map(known.__contains__, given)):
        return
    import difflib  # imported here, because only mistakes need it

    for key in sorted(given.keys() - set(known))[:MOST_KEYS]:
        close = difflib.get_close_matches(key, known, n=1)
        hint = f", did you mean {close[0]}?" if close else ""
        advise(f"{where}{key[:100]} is not a known key and was ignored{hint}")


def advice_header(state: RequestState) -> str | None:
    """Return the advice as one header value in ASCII, at most LONGEST characters; None if there is none.

    A refused request that got no other advice is told what it would have needed.
    """
    advice = state.advice or [f"needed: {text}" for text in state.needed]
    if not advice:
        return None
    return "; ".join(advice).encode("ascii", "backslashreplace").decode().translate(CONTROLS)[:LONGEST]


CONTROLS = dict.fromkeys((*range(32), 127), " ")

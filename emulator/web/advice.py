"""Say what was accepted but is probably a mistake: in the header X-Emulator-Advice and in the log."""

from collections.abc import Collection, Mapping

from emulator.web.request_state import RequestState, current_state

LONGEST = 1_000
MOST_KEYS = 5


def advise(text: str) -> None:
    """Attach a piece of advice to the answer of this request; the answer itself stays as it is."""
    current_state().advice.append(text)


def advise_unknown_keys(given: Mapping[str, object], known: Collection[str], where: str = "") -> None:
    """Point out keys that are not read, and what may have been meant."""
    unknown = given.keys() - known
    if not unknown:
        return
    import difflib  # only mistakes need it

    for key in sorted(unknown)[:MOST_KEYS]:
        close = difflib.get_close_matches(key, known, n=1)
        hint = f", did you mean {close[0]}?" if close else ""
        advise(f"{where}{key[:100]} is not a known key and was ignored{hint}")


def advice_header(state: RequestState) -> str | None:
    """The advice as one header line, ASCII and bounded; None: there is none."""
    if not state.advice:
        return None
    return "; ".join(state.advice).encode("ascii", "backslashreplace").decode().translate(CONTROLS)[:LONGEST]


CONTROLS = dict.fromkeys((*range(32), 127), " ")

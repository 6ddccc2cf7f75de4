"""Record every answered request in journal, metrics and log."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache

from emulator.core.errors import StoreUnavailable
from emulator.core.journal import Journal
from emulator.logs import Entry, log_masked
from emulator.masking import masked
from emulator.server import orders
from emulator.web.journalling import Answered, write_exchange
from emulator.web.request_metrics import RequestMetrics
from emulator.web.request_state import RequestState

log = logging.getLogger("emulator.requests")
OURS = "emulator"  # stands for a provider where a request is to none
LONGEST_VERB, LONGEST_PATH = 50, 300  # in the log


class Recorder:
    """Records a request once its answer is certain; that of one on the loop is when the store has what it changed."""

    def __init__(self, journal: Journal, metrics: RequestMetrics) -> None:
        self._journal, self.metrics = journal, metrics
        self._waiting: list[Answered] = []  # which only the thread of the loop uses

    def record(self, answered: Answered) -> None:
        """Record a request, now or with `write_waiting`."""
        if orders.ON_LOOP in answered.environ:
            self._waiting.append(answered)
        else:
            self._write([answered])

    def write_waiting(self) -> None:
        """Record the requests that wait for it."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._write(waiting)

    def drop_waiting(self) -> None:
        """Forget the requests that wait: they are answered anew."""
        self._waiting.clear()

    def _write(self, all_answered: Sequence[Answered]) -> None:
        try:
            for answered in all_answered:
                self._count(answered)
            if log.isEnabledFor(logging.INFO):
                log_masked(log, list(map(_entry, all_answered)))
        except Exception:  # they were carried out, whatever happens here
            log.exception("a bug of the emulator, please report it")

    def _count(self, answered: Answered) -> None:
        name, status = answered.provider or OURS, answered.response.status_code
        self.metrics.count(name, status, answered.took, created=answered.state.case is not None)
        if answered.in_journal:
            write_exchange(self._journal, answered)


def _entry(answered: Answered) -> Entry:
    """Return the line of the log, masked."""
    state, verb = answered.state, answered.environ["REQUEST_METHOD"].upper()[:LONGEST_VERB]
    asked = f"{answered.provider or OURS} {verb} {answered.path[:LONGEST_PATH]} {answered.response.status_code}"
    return _text(state, asked, answered.took, answered.advice), log_fields(state, answered.provider), answered.at


def _text(state: RequestState, asked: str, took: float, advice: str | None) -> str:
    where = f" sandbox {state.sandbox}" if state.sandbox else ""
    why = "" if isinstance(state.fact, StoreUnavailable) else state.fact  # of which the store tells, once
    notes = f" ({type(state.fact).__name__} {why}"[:300].rstrip() + ")" if state.fact else ""
    notes += f" (faults: {', '.join(state.faults)})" if state.faults else ""
    notes += f" (advice: {advice})" if advice else ""
    # Here and not only as it is formatted: embedded in another application, our lines go to its handlers.
    return f"{_masked_again(f'{asked}{where}')} {took * 1000:.1f} ms{notes and masked(notes)}"


_masked_again = lru_cache(maxsize=256)(masked)  # few ask for many different things


def log_fields(state: RequestState, provider: str | None) -> Mapping[str, object]:
    """Return what a line of the log is about, for --log-format json."""
    return {"sandbox": state.sandbox, "provider": provider, "case_id": state.case.id if state.case else None}

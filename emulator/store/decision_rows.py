"""Convert the columns that say how a case is to end into a decision, and back."""

from emulator.core.model import Decision, Outcome, State
from emulator.core.sandbox_clock import MICROSECOND

FAILED = "failed"


def outcome_word_of(decision: Decision) -> str:
    """Return the decision as one word: an outcome, or failed."""
    return FAILED if decision.failed else decision.outcome


def takes_of(state: State, decision: Decision) -> int | None:
    """Return how long a case that waits is to take, in microseconds; None where it never ends, or does not wait."""
    return decision.takes // MICROSECOND if state is State.WAITING and decision.takes is not None else None


def decision_of(rule: str, ending: str, risk_score: float | None, state: str, takes: int | None) -> Decision:
    """Read a decision; what only the schedule of its case needed (delay, whether it ends) is stored while it waits."""
    failed = ending == FAILED
    outcome = Outcome.UNDECIDED if failed else Outcome(ending)
    if state != State.WAITING:
        return Decision(rule=rule, outcome=outcome, failed=failed, risk_score=risk_score)
    delay = None if takes is None else takes * MICROSECOND
    return Decision(
        rule=rule, outcome=outcome, failed=failed, risk_score=risk_score, takes=delay, ends=delay is not None
    )

"""Write what an analyst would write about a whole case: its note, and a request for information to the customer.

Both follow from the case as it is stored, so that every read shows the same.
"""

from emulator.core.model import Case, Check, Outcome, State
from emulator.core.outcomes import BADNESS
from emulator.core.randomness import SeededRandom
from emulator.providers.sphinxhq.analyst import Texts, texts_of

OPENINGS = {
    Outcome.APPROVED: (
        "{name} can be onboarded.",
        "No objection to {name}.",
        "Recommendation: accept {name}.",
    ),
    Outcome.UNDECIDED: (
        "{name} cannot be decided yet.",
        "On hold: more is needed about {name}.",
        "Recommendation: wait with {name} until the open point is settled.",
    ),
    Outcome.DENIED: (
        "{name} should not be onboarded.",
        "Recommendation: reject {name}.",
        "The risk of {name} is beyond what the policy allows.",
    ),
}
CLEAR = "{many} clear, the highest risk is {risk:.2f}."
NOTHING_CHECKED = "There was nothing to check."
LETTER = """\
Dear {name},

thank you for your application. We could not finish one part of our review: {subject}. {doubt}

Please send us {ask}. As soon as we have it, the review goes on.

Kind regards
{analyst}, Compliance"""
Rfi = dict[str, str | None]


def note_of(case: Case) -> str | None:
    """Return the analyst's note about a case; None until it has finished."""
    if case.state is not State.COMPLETED:
        return None
    outcome = case.outcome or Outcome.UNDECIDED
    opening = _random_of(case).pick("opening", OPENINGS[outcome]).format(name=case.client.name)
    return f"{opening} {_reason(case, outcome)}"


def _reason(case: Case, outcome: Outcome) -> str:
    worst = _worst_check(case)
    if worst is None:
        return NOTHING_CHECKED
    if outcome is Outcome.APPROVED or not worst.note:
        many = "The check is" if len(case.checks) == 1 else f"All {len(case.checks)} checks are"
        return CLEAR.format(many=many, risk=case.risk_score or 0.0)
    return f"{texts_of(worst.kind)['title']}: {worst.note}"


def rfi_of(case: Case, sent: str | None) -> Rfi | None:
    """Return the request for information: what was `sent` for it, or else the analyst's after an undecided end."""
    if sent:
        return {"title": None, "body": sent, "details": None}
    worst = _worst_check(case)
    if case.state is not State.COMPLETED or case.outcome is not Outcome.UNDECIDED:
        return None
    return _written(case, texts_of(worst.kind if worst else None), worst.note if worst else None)


def _written(case: Case, about: Texts, doubt: str | None) -> Rfi:
    ask, analyst = about.get("ask", "what you have about this"), _random_of(case).name("analyst")
    words = {"name": case.client.name, "subject": about["title"], "doubt": doubt or "", "ask": ask, "analyst": analyst}
    body = LETTER.format(**words).replace("  ", " ").replace(" \n", "\n")
    return {"title": f"Request for information: {about['title']}", "body": body, "details": f"Needed: {ask}."}


def _worst_check(case: Case) -> Check | None:
    """Return the check that bears the decision: of the worst outcome, and of these the one of the highest risk."""
    done = [check for check in case.checks if check.outcome is not None]
    return max(
        done,
        key=lambda check: (BADNESS.index(check.outcome or Outcome.UNDECIDED), check.risk_score or 0.0),
        default=None,
    )


def _random_of(case: Case) -> SeededRandom:
    return SeededRandom(seed=0, sandbox=case.sandbox, key=f"{case.provider}/{case.id}/note")

"""Decide how a case ends, by the rules in their order of precedence."""

from collections.abc import Iterable

from emulator.core.model import Decision, Outcome
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.surnames import MAGIC_SURNAMES

# The worst comes last: a case is as bad as its worst check.
BADNESS = (Outcome.APPROVED, Outcome.UNDECIDED, Outcome.DENIED)


def decide(provider: str, request: object, client_name: str, settings: SandboxSettings) -> Decision:
    """Return the decision of the first that fits the request of a client of that name.

    In this order: a rule of the sandbox, a common rule, a magic surname, the default outcome of the sandbox.
    """
    ruled = decide_by_rule(provider, request, settings)
    if ruled:
        return ruled
    words = client_name.split()
    magic = MAGIC_SURNAMES.get(words[-1].lower()) if words else None
    return magic or Decision(rule="default", outcome=settings.default_outcome)


def decide_by_rule(provider: str, request: object, settings: SandboxSettings) -> Decision | None:
    """Return the decision of the first rule that fits the request, of the sandbox's own or else of the common ones."""
    for rule in (*settings.rules, *settings.common_rules):
        if rule.match.fits(provider, None, request):
            return rule.decision(settings.default_outcome)
    return None


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of these outcomes; approved when there is none."""
    return max(outcomes, key=BADNESS.index, default=Outcome.APPROVED)

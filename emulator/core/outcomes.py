"""Decide how a case ends, by the rules in their order of precedence."""

from emulator.core.model import Decision, NewCase
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.surnames import MAGIC_SURNAMES


def decide(order: NewCase, client_name: str, settings: SandboxSettings) -> Decision:
    """Return the decision of the first that fits.

    In this order: a rule of the sandbox, a common rule, a magic surname, the default outcome of the sandbox.
    """
    for rule in (*settings.rules, *settings.common_rules):
        if rule.match.fits(order.provider, None, order.request):
            return rule.decision(settings.default_outcome)
    words = client_name.split()
    magic = MAGIC_SURNAMES.get(words[-1].lower()) if words else None
    return magic or Decision(rule="default", outcome=settings.default_outcome)

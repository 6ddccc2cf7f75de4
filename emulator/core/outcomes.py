"""How a case ends: the rules, in order of precedence."""

from emulator.core.model import Decision, NewCase
from emulator.core.preferences import Preferences
from emulator.core.surnames import MAGIC_SURNAMES


def decide(order: NewCase, client_name: str, preferences: Preferences) -> Decision:
    """The first that fits: a rule of the sandbox, one of every sandbox, a magic surname, the sandbox's default."""
    for rule in (*preferences.rules, *preferences.common_rules):
        if rule.match.fits(order.provider, None, order.request):
            return rule.decision(preferences.default_outcome)
    words = client_name.split()
    magic = MAGIC_SURNAMES.get(words[-1].lower()) if words else None
    return magic or Decision(rule="default", outcome=preferences.default_outcome)

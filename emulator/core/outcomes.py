"""How a case ends: the rules, in order of precedence."""

from emulator.core.model import NewCase, Outcome, Verdict
from emulator.core.preferences import Preferences

# The last word of the client's name, in lower case. Anyone can ask for an ending without any set-up.
MAGIC_SURNAMES = {
    "approved": Verdict(rule="surname Approved"),
    "denied": Verdict(rule="surname Denied", outcome=Outcome.DENIED),
    "rejected": Verdict(rule="surname Rejected", outcome=Outcome.DENIED),
    "undecided": Verdict(rule="surname Undecided", outcome=Outcome.UNDECIDED),
    "failed": Verdict(rule="surname Failed", outcome=Outcome.UNDECIDED, failed=True),
    "stuck": Verdict(rule="surname Stuck", ends=False),
    "slow": Verdict(rule="surname Slow", slowness=10),
}


def decide(order: NewCase, client_name: str, preferences: Preferences) -> Verdict:
    """The first that fits: a rule of the sandbox, one of every sandbox, a magic surname, the sandbox's default."""
    for rule in (*preferences.rules, *preferences.common_rules):
        if rule.match.fits(order.provider, None, order.request):
            return rule.verdict(preferences.default_outcome)
    words = client_name.split()
    magic = MAGIC_SURNAMES.get(words[-1].lower()) if words else None
    return magic or Verdict(rule="default", outcome=preferences.default_outcome)

"""Surnames that say how a case ends, whatever the provider."""

from emulator.core.model import Outcome, Verdict

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

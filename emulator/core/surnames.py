"""Surnames that say how a case ends, whatever the provider."""

from emulator.core.model import Decision, Outcome

# The last word of the client's name, in lower case. Anyone can ask for an ending without any set-up.
MAGIC_SURNAMES = {
    "approved": Decision(rule="surname Approved"),
    "denied": Decision(rule="surname Denied", outcome=Outcome.DENIED),
    "rejected": Decision(rule="surname Rejected", outcome=Outcome.DENIED),
    "undecided": Decision(rule="surname Undecided", outcome=Outcome.UNDECIDED),
    "failed": Decision(rule="surname Failed", outcome=Outcome.UNDECIDED, failed=True),
    "stuck": Decision(rule="surname Stuck", ends=False),
    "slow": Decision(rule="surname Slow", slowness=10),
}

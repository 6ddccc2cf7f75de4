"""Magic surnames: they decide how a case ends, for every provider and without any set-up."""

from emulator.core.model import Decision, Outcome

# By the last word of the client's name, in lower case.
MAGIC_SURNAMES = {
    "approved": Decision(rule="surname Approved"),
    "denied": Decision(rule="surname Denied", outcome=Outcome.DENIED),
    "rejected": Decision(rule="surname Rejected", outcome=Outcome.DENIED),
    "undecided": Decision(rule="surname Undecided", outcome=Outcome.UNDECIDED),
    "failed": Decision(rule="surname Failed", outcome=Outcome.UNDECIDED, failed=True),
    "stuck": Decision(rule="surname Stuck", ends=False),
    "slow": Decision(rule="surname Slow", slowness=10),
}

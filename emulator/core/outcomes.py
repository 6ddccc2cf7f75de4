"""How a case ends: the rules, in order of precedence."""

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


def decide(client_name: str, otherwise: Outcome) -> Verdict:
    """The first rule that fits: a magic surname, else the sandbox's default."""
    words = client_name.split()
    magic = MAGIC_SURNAMES.get(words[-1].lower()) if words else None
    return magic or Verdict(rule="default", outcome=otherwise)

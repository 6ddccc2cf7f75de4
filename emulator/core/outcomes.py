"""How a case ends: the rules, in order of precedence."""

from dataclasses import dataclass
from datetime import timedelta

from emulator.core.model import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a case is to end, and the name of the rule that says so."""

    rule: str
    outcome: Outcome = Outcome.APPROVED
    failed: bool = False  # the service breaks down over it
    ends: bool = True
    slowness: int = 1  # times the usual delay

    def delay(self, usual: timedelta) -> timedelta | None:
        """How long the case takes; None: for ever."""
        return usual * self.slowness if self.ends else None


DEFAULT = Verdict(rule="default")

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


def decide(client_name: str) -> Verdict:
    """The first rule that fits: a magic surname, else the default."""
    words = client_name.split()
    return MAGIC_SURNAMES.get(words[-1].lower(), DEFAULT) if words else DEFAULT

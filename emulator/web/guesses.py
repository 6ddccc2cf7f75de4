"""Slow down who guesses the control token: by peer, in bounded memory, and nobody who sends the right one."""

from collections import OrderedDict
from dataclasses import field
from ipaddress import IPv6Address
from threading import Lock

from emulator.core.clock import WallClock
from emulator.hosts import literal_of
from emulator.quick_dataclass import dataclass

FREE = 20  # wrong tokens of a peer that are answered at once; it gets one back each second
EACH = 1.0  # seconds that a further one costs
LONGEST = 10.0  # seconds that an answer is held back at most
MOST_PEERS = 1024


@dataclass(frozen=True)
class Guesses:
    """What each peer still owes for its wrong tokens; the peer that guessed longest ago is forgotten first."""

    clock: WallClock
    _settled_at: "OrderedDict[str, float]" = field(default_factory=OrderedDict)  # by peer, on the stopwatch
    _turn: Lock = field(default_factory=Lock)

    def count(self, peer: str) -> float:
        """Note a wrong token of this peer, and return for how many seconds its answer is to be held back."""
        now, key = self.clock.stopwatch(), _network_of(peer)
        with self._turn:
            settled_at = max(self._settled_at.pop(key, now), now) + EACH
            self._settled_at[key] = min(settled_at, now + FREE * EACH + LONGEST)
            if len(self._settled_at) > MOST_PEERS:
                self._settled_at.popitem(last=False)
        return min(max(0.0, settled_at - now - FREE * EACH), LONGEST)


def _network_of(peer: str) -> str:
    """Return the peer's address; of IPv6 the network, because one machine may have all its 2 ** 64 addresses."""
    literal = literal_of(peer)
    if not isinstance(literal, IPv6Address) or literal.ipv4_mapped:
        return str(getattr(literal, "ipv4_mapped", None) or peer)
    return str(int(literal) >> 64)

"""What an emulator does differently in every sandbox, whatever is set there, and how often that came to pass."""

import json
from collections import deque
from dataclasses import field
from threading import Lock

from emulator.core.faults import STANDING, Fault
from emulator.core.journal import Exchange
from emulator.core.matching import Match
from emulator.core.sandbox_clock import LATEST
from emulator.quick_dataclass import dataclass

MOST_KEPT = 20  # exchanges


@dataclass
class Strikes:
    """Counts how often a deviation came to pass, and keeps the latest exchanges that it changed."""

    kinds: frozenset[str] = frozenset()  # what counts
    count: int = 0
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    _revocable: set[object] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, about: object = None) -> None:
        """Count that a fault of this kind, or another deviation of this name, came to pass.

        `about` is by what it can be taken back.
        """
        if kind in self.kinds:
            with self._lock:
                self.count += 1
                self._revocable.add(about)

    def take_back(self, about: object) -> None:
        """Count what was noted about this no more: it did not come to pass after all."""
        with self._lock:
            if about is not None and about in self._revocable:
                self._revocable.remove(about)
                self.count -= 1

    def keep(self, exchange: Exchange) -> None:
        """Keep an exchange that a standing fault was applied to: a reset drops it from the journal."""
        if any(name.endswith(f"({STANDING})") for name in exchange.faults):
            self.exchanges.append(exchange)


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Standing faults, which no sandbox can take back, or another way to deviate; nothing by default."""

    faults: tuple[Fault, ...] = ()
    id_shift: int = 0  # added to the first id of each kind
    strikes: Strikes = field(default_factory=Strikes)


def standing_fault(kind: str, **settings: object) -> Fault:
    """Return a fault of that kind that triggers in every sandbox, always."""
    return Fault(id=STANDING, kind=kind, match=Match(), until=LATEST, settings=json.dumps(settings))


AS_USUAL = Deviation()

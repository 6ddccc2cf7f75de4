"""Access tokens that a fault ends after their first request, kept by their digests in this process alone."""

from collections import OrderedDict
from dataclasses import field
from threading import Lock

from emulator.core.faults import Fault
from emulator.quick_dataclass import dataclass

MOST_KEPT = 10_000


@dataclass
class Marked:
    """A token that ends early: by which fault, and whether it was used."""

    fault: str
    is_used: bool = False


@dataclass
class EarlyExpiry:
    """Remembers which tokens end early, and whether they have been used."""

    _marked: "OrderedDict[str, Marked]" = field(default_factory=OrderedDict)
    _first: dict[str, str] = field(default_factory=dict)  # the latest digest by sandbox
    _lock: Lock = field(default_factory=Lock)

    def mark(self, sandbox: str, digest: str, fault: Fault) -> None:
        """Let a token end after its first request; forget the oldest of very many."""
        with self._lock:
            self._marked[digest], self._first[sandbox] = Marked(fault.name), digest
            if len(self._marked) > MOST_KEPT:
                gone, _ = self._marked.popitem(last=False)
                self._first = {name: kept for name, kept in self._first.items() if kept != gone}

    def first_of(self, sandbox: str) -> str | None:
        """Return the digest of the token that was marked in a sandbox, if any."""
        return self._first.get(sandbox)

    def note_use(self, digest: str) -> None:
        """Note that a token was good for a request."""
        if marked := self._marked.get(digest):
            marked.is_used = True

    def fault_of(self, digest: str) -> str | None:
        """Return the name of the fault that has ended a token, None for one that is still good."""
        marked = self._marked.get(digest)
        return marked.fault if marked and marked.is_used else None

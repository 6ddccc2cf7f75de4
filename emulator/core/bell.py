"""Lets requests wait for news of deliveries without asking again and again."""

from dataclasses import dataclass, field
from threading import Condition, Lock


class Bell:
    """Rings when a delivery is born or has moved on; who waits is woken and looks."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it rang: note it before looking, so that no ring is missed between looking and waiting."""
        return self._rung

    def ring(self) -> None:
        """There is news."""
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, noted: int, seconds: float) -> None:
        """Return once it rang after `noted`, or after so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._rung != noted, seconds)


@dataclass
class Bells:
    """One for each sandbox, which rings when its faults are taken back, for requests that one of them holds up."""

    _bells: dict[str, Bell] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, sandbox: str) -> Bell:
        """The one bell of that sandbox."""
        with self._lock:
            return self._bells.setdefault(sandbox, Bell())

    def ring(self, sandbox: str) -> None:
        """Whoever is held up there goes on; nobody is, where nobody asked for its bell."""
        with self._lock:
            bell = self._bells.get(sandbox)
        if bell:
            bell.ring()

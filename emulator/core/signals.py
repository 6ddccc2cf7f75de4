"""Lets requests wait for news of deliveries without asking again and again."""

from dataclasses import dataclass, field
from threading import Condition, Lock


class Signal:
    """Rings when a delivery is born or has moved on; who waits is woken and looks."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._sent = 0

    @property
    def sent(self) -> int:
        """How often it rang: note it before looking, so that no ring is missed between looking and waiting."""
        return self._sent

    def send(self) -> None:
        """There is news."""
        with self._condition:
            self._sent += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Return once it rang after `noted`, or after so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._sent != seen, seconds)


@dataclass
class SandboxSignals:
    """One for each sandbox, which rings when its faults are taken back, for requests that one of them holds up."""

    _signals: dict[str, Signal] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, sandbox: str) -> Signal:
        """The one bell of that sandbox."""
        with self._lock:
            return self._signals.setdefault(sandbox, Signal())

    def send(self, sandbox: str) -> None:
        """Whoever is held up there goes on; nobody is, where nobody asked for its bell."""
        with self._lock:
            signal = self._signals.get(sandbox)
        if signal:
            signal.send()

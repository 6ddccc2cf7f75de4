"""Signals: let requests wait for a change without polling."""

from collections.abc import Callable
from dataclasses import field
from threading import Condition, Lock
from typing import Protocol

from emulator.quick_dataclass import dataclass

CLEARED = "cleared "  # before the name of a sandbox, among the words that processes tell each other


class Signal:
    """A counter of changes that wakes its waiters at each change."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._sent = 0
        self.is_closed = False

    @property
    def sent(self) -> int:
        """How often the signal was sent: read it before looking at the state, so that `wait` misses no change."""
        return self._sent

    def send(self) -> None:
        """Wake the waiters, who then look at the state again."""
        with self._condition:
            self._sent += 1
            self._condition.notify_all()

    def close(self) -> None:
        """Wake the waiters, and let nobody wait any more: the emulator stops."""
        with self._condition:
            self.is_closed = True
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Return when the signal was sent after `sent` was `seen`, after that many seconds, or when it is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._sent != seen or self.is_closed, seconds)


class SharedSignal(Signal):
    """A signal that other processes hear as well: `tell` says the word to them, who call `hear`."""

    def __init__(self, tell: Callable[[str], None], word: str) -> None:
        super().__init__()
        self._tell, self.word = tell, word

    def send(self) -> None:
        """Wake the waiters here and on other processes."""
        super().send()
        self._tell(self.word)

    def hear(self) -> None:
        """Wake the waiters here: another process has sent the signal, or may have."""
        super().send()


@dataclass
class SandboxSignals:
    """A signal for each sandbox, sent when its faults are removed, for the requests that a fault delays."""

    tell: Callable[[str], None] = lambda sandbox: None  # has other processes `hear` of it
    _signals: dict[str, Signal] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _is_closed: bool = False

    def of(self, sandbox: str) -> Signal:
        """Return the signal of the sandbox, which is created on first use."""
        with self._lock:
            signal = self._signals.setdefault(sandbox, Signal())
            signal.is_closed = signal.is_closed or self._is_closed
            return signal

    def close(self) -> None:
        """Wake the requests that a fault delays in any sandbox, and let none wait any more."""
        with self._lock:
            self._is_closed = True
            signals = list(self._signals.values())
        for signal in signals:
            signal.close()

    def send(self, sandbox: str) -> None:
        """Wake the requests that a fault delays in this sandbox."""
        self.hear(sandbox)
        self.tell(sandbox)

    def hear(self, sandbox: str) -> None:
        """Wake those of them that wait on this process."""
        with self._lock:
            signal = self._signals.get(sandbox)  # None: no request ever waited
        if signal:
            signal.send()


class Telling(Protocol):
    """What tells words to the other processes of a store."""

    def tell(self, word: str) -> None:
        """Tell a word to those that listen."""

    def listen(self, hear: Callable[[str], None]) -> None:
        """Have `hear` called with the words of the others."""


def shared_signals(others: Telling) -> tuple[SharedSignal, SandboxSignals]:
    """Return the signals of news and of faults that are cleared, which other processes send as well."""
    news = SharedSignal(others.tell, "news")
    faults_cleared = SandboxSignals(lambda name: others.tell(f"{CLEARED}{name}"))

    def hear(word: str) -> None:
        if word.startswith(CLEARED):
            faults_cleared.hear(word.removeprefix(CLEARED))
        else:
            news.hear()

    others.listen(hear)
    return news, faults_cleared

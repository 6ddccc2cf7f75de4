"""The threads behind the scenes: one that notices what is due, and those that send."""

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Lock, Thread

from emulator.core.clock import Clock
from emulator.core.completion import Completion
from emulator.core.deliveries import Delivery
from emulator.core.outbox import PER_TARGET, SENDERS, Outbox, busy_targets
from emulator.core.ports import Store

log = logging.getLogger("emulator.worker")

SAFETY_POLL = 1.0  # seconds: nothing is lost when a wake-up is


@dataclass
class Alarm:
    """Wakes the worker when something is due earlier than it thought."""

    _condition: Condition = field(default_factory=Condition)
    _next: datetime | None = None
    _rung: bool = False

    def wake(self, due: datetime) -> None:
        """Something is due at that moment."""
        with self._condition:
            if self._next is None or due < self._next:
                self._rung = True
                self._condition.notify()

    def ring(self) -> None:
        """Look again now."""
        with self._condition:
            self._rung = True
            self._condition.notify()

    def sleep(self, until: datetime | None, seconds: float) -> None:
        """Wait so long, or until rung."""
        with self._condition:
            self._next = until
            if not self._rung:
                self._condition.wait(seconds)
            self._rung = False
            self._next = None


@dataclass
class Worker:
    """Runs what is due until it is stopped."""

    store: Store
    clock: Clock
    completion: Completion
    outbox: Outbox
    alarm: Alarm
    _stopping: bool = False
    _sending: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(SENDERS, thread_name_prefix="sender"))
    _thread: Thread | None = None

    def start(self) -> None:
        """Begin; what a killed process was sending is due again."""
        self.outbox.release()
        self._thread = Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the attempts under way end (10 s at most), start no other."""
        self._stopping = True
        self.alarm.ring()
        if self._thread:
            self._thread.join()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self.outbox.release()

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._turn()
                self._sleep()
            except Exception:  # whatever it is, the next turn may go well
                log.exception("the worker stumbled")
                self.alarm.sleep(None, SAFETY_POLL)

    def _turn(self) -> None:
        """Do what is due."""
        self.completion.complete_due()
        while not self._stopping:
            load = self._load()
            free = SENDERS - load.total()
            claimed = self.outbox.claim(load, min(free, PER_TARGET)) if free else ()
            if not claimed:
                return
            for delivery in claimed:
                self._send(delivery)

    def _load(self) -> Counter[str]:
        with self._lock:
            return Counter(self._sending)

    def _send(self, delivery: Delivery) -> None:
        target = delivery.target or ""
        with self._lock:
            self._sending[target] += 1
        self._pool.submit(self.outbox.deliver, delivery).add_done_callback(lambda _: self._sent(target))

    def _sent(self, target: str) -> None:
        with self._lock:
            self._sending[target] -= 1
            if not self._sending[target]:
                del self._sending[target]
        self.alarm.ring()

    def _sleep(self) -> None:
        load = self._load()
        with self.store.reading() as read:
            due = read.next_due(self.clock.now(), busy_targets(load))
        seconds = SAFETY_POLL if due is None else (due - self.clock.now()).total_seconds()
        if load.total() >= SENDERS:
            seconds = SAFETY_POLL  # whoever comes back first rings
        if seconds > 0:
            self.alarm.sleep(due, min(seconds, SAFETY_POLL))

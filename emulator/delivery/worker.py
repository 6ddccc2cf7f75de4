"""The threads behind the scenes: one that notices what is due, and those that send."""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Condition, Lock, Thread

from emulator.core.clock import Clock
from emulator.core.completion import Completion
from emulator.core.deliveries import Delivery
from emulator.core.outbox import PER_TARGET, SENDERS, Outbox, busy_targets
from emulator.core.ports import Store

log = logging.getLogger("emulator.worker")

SAFETY_POLL = timedelta(seconds=1)  # nothing is lost when a wake-up is


@dataclass
class Alarm:
    """Wakes the worker when something is due earlier than it thought."""

    _condition: Condition = field(default_factory=Condition)
    _announced: datetime | None = None  # the earliest due since the worker last looked into the store
    _rung: bool = False

    def wake(self, due: datetime) -> None:
        """Something is due at that moment."""
        with self._condition:
            if self._announced is None or due < self._announced:
                self._announced = due
                self._condition.notify()

    def ring(self) -> None:
        """Look again now."""
        with self._condition:
            self._rung = True
            self._condition.notify()

    def listen(self) -> None:
        """What is announced from now on may not be in the store yet when the worker looks."""
        with self._condition:
            self._announced, self._rung = None, False

    def sleep(self, until: datetime, now: Callable[[], datetime]) -> None:
        """Wait until that moment, until something announced is due, or until rung."""
        with self._condition:
            while not self._rung:
                due = min(until, self._announced or until)
                seconds = (due - now()).total_seconds()
                if seconds <= 0:
                    return
                self._condition.wait(seconds)


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
            self.alarm.listen()
            try:
                self._turn()
                until = self._next_due()
            except Exception:  # whatever it is, the next turn may go well
                log.exception("the worker stumbled")
                until = None
            if not self._stopping:
                self.alarm.sleep(self._at_the_latest(until), self.clock.now)

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

    def _next_due(self) -> datetime | None:
        load = self._load()
        if load.total() >= SENDERS:
            return None  # whoever comes back first rings
        with self.store.reading() as read:
            return read.next_due(self.clock.now(), busy_targets(load))

    def _at_the_latest(self, due: datetime | None) -> datetime:
        poll = self.clock.now() + SAFETY_POLL
        return poll if due is None else min(due, poll)

"""The background threads: one that finds what is due, and those that send."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Condition, Lock, Thread

from emulator.core.clock import WallClock
from emulator.core.completion import Completion
from emulator.core.deliveries import Delivery
from emulator.core.outbox import PER_TARGET, SENDERS, Outbox, busy_targets, most_per_target
from emulator.core.ports import Store

log = logging.getLogger("emulator.worker")

SAFETY_POLL = timedelta(seconds=1)  # a lost wake-up then delays a delivery, and does not lose it


@dataclass
class Alarm:
    """Wakes the worker when something is due earlier than it expects."""

    _condition: Condition = field(default_factory=Condition)
    _announced: datetime | None = None  # the earliest due time since the worker last looked into the store
    _rung: bool = False

    def wake(self, due: datetime) -> None:
        """Announce that something is due at this wall time."""
        with self._condition:
            if self._announced is None or due < self._announced:
                self._announced = due
                self._condition.notify()

    def ring(self) -> None:
        """Make the worker look into the store now."""
        with self._condition:
            self._rung = True
            self._condition.notify()

    def listen(self) -> datetime | None:
        """Return the earliest due time announced, and forget it; call it before looking into the store.

        What is announced after that may not be in the store yet when the worker looks.
        """
        with self._condition:
            announced, self._announced, self._rung = self._announced, None, False
            return announced

    def sleep(self, until: datetime, now: Callable[[], datetime]) -> None:
        """Wait until the wall time `until`, until something announced is due, or until `ring`."""
        with self._condition:
            while not self._rung:
                due = min(until, self._announced or until)
                seconds = (due - now()).total_seconds()
                if seconds <= 0:
                    return
                self._condition.wait(seconds)


@dataclass
class Scheduler:
    """Moves due cases and sends due webhooks, until it is stopped."""

    store: Store
    clock: WallClock
    completion: Completion
    outbox: Outbox
    alarm: Alarm
    _stopping: bool = False
    _waiting: frozenset[str] | None = None  # the only targets with due deliveries; None: not known
    _sending: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(SENDERS, thread_name_prefix="sender"))
    _thread: Thread | None = None

    def start(self) -> None:
        """Start the worker; what a killed process was sending is due again."""
        self.outbox.release()
        self._thread = Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def begin_stop(self) -> None:
        """Start no attempt any more; `stop` waits for those in flight."""
        self._stopping = True
        self.alarm.ring()

    def stop(self) -> None:
        """Stop the worker, and wait for the attempts in flight (10 s at most)."""
        self.begin_stop()
        if self._thread:
            self._thread.join()
            self._pool.shutdown(wait=True)  # a lease counts as an attempt, so every leased one has to be made
            self.outbox.release()

    def _run(self) -> None:
        until = self.clock.now()
        while not self._stopping:
            until = min(until, self.alarm.listen() or until)
            try:
                if until <= self.clock.now() or not self._refill():
                    until = self._at_the_latest(self._turn())
            except Exception:  # the worker has to go on: the next turn may succeed
                log.exception("the worker stumbled")
                self._waiting, until = None, self._at_the_latest(None)
            if not self._stopping:
                self.alarm.sleep(until, self.clock.now)

    def _turn(self) -> datetime | None:
        """Do what is due, and return when the next case or delivery to a target that is not busy will be."""
        moved = self.completion.complete_due()
        self._waiting = None
        while not self._stopping:
            load = self._load()
            free = SENDERS - load.total()
            if not free:
                return None  # the first sender that becomes free rings the alarm
            if not self._claim(load, min(free, PER_TARGET)):
                due = self._look_ahead(busy_targets(load))
                return self.clock.now() if moved else due  # other cases, or the next steps of these, may be due
        return None

    def _look_ahead(self, busy: Sequence[str]) -> datetime | None:
        self._waiting = frozenset(busy)
        with self.store.reading() as read:
            return read.next_due(self.clock.now(), busy)

    def _refill(self) -> bool:
        """Send to the targets that were busy at the last look into the store; return False to look again.

        Otherwise ten thousand webhooks for one receiver would be searched again after each attempt.
        """
        if self._waiting is None:
            return False
        load = self._load()
        room = {target: most_per_target(load) - load[target] for target in self._waiting}
        limit = min(sum(free for free in room.values() if free > 0), SENDERS - load.total())
        return limit <= 0 or self._claim(load, limit, self._waiting) == limit

    def _claim(self, load: Counter[str], limit: int, waiting: Collection[str] | None = None) -> int:
        claimed = self.outbox.claim(load, limit, waiting)
        for delivery in claimed:
            self._send(delivery)
        return len(claimed)

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

    def _at_the_latest(self, due: datetime | None) -> datetime:
        poll = self.clock.now() + SAFETY_POLL
        return poll if due is None else min(due, poll)

"""The background threads: one that finds what is due, and those that send."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import field
from datetime import datetime, timedelta
from threading import Condition, Lock, Thread
from typing import Any

from emulator.core.clock import WallClock
from emulator.core.completion import Completion, Moved
from emulator.core.deliveries import Delivery
from emulator.core.errors import StoreUnavailable
from emulator.core.outbox import PER_TARGET, SENDERS, Outbox, busy_targets, most_per_target
from emulator.core.ports import Store
from emulator.delivery.heartbeat import Heartbeat
from emulator.quick_dataclass import dataclass

log = logging.getLogger("emulator.worker")

LOOK_AGAIN = timedelta(milliseconds=50)
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
    finish_advances: Callable[[], None] = lambda: None  # for those whose end could not be stored
    _stopping: bool = False
    _more_cases: bool = False  # more cases may be due than were completed
    _lacks_thread: bool = False  # a job waits because the system gave no thread for it
    _waiting: frozenset[str] | None = None  # the only targets with due deliveries; None: not known
    _sending: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(SENDERS, thread_name_prefix="sender"))
    _thread: Thread | None = None
    _has_started: bool = False
    _heartbeat: Heartbeat | None = None  # where other processes use the store

    def start(self, *, has_work: bool = True) -> None:
        """Start the worker; what a killed process was sending is due again.

        Without work there is no worker, and requests alone send and advance: their leases need the heartbeat as well.
        """
        self.outbox.release()
        self._has_started = True
        if has_work:
            self._thread = Thread(target=self._run, name="worker", daemon=True)
            self._thread.start()
        if self.store.is_shared:
            self._heartbeat = Heartbeat(self.outbox.renew)
            self._heartbeat.start()

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

    def release(self) -> None:
        """Give the leases of unsent webhooks back, for others to send; only after `stop`, once no request sends."""
        if self._heartbeat:
            self._heartbeat.stop()
        if self._has_started:
            with suppress(StoreUnavailable):  # the next start gives it back
                self.outbox.release()

    def _run(self) -> None:
        until = self.clock.now()
        while not self._stopping:
            until = min(until, self.alarm.listen() or until)
            try:
                with self.outbox.in_flight.turns.work():
                    if until <= self.clock.now() or not self._go_on():
                        until = self._at_the_latest(self._look())
            except StoreUnavailable:  # which the store has told of
                self._waiting, until, self._more_cases = None, self._at_the_latest(None), False
            except Exception:  # the worker has to go on: the next turn may succeed
                log.exception("the worker stumbled")
                self._waiting, until, self._more_cases = None, self._at_the_latest(None), False
            if not self._stopping and not self._more_cases:
                self.alarm.sleep(until, self.clock.now)

    def _go_on(self) -> bool:
        """Complete more of the due cases, and send to the targets that were busy; return False to look anew.

        Otherwise ten thousand webhooks for one receiver would be searched again after each attempt.
        """
        if self._waiting is None:
            return False
        if self._more_cases:
            moved = self._complete()
            return self._more_cases and _targets_of(moved) <= self._waiting and self._refill(self._waiting)
        return self._refill(self._waiting)

    def _complete(self) -> Sequence[Moved | None]:
        """Complete some due cases: what is due to be sent does not wait for all of them."""
        moved = self.completion.complete_due()
        self._more_cases = bool(moved)
        return moved

    def _look(self) -> datetime | None:
        """Do what is due, and return when the next case or delivery to a target that is not busy will be."""
        self.finish_advances()
        if self._lacks_thread:
            self._lacks_thread = False
            self._submit(lambda: None)
        self._complete()
        self._waiting = None
        while not self._stopping:
            load = self._load()
            free = SENDERS - load.total()
            if not free:
                return None  # the first sender that becomes free rings the alarm
            if not self._claim(load, min(free, PER_TARGET)):
                self._waiting = frozenset(busy_targets(load))
                return None if self._more_cases else self._look_ahead(self._waiting)
        return None

    def _look_ahead(self, busy: Collection[str]) -> datetime | None:
        now = self.clock.now()
        with self.store.reading() as read:
            due = read.next_due(now, busy)
        # Where other processes use the store, one of them has what is due already and was not found.
        return now + LOOK_AGAIN if self.store.is_shared and due and due <= now else due

    def _refill(self, waiting: Collection[str]) -> bool:
        """Send to these targets as far as they are free again; return False when nothing is due to them any more."""
        load = self._load()
        room = {target: most_per_target(load) - load[target] for target in waiting}
        limit = min(sum(free for free in room.values() if free > 0), SENDERS - load.total())
        return limit <= 0 or self._claim(load, limit, waiting) == limit

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
        self._submit(self._deliver, delivery, target)

    def _submit(self, *job: Any) -> None:
        try:
            self._pool.submit(*job)
        except RuntimeError:  # no thread could be started: the job waits for one that there is, or for the next try
            self._lacks_thread = True

    def _deliver(self, delivery: Delivery, target: str) -> None:
        try:
            self.outbox.deliver(delivery)
        finally:
            self._sent(target)

    def _sent(self, target: str) -> None:
        with self._lock:
            self._sending[target] -= 1
            if not self._sending[target]:
                del self._sending[target]
        self.alarm.ring()

    def _at_the_latest(self, due: datetime | None) -> datetime:
        poll = self.clock.now() + SAFETY_POLL
        return poll if due is None else min(due, poll)


def _targets_of(moved: Iterable[Moved | None]) -> set[str]:
    """Return the targets of the webhooks that these cases have caused."""
    return {delivery.target or "" for each in moved if each for delivery in each.deliveries if delivery.due_at}

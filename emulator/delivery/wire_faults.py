"""Carry out the faults of a webhook that take effect while it is sent, within one attempt."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import field, replace
from threading import Barrier, Event, Lock
from typing import Protocol

from emulator.core import wire_faults as kinds
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.turns import Away
from emulator.core.webhook_faults import SlowSender
from emulator.delivery.connection import TargetConnection
from emulator.delivery.overtaking import Overtaking
from emulator.delivery.strangers import other_case, unknown_event
from emulator.delivery.wire_bodies import Body, CutBody, HeldBody, chunked
from emulator.quick_dataclass import dataclass

COPIES, STRANGERS, AT_ONCE = 8, 16, 4
PAUSES = (0.1, 0.3)  # seconds after each of the connections that end before a byte is sent
Begin = Callable[[], None]  # called when a connection is made, before the first byte is sent


def idle() -> None:
    """Do nothing when the sending begins."""


class SendOnce(Protocol):
    """Sends a webhook once and returns the attempt; `body` replaces its bytes, `begin` is called before any."""

    def __call__(
        self, delivery: Delivery, body: Body | None = None, *, away: Away | None = None, begin: Begin = idle
    ) -> Attempt: ...


@dataclass
class Once:
    """Notes these kinds when it is called for the first time, by whichever thread."""

    note: Callable[[str], None]
    kinds: Sequence[str]
    _lock: Lock = field(default_factory=Lock)

    def __call__(self) -> None:
        with self._lock:
            noted, self.kinds = self.kinds, ()
        for kind in noted:
            self.note(kind)


@dataclass(frozen=True, kw_only=True)
class WireFaults:
    """What the faults of a delivery do around and in place of sending it once; `note` counts by kind.

    A fault counts as soon as the receiver has what it changes: one that breaks by it may never answer.
    """

    note: Callable[[str], None]
    overtaking: Overtaking = field(default_factory=Overtaking)

    def send(self, delivery: Delivery, post: SendOnce, knock: Callable[[], bool], away: Away) -> Attempt:
        """Return the attempt that counts; `knock` opens a connection and ends it, and tells whether one was made."""
        if kinds.Overtaken.is_of(delivery):
            self.overtaking.wait(delivery, away, lambda: self.note(kinds.Overtaken.kind))
        with self.overtaking.passing(delivery):
            if not delivery.faults:
                return post(delivery)
            return self._before(delivery, post, knock, away) or self._send(delivery, post, away)

    def _before(self, delivery: Delivery, post: SendOnce, knock: Callable[[], bool], away: Away) -> Attempt | None:
        """Do what comes before the webhook itself; return an attempt that ends it here."""
        if kinds.Unreachable.is_of(delivery) and knock():
            self._stay_away(knock, away)
        stranger = unknown_event(delivery) if kinds.StrangerFirst.is_of(delivery) else None
        if stranger:
            attempt = post(stranger, begin=self._counting(kinds.StrangerFirst.kind))
            if attempt.status and attempt.status >= 500:
                return replace(attempt, error=f"{attempt.error} to an event of a type that it does not know")
        if kinds.Burst.is_of(delivery):
            others = [other_case(delivery, number) for number in range(STRANGERS)]
            _together(post, others, AT_ONCE, away, self._counting(kinds.Burst.kind))
        if kinds.CutOff.is_of(delivery):
            post(delivery, lambda body, connection: CutBody(body, connection, lambda: self.note(kinds.CutOff.kind)))
        return None

    def _stay_away(self, knock: Callable[[], bool], away: Away) -> None:
        """Knock again after each pause, as whoever finds the receiver away for a while."""
        for pause in PAUSES:
            with away():
                Event().wait(pause)  # never set, so that waiting for it is a sleep
            knock()
        self.note(kinds.Unreachable.kind)

    def _send(self, delivery: Delivery, post: SendOnce, away: Away) -> Attempt:
        """Send the webhook, and once more where a fault says so."""
        attempt = self._first(delivery, post, away)
        if not attempt.ok:
            return attempt
        if kinds.Repeated.is_of(delivery):
            post(delivery, begin=self._counting(kinds.Repeated.kind))
        if kinds.LostAcknowledgement.is_of(delivery):
            self.note(kinds.LostAcknowledgement.kind)
            return post(delivery)
        return attempt

    def _first(self, delivery: Delivery, post: SendOnce, away: Away) -> Attempt:
        if kinds.EightAtOnce.is_of(delivery):
            barrier, begin = Barrier(COPIES), self._counting(kinds.EightAtOnce.kind, *_forms(delivery))
            copies = [delivery] * COPIES
            attempts = _together(post, copies, COPIES, away, begin, lambda body, _: HeldBody(body, barrier))
            return next((each for each in attempts if each.ok), attempts[0])
        body = chunked if kinds.Chunked.is_of(delivery) else None
        return post(delivery, body, begin=self._counting(*_forms(delivery)))

    def _counting(self, *counted: str) -> Once:
        return Once(self.note, counted)


def _forms(delivery: Delivery) -> Iterator[str]:
    """Yield the kinds of the faults that change the form in which the webhook itself is sent."""
    yield from (kind.kind for kind in (kinds.Chunked, kinds.LowerCaseHeaders) if kind.is_of(delivery))
    if delivery.slowly is not None:
        yield SlowSender.kind


def _together(
    post: SendOnce, deliveries: Iterable[Delivery], at_once: int, away: Away, begin: Begin, body: Body | None = None
) -> list[Attempt]:
    """Send these at the same time, so many at once, and return the attempts."""
    with away(), ThreadPoolExecutor(at_once, thread_name_prefix="copies") as pool:
        return list(pool.map(lambda each: post(each, body, away=nullcontext, begin=begin), deliveries))


def close_at_once(connection: TargetConnection, away: Away) -> bool:
    """Connect and end the connection without sending a byte; return whether a connection was made."""
    try:
        with away():
            connection.dial().close()
    except OSError:
        return False
    finally:
        connection.close()
    return True

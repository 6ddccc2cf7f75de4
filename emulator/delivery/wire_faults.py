"""Carry out the faults of a webhook that take effect while it is sent, within one attempt."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from threading import Barrier, Event
from typing import Protocol

from emulator.core import wire_faults as kinds
from emulator.core.deliveries import Attempt, Delivery
from emulator.core.turns import Away
from emulator.core.webhook_faults import SlowSender
from emulator.delivery.connection import TargetConnection
from emulator.delivery.overtaking import Overtaking
from emulator.delivery.strangers import other_case, unknown_event
from emulator.delivery.wire_bodies import Body, CutBody, HeldBody, chunked

COPIES, STRANGERS, AT_ONCE = 8, 16, 4
PAUSE = 0.1  # seconds between two connections that end before a byte is sent
AS_USUAL = (kinds.Chunked, kinds.LowerCaseHeaders)  # what any attempt does that gets an answer


class SendOnce(Protocol):
    """Sends a webhook once; with `body`, that is sent in place of its bytes."""

    def __call__(self, delivery: Delivery, body: Body | None = None, away: Away | None = None) -> Attempt: ...


@dataclass(frozen=True, kw_only=True)
class WireFaults:
    """What the faults of a delivery do around and in place of sending it once; `note` counts by kind."""

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
            with away():
                Event().wait(PAUSE)  # never set, so that waiting for it is a sleep
            knock()
            self.note(kinds.Unreachable.kind)
        stranger = unknown_event(delivery) if kinds.StrangerFirst.is_of(delivery) else None
        if stranger:
            attempt = post(stranger)
            self._note_if(attempt.status, kinds.StrangerFirst.kind)
            if attempt.status and attempt.status >= 500:
                return replace(attempt, error=f"{attempt.error} to an event of a type that it does not know")
        if kinds.Burst.is_of(delivery):
            others = [other_case(delivery, number) for number in range(STRANGERS)]
            self._note_if(any(each.status for each in _together(post, others, AT_ONCE, away)), kinds.Burst.kind)
        if kinds.CutOff.is_of(delivery):
            post(delivery, lambda body, connection: CutBody(body, connection, lambda: self.note(kinds.CutOff.kind)))
        return None

    def _send(self, delivery: Delivery, post: SendOnce, away: Away) -> Attempt:
        """Send the webhook, and once more where a fault says so."""
        attempt = self._first(delivery, post, away)
        for kind in AS_USUAL:
            self._note_if(attempt.status and kind.is_of(delivery), kind.kind)
        self._note_if(attempt.status and delivery.slowly is not None, SlowSender.kind)
        if not attempt.ok:
            return attempt
        if kinds.Repeated.is_of(delivery):
            self._note_if(post(delivery).status, kinds.Repeated.kind)
        if kinds.LostAcknowledgement.is_of(delivery):
            self.note(kinds.LostAcknowledgement.kind)
            return post(delivery)
        return attempt

    def _first(self, delivery: Delivery, post: SendOnce, away: Away) -> Attempt:
        if kinds.EightAtOnce.is_of(delivery):
            barrier = Barrier(COPIES)
            attempts = list(_together(post, [delivery] * COPIES, COPIES, away, lambda body, _: HeldBody(body, barrier)))
            self._note_if(any(each.status for each in attempts), kinds.EightAtOnce.kind)
            return next((each for each in attempts if each.ok), attempts[0])
        return post(delivery, chunked if kinds.Chunked.is_of(delivery) else None)

    def _note_if(self, came: object, kind: str) -> None:
        if came:
            self.note(kind)


def _together(
    post: SendOnce, deliveries: Iterable[Delivery], at_once: int, away: Away, body: Body | None = None
) -> list[Attempt]:
    """Send these at the same time, so many at once, and return the attempts."""
    with away(), ThreadPoolExecutor(at_once, thread_name_prefix="copies") as pool:
        return list(pool.map(lambda each: post(each, body, nullcontext), deliveries))


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

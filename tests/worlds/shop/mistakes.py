"""Shops with one mistake each, by the world that finds it."""

import socket
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from shop.current_mistakes import CURRENT_MISTAKES, FOUND_IN_CURRENT
from shop.orders import Order, Refused
from shop.shop import Shop
from shop.sockets import Message, exactly


class CountsTwice(Shop):
    """Remembers no webhook."""

    def decide(self, order: Order, event: object, state: str, case_id: int) -> None:
        order.state, order.told_case_id = state, case_id
        order.decisions += 1


class LooksFirst(Shop):
    """Looks whether a webhook is known, and notes it later."""

    def decide(self, order: Order, event: object, state: str, case_id: int) -> None:
        if event not in self.seen:
            threading.Event().wait(0.1)  # the work
            order.state, order.told_case_id = state, case_id
            order.decisions += 1
            self.seen.add(event)


class RefusesKnown(Shop):
    """Answers 409 to a webhook that it dealt with before."""

    def of_aplyid(self, message: Message, told: Any) -> int:
        known = message.header("X-Workflow-Webhook-Id") in self.seen
        return 409 if known else super().of_aplyid(message, told)


class NotesTooEarly(Shop):
    """Notes the id of a webhook before it has read the body."""

    def body(self, stream: BinaryIO, connection: socket.socket, message: Message) -> bytes:
        event = message.header("X-Workflow-Webhook-Id")
        if event and ("noted", event) in self.seen:  # Sphinx names none
            message.path = "/known"
        self.seen.add(("noted", event))
        return super().body(stream, connection, message)

    def receive(self, message: Message) -> int:
        return 204 if message.path == "/known" else super().receive(message)


class StopsAtNothing(Shop):
    """Takes a connection without a request for the end."""

    stopped = False

    def take(self, stream: BinaryIO, connection: socket.socket) -> int:
        if self.stopped or not stream.peek(1):  # type: ignore[attr-defined]
            self.stopped = True
            return 0
        return super().take(stream, connection)


class JudgesAge(Shop):
    """Takes a decision that took more than a day for a mistake."""

    def of_sphinx(self, told: Any) -> int:
        took = self.moment(told["updated_at"]) - self.moment(told["created_at"])
        return 204 if took.days else super().of_sphinx(told)


class TakesOldest(Shop):
    """Takes a webhook for the order that waits longest."""

    def find(self, reference: str) -> Order | None:
        return next((order for order in self.orders.values() if order.state == "waiting"), None)


class Strict(Shop):
    """Demands exactly the documented fields."""

    def of_aplyid(self, message: Message, told: Any) -> int:
        known = {"case_id", "external_id", "guided_flow_id", "status", "case_url", "client"}
        assert set(told) == known
        return super().of_aplyid(message, told)


class TakesAnyEvent(Shop):
    """Takes every event for a decision."""

    def header(self, message: Message, name: str) -> str:
        return "case.completed" if name == "X-Workflow-Event-Type" else super().header(message, name)


class ReadsByLength(Shop):
    """Reads as many bytes as Content-Length says."""

    def body(self, stream: BinaryIO, connection: socket.socket, message: Message) -> bytes:
        return exactly(stream, int(message.header("Content-Length")))


class KnowsOneSpelling(Shop):
    """Looks up headers as they are written in the documentation."""

    def header(self, message: Message, name: str) -> str:
        return dict(message.headers).get(name, "")


class ReadsOnce(Shop):
    """Reads the socket once, as if a webhook always came in one piece."""

    def body(self, stream: BinaryIO, connection: socket.socket, message: Message) -> bytes:
        data: bytes = stream.read1(int(message.header("Content-Length") or 65_536))  # type: ignore[attr-defined]
        return data


class DropsMany(Shop):
    """Has a queue for twelve, and drops what comes when it is full."""

    taken = 0

    def receive(self, message: Message) -> int:
        self.taken += 1
        return super().receive(message) if self.taken <= 12 else 204


class CountsReasons(Shop):
    """Splits the reason of a refusal where the emulator joins two."""

    def reason(self, told: Any) -> str:
        text = super().reason(told)
        if "Name" in text and "Email" in text and len(text.split(" and ")) != 2:
            raise ValueError(text)
        return text


class WantsOwnLink(Shop):
    """Demands that links lead to the address that it asked."""

    def link(self, url: str) -> str:
        assert url.startswith(self.base)
        return url


class KnowsTheLink(Shop):
    """Demands that links end as in the printed sample."""

    def link(self, url: str) -> str:
        assert url.endswith("?position=1")
        return url


class Knows401(Shop):
    """Takes 401 alone for a wrong key."""

    def check(self, status: int, told: Any) -> None:
        if status == 403:
            raise Refused("something else")
        super().check(status, told)


class WantsAList(Shop):
    """Reads the errors of checks as a list."""

    def reason(self, told: Any) -> str:
        if isinstance(told, dict) and "checks" in told:
            assert isinstance(told["checks"], list)
        return super().reason(told)


class WantsPending(Shop):
    """Calls methods of an outcome that may be null."""

    def note_fresh(self, order: Order, told: Any) -> None:
        assert told["outcome"].lower() == "pending"
        super().note_fresh(order, told)


class NeverLooks(Shop):
    """Waits for the webhook to be sent again, and reads nothing back."""

    def catch_up(self, reference: str) -> None:
        return


class KnowsIds(Shop):
    """Thinks that ids have five digits at most."""

    def decide(self, order: Order, event: object, state: str, case_id: int) -> None:
        if case_id < 100_000:
            super().decide(order, event, state, case_id)


class KnowsWords(Shop):
    """Decides by an error text that nobody documented."""

    def reason(self, told: Any) -> str:
        text = super().reason(told)
        if "Status" in text:
            assert "is not included in the list" in text
        return text


class WantsFraction(Shop):
    """Reads times in one format, with a fraction."""

    def moment(self, text: str) -> datetime:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


class WantsNoFraction(Shop):
    """Reads times in one format, without a fraction."""

    def moment(self, text: str) -> datetime:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


class ComparesBytes(Shop):
    """Finds out by the first bytes what a webhook is."""

    def receive(self, message: Message) -> int:
        if message.path == "/aplyid" and not message.body.startswith(b'{"case_id"'):
            return 400
        return super().receive(message)


class KeepsLate(Shop):
    """Keeps an order when the service has answered."""

    def keep(self, reference: str) -> Order:
        return Order(reference)

    def find(self, reference: str) -> Order | None:
        return super().find(reference) or Order(reference)  # what is not known is none of its business

    def place(self, reference: str, *args: Any, **named: Any) -> Order:
        return self.orders.setdefault(reference, super().place(reference, *args, **named))

    def screen(self, reference: str, *args: Any, **named: Any) -> Order:
        return self.orders.setdefault(reference, super().screen(reference, *args, **named))

    def enlist(self, reference: str, *args: Any, **named: Any) -> Order:
        return self.orders.setdefault(reference, super().enlist(reference, *args, **named))


# The world that finds the mistake, by the name of the mistake.
FOUND_IN: Mapping[str, str] = {
    "CountsTwice": "duplicate",
    "LooksFirst": "eight-at-once",
    "RefusesKnown": "lost-acknowledgement",
    "NotesTooEarly": "cut-then-whole",
    "StopsAtNothing": "down-then-up",
    "JudgesAge": "late",
    "TakesOldest": "swapped",
    "Strict": "strangers-between",
    "TakesAnyEvent": "strangers-between",
    "ReadsByLength": "chunked",
    "KnowsOneSpelling": "lower-case-headers",
    "ReadsOnce": "slow-body",
    "DropsMany": "burst",
    "CountsReasons": "aplyid.join=comma",
    "WantsOwnLink": "aplyid.case-url=real",
    "KnowsTheLink": "aplyid.case-url=signed",
    "Knows401": "sphinxhq.unauthorized=403",
    "WantsAList": "sphinxhq.check-errors=dict",
    "WantsPending": "sphinxhq.fresh-outcome=null",
    "NeverLooks": "one-attempt",
    "KnowsIds": "ids-elsewhere",
    "KnowsWords": "other-words",
    "WantsFraction": "times-without-fraction",
    "WantsNoFraction": "times-with-fraction",
    "ComparesBytes": "webhook-keys-reversed",
    "KeepsLate": "webhook-before-201",
    **FOUND_IN_CURRENT,
}
# What the clocks of the suite's sandboxes begin with: a mistake about fractions is right about the other moment.
WHOLE, BROKEN = "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.250000Z"
MOMENTS = {"WantsNoFraction": WHOLE}


def shop_class(name: str) -> type[Shop]:
    """Return the shop of that name; the right one for an empty name."""
    found: type[Shop] = {**globals(), **CURRENT_MISTAKES}[name] if name else Shop
    return found

"""The faults of the API: what each does to a request or to its answer. One small class each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from flask import Response, request

from emulator.core.faults import FaultKind, Side, setting
from emulator.core.randomness import SeededRandom
from emulator.server import orders
from emulator.web.errors import FaultTriggered

LONGEST_BODY = 65_536
STORED = "is the request carried out all the same, so that only its answer is lost?"
Wait = Callable[[float], None]


class ApiFault(FaultKind, Protocol):
    """What a fault of the API does; both raise Struck or return."""

    answers: ClassVar[bool]  # at most one of these strikes a request

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Before the request is carried out."""

    def after(self, response: Response) -> Response:
        """What is answered instead, once it was."""


@dataclass(frozen=True, kw_only=True)
class ErrorInstead:
    """Says something else than it should, before the request is carried out or, with `stored`, after it."""

    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = True
    stored: bool = setting(False, STORED)

    def instead(self) -> FaultTriggered:
        """What is said instead."""
        return FaultTriggered(503)

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Say it now, unless the request is to be carried out first."""
        if not self.stored:
            raise self.instead()

    def after(self, response: Response) -> Response:
        """Say it now if that was not done before."""
        if self.stored and response.status_code < 400:
            raise self.instead()
        return response


@dataclass(frozen=True, kw_only=True)
class Status(ErrorInstead):
    """Answers with another status, and a body: one of yours, or what such a service would say."""

    kind: ClassVar[str] = "status"
    status: int = setting(..., "the status", low=200, high=599)
    body: Any = setting(None, "text, sent as it is, or any JSON; by default the API's own words", high=LONGEST_BODY)
    content_type: str = setting(
        "application/json", "the type of the body", low=3, high=200, pattern=r"[\x21-\x7e][\x20-\x7e]*"
    )

    def instead(self) -> FaultTriggered:
        """The status with its body."""
        if self.body is None:
            return FaultTriggered(self.status)
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        sent = text.encode("utf-8", "backslashreplace")  # half a surrogate pair stays an escape
        return FaultTriggered(self.status, body=sent, headers={"Content-Type": self.content_type})


@dataclass(frozen=True, kw_only=True)
class RateLimit(ErrorInstead):
    """Answers 429 and says when to come back."""

    kind: ClassVar[str] = "rate_limit"
    retry_after: int = setting(1, "seconds, as Retry-After says them", low=0, high=86_400)

    def instead(self) -> FaultTriggered:
        """429 with Retry-After."""
        return FaultTriggered(429, headers={"Retry-After": str(self.retry_after)})


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Answers later: after so many seconds, or with `up_to` after a time drawn between the two.

    At most 48 requests wait at once; beyond that this fault is left out. Taking the fault back lets them go on.
    """

    kind: ClassVar[str] = "latency"
    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = False
    seconds: float = setting(..., "how much later", low=0, high=60)
    up_to: float | None = setting(None, "the longest, where it is drawn anew each time", low=0, high=60)

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Hold the request up."""
        wait(self.seconds if self.up_to is None else random.number("latency", self.seconds, self.up_to))

    def after(self, response: Response) -> Response:
        """The answer as it is."""
        return response


@dataclass(frozen=True, kw_only=True)
class CutConnection:
    """Ends the connection instead of answering (with --tls or behind another server, the answer is cut short)."""

    how: ClassVar[str] = ""
    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = True
    stored: bool = setting(False, STORED)

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """End it now, unless the request is to be carried out first."""
        if not self.stored:
            orders.order(request.environ, self.how)
            raise FaultTriggered(502)

    def after(self, response: Response) -> Response:
        """End it now at the latest."""
        orders.order(request.environ, self.how)
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])
        response.headers["Content-Length"] = str(max(1, len(whole)))
        return response


@dataclass(frozen=True, kw_only=True)
class ConnectionReset(CutConnection):
    """Resets the connection instead of answering (with --tls or behind another server, the answer is cut short)."""

    kind: ClassVar[str] = "connection_reset"
    how: ClassVar[str] = orders.RESET


@dataclass(frozen=True, kw_only=True)
class EmptyAnswer(CutConnection):
    """Closes the connection without a byte of an answer (with --tls or behind another server, it is cut short)."""

    kind: ClassVar[str] = "empty_answer"
    how: ClassVar[str] = orders.EMPTY


@dataclass(frozen=True, kw_only=True)
class BrokenJson:
    """Answers with JSON that cannot be read, after the request was carried out."""

    kind: ClassVar[str] = "broken_json"
    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = True
    how: str = setting("truncated", "cut off in the middle, or wrong at its end", choices=("truncated", "malformed"))

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """The request is carried out."""

    def after(self, response: Response) -> Response:
        """Its answer broken; Content-Length fits what is sent."""
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2] if self.how == "truncated" else whole[:-1] + b",]")
        return response


API_FAULT_KINDS: tuple[type[ApiFault], ...] = (Status, RateLimit, Latency, ConnectionReset, EmptyAnswer, BrokenJson)

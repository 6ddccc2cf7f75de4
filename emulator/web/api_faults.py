"""The faults of the API: one small class for each kind, which says what it does to a request or its answer.

The class docstring of a kind is its documentation in the control API and in docs/faults.md.
"""

import json
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from flask import Response, request

from emulator.core.faults import FaultKind, Side, setting
from emulator.core.randomness import SeededRandom
from emulator.quick_dataclass import dataclass
from emulator.server import orders
from emulator.web.errors import FaultTriggered

LONGEST_BODY = 65_536
STORED = "whether the request is carried out, so that only its answer is lost"
Wait = Callable[[float], None]


class ApiFault(FaultKind, Protocol):
    """What a fault of the API does to a request; both methods may raise FaultTriggered."""

    answers: ClassVar[bool]  # whether it replaces the answer: at most one such fault triggers for a request

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Act before the request is carried out; `wait` blocks for that many seconds."""

    def after(self, response: Response) -> Response:
        """Return the answer to send in place of the one to a request that was carried out."""


@dataclass(frozen=True, kw_only=True)
class ErrorInstead:
    """The base of faults that answer with an error, instead of the request or, with `stored`, after carrying it out."""

    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = True
    stored: bool = setting(False, STORED)

    def instead(self) -> FaultTriggered:
        """Return the error to answer with."""
        return FaultTriggered(503)

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Raise the error, unless the request is to be carried out first."""
        if not self.stored:
            raise self.instead()

    def after(self, response: Response) -> Response:
        """Raise the error if the request was to be carried out first and succeeded; an API's own error stays."""
        if self.stored and response.status_code < 400:
            raise self.instead()
        return response


@dataclass(frozen=True, kw_only=True)
class Status(ErrorInstead):
    """Answers with another status and a body: yours, or what such a service would say."""

    kind: ClassVar[str] = "status"
    status: int = setting(..., "the status to answer", low=200, high=599)
    body: Any = setting(None, "a text, sent as it is, or any JSON; by default the API's own error", high=LONGEST_BODY)
    content_type: str = setting(
        "application/json", "the Content-Type of the body", low=3, high=200, pattern=r"[\x21-\x7e][\x20-\x7e]*"
    )

    def instead(self) -> FaultTriggered:
        """Return the planned status with its body; without a body the API words the status."""
        if self.body is None:
            return FaultTriggered(self.status)
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        body = text.encode("utf-8", "backslashreplace")  # UTF-8 has no half of a surrogate pair: it stays an escape
        return FaultTriggered(self.status, body=body, headers={"Content-Type": self.content_type})


@dataclass(frozen=True, kw_only=True)
class RateLimit(ErrorInstead):
    """Answers 429 with Retry-After."""

    kind: ClassVar[str] = "rate_limit"
    retry_after: int = setting(1, "seconds that Retry-After names", low=0, high=86_400)

    def instead(self) -> FaultTriggered:
        """Return 429 with the header Retry-After."""
        return FaultTriggered(429, headers={"Retry-After": str(self.retry_after)})


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Answers later: after `seconds`, or after a random time between `seconds` and `up_to`.

    At most 48 requests wait at once; further ones are not delayed. Removing the fault lets the waiting requests go on.
    """

    kind: ClassVar[str] = "latency"
    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = False
    seconds: float = setting(..., "the delay", low=0, high=60)
    up_to: float | None = setting(None, "the longest delay, if it is drawn for each request", low=0, high=60)

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Delay the request."""
        wait(self.seconds if self.up_to is None else random.number("latency", self.seconds, self.up_to))

    def after(self, response: Response) -> Response:
        """Return the answer unchanged."""
        return response


@dataclass(frozen=True, kw_only=True)
class CutConnection:
    """Ends the connection instead of answering (behind another server, the answer is cut short)."""

    how: ClassVar[str] = ""
    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = True
    stored: bool = setting(False, STORED)

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Cut the connection, unless the request is to be carried out first."""
        if not self.stored:
            orders.order(request.environ, self.how)
            raise FaultTriggered(502)

    def after(self, response: Response) -> Response:
        """Cut the connection; a server that takes no orders sends half of the answer under its full length."""
        orders.order(request.environ, self.how)
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
        response.headers["Content-Length"] = str(max(1, len(body)))
        return response


@dataclass(frozen=True, kw_only=True)
class ConnectionReset(CutConnection):
    """Resets the connection instead of answering (behind another server, the answer is cut short)."""

    kind: ClassVar[str] = "connection_reset"
    how: ClassVar[str] = orders.RESET


@dataclass(frozen=True, kw_only=True)
class EmptyAnswer(CutConnection):
    """Closes the connection without sending a byte (behind another server, the answer is cut short)."""

    kind: ClassVar[str] = "empty_answer"
    how: ClassVar[str] = orders.EMPTY


@dataclass(frozen=True, kw_only=True)
class BrokenJson:
    """Carries the request out, then answers with JSON that cannot be parsed."""

    kind: ClassVar[str] = "broken_json"
    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = True
    how: str = setting("truncated", "cut off in the middle, or wrong at its end", choices=("truncated", "malformed"))

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Do nothing: the request is carried out first."""

    def after(self, response: Response) -> Response:
        """Return the answer with a broken body, whose length Content-Length gives."""
        body = response.get_data()
        response.set_data(body[: len(body) // 2] if self.how == "truncated" else body[:-1] + b",]")
        return response


class ChangedAnswer:
    """The base of kinds that change an answer by what its provider says, for which `web/lies.py` sees to it."""

    side: ClassVar[Side] = Side.API
    answers: ClassVar[bool] = False

    def before(self, random: SeededRandom, wait: Wait) -> None:
        """Do nothing."""

    def after(self, response: Response) -> Response:
        """Return the answer unchanged."""
        return response


@dataclass(frozen=True, kw_only=True)
class Lie(ChangedAnswer):
    """The answer is not what it should be, as `how` says.

    A new case is answered 201 though the request was refused as invalid (another case is opened, and shown), the answer
    to a new case is an object without fields, or has the status 200; or an error has no body.
    """

    kind: ClassVar[str] = "lie"
    how: str = setting(
        ..., "what is wrong", choices=("created_though_invalid", "fields_missing", "success_200", "empty_error")
    )


@dataclass(frozen=True, kw_only=True)
class AnswerForm(ChangedAnswer):
    """The answer says the same in another form: times without or with a fraction, or assumed texts in other words."""

    kind: ClassVar[str] = "answer_form"
    how: str = setting("whole_seconds", "the form", choices=("whole_seconds", "microseconds", "other_words"))


API_FAULT_KINDS: tuple[type[ApiFault], ...] = (
    Status,
    RateLimit,
    Latency,
    ConnectionReset,
    EmptyAnswer,
    BrokenJson,
    Lie,
    AnswerForm,
)

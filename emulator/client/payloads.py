"""The answers of the control API that the client reads, as types."""

from datetime import date, timedelta
from typing import Any, NotRequired, TypedDict

Json = dict[str, Any]  # an object whose keys depend on what is asked, as in an answer of an emulated API
Query = str | int | float | timedelta | date | None  # a parameter of a query; None is not sent


class Attempt(TypedDict):
    """One attempt to deliver a webhook."""

    number: int
    ended_at: str
    latency_ms: float
    status: int | None
    error: str | None
    answer: str
    headers: dict[str, str]


class Answer(TypedDict):
    """The answer of an exchange."""

    headers: dict[str, str]
    body: str


class Exchange(TypedDict):
    """A request and its answer; `path` of what came in, `url`, `delivery_id` and `error` of what went out."""

    number: int
    at: str
    sandbox_at: str
    direction: str
    provider: str | None
    method: str
    path: NotRequired[str]
    url: NotRequired[str]
    status: int | None
    took_ms: float
    case_id: int | None
    rule: str | None
    faults: list[str]
    advice: list[str]
    refused: str | None
    headers: dict[str, str]
    body: str | None
    answer: Answer
    delivery_id: NotRequired[str]
    error: NotRequired[str | None]
    needed: NotRequired[list[str]]


class Operation(TypedDict):
    """One request that an emulated API answers."""

    name: str
    method: str
    path: str
    generation: NotRequired[str]  # where only one generation of the API has it


class ApiDescription(TypedDict):
    """An emulated API, as one sandbox is reached through it (the keys that the client reads)."""

    name: str
    operations: list[Operation]
    key: dict[str, str]
    current_key: dict[str, str]
    credential: str
    variables: dict[str, str]


class DrawnSample(TypedDict):
    """A request that `samples/<provider>` draws (the keys that the client reads)."""

    path: str
    headers: dict[str, str]
    body: Json

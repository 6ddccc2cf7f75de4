"""What a refused request would have needed, in words."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from emulator.core.errors import Invalid, NotFound, Unauthorized
from emulator.web.credentials import HINT
from emulator.web.errors import (
    FaultTriggered,
    Malformed,
    NotAcceptable,
    TooLarge,
    Undecodable,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)

MOST = 50
JSON_NEEDED = "a body in JSON, encoded as UTF-8"


def what_was_needed(routes: Mapping[str, Sequence[str]], error: Exception, provider: str | None) -> list[str]:
    """One sentence for each thing; `routes` are the routes of each provider, like POST /path."""
    own = getattr(error, "needed", None)  # a fact of a provider's says it itself
    if own:
        return [str(own)]
    match error:
        case FaultTriggered():
            return []  # what a planned fault answers had nothing wrong with it
        case Invalid():
            return [f"{place}: {told}" for place, told in islice(_flat(error.fields or error.problems), MOST)]
        case Unauthorized():
            return [HINT]
        case UnknownPath() | WrongMethod():
            return _routes(provider, routes)
        case WrongMediaType():
            return ["the header Content-Type: application/json"]
        case NotAcceptable():
            return ["an Accept header that takes application/json"]
        case Malformed() | Undecodable():
            return [f"{JSON_NEEDED}: {error}"]
        case TooLarge():
            return [f"a body of at most {error.limit} bytes"]
        case NotFound():
            return [f"{error.kind} {error.key}, which does not exist in this sandbox (any more)"]
    return [str(error) or type(error).__name__]


def _routes(provider: str | None, routes: Mapping[str, Sequence[str]]) -> list[str]:
    return list(routes[provider]) if provider else [route for each in routes.values() for route in each]


def _flat(problems: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every problem with the dotted place of its field."""
    if isinstance(problems, Mapping):
        for name, told in problems.items():
            yield from _flat(told, f"{place}.{name}" if place else str(name))
    elif isinstance(problems, list) and not all(isinstance(told, str) for told in problems):
        for index, told in enumerate(problems):
            yield from _flat(told, f"{place}.{index}" if place else str(index))
    else:
        for told in problems if isinstance(problems, list) else [problems]:
            yield place or "the request", str(told)

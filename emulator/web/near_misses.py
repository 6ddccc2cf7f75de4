"""Say what a refused request would have needed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from emulator.core.errors import Invalid, NotFound, Unauthorized
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


def what_was_needed(
    routes: Mapping[str, Sequence[str]], error: Exception, provider: str | None, path: str, key_hint: str
) -> list[str]:
    """Return one phrase for each thing that was needed, at most MOST for wrong fields.

    `routes` are the routes by provider, like POST /path; `provider` is None for a path of no provider.
    """
    own = getattr(error, "needed", None)  # the facts of a provider name it themselves
    if own:
        return [str(own)]
    match error:
        case FaultTriggered():
            return []  # nothing was wrong with the request
        case Invalid():
            return [f"{place}: {text}" for place, text in islice(_flat(error.fields or error.problems), MOST)]
        case Unauthorized():
            return [key_hint]
        case WrongMethod():
            known = _routes(provider, routes)
            return [route for route in known if _leads_to(route, path)] or known
        case UnknownPath():
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


def _leads_to(route: str, path: str) -> bool:
    """Return whether a route, like GET /cases/{id}/, is one of this path."""
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.partition(" ")[2]))
    return re.fullmatch(pattern, path) is not None


def _flat(problems: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted place of a field with each of its problems, from problems nested like the body."""
    if isinstance(problems, Mapping):
        for name, inner in problems.items():
            yield from _flat(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(problems, list) and not all(isinstance(text, str) for text in problems):
        for index, inner in enumerate(problems):
            yield from _flat(inner, f"{place}.{index}" if place else str(index))
    else:
        for text in problems if isinstance(problems, list) else [problems]:
            yield place or "the request", str(text)

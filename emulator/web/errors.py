"""What can be wrong with a request before any use case sees it, as facts that each provider puts into its words."""

from collections.abc import Iterable, Mapping

from emulator.core.errors import Fact, StoreFull, StoreUnavailable, Unauthorized


class UnknownPath(Fact):
    """Nothing answers at this path."""


class WrongMethod(Fact):
    """The path is known, but not with this verb; `allowed` are the verbs it has."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        self.allowed = tuple(allowed)


class NotAcceptable(Fact):
    """The Accept header takes no media type that the API can answer with."""


class WrongMediaType(Fact):
    """The body has a media type that the API does not read; `found` is the text of the header."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class TooLarge(Fact):
    """The body exceeds `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class Undecodable(Fact):
    """The body is not UTF-8; the text is Python's message."""


class Malformed(Fact):
    """The body is no JSON, or exceeds a bound; the text says where and why."""


class FaultTriggered(Fact):
    """A planned fault answers with this status, and with this body or else in the words of the API."""

    def __init__(self, status: int, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, dict(headers or {})


class Crashed(Fact):
    """A bug of the emulator."""


def reason_of(fact: Exception) -> str:
    """Return in a few words why a request was refused, for people who read the journal."""
    match fact:
        case TooLarge():
            return f"the body exceeds {fact.limit} bytes"
        case WrongMediaType():
            return f"a body {f'of the media type {fact.found}' if fact.found else 'without a media type'} is not read"
        case FaultTriggered():
            return f"a planned fault answers {fact.status}"
    return str(fact) or REASONS.get(type(fact), type(fact).__name__)


REASONS: Mapping[type[Exception], str] = {
    UnknownPath: "nothing answers at this path",
    WrongMethod: "this path does not know that verb",
    NotAcceptable: "the Accept header takes nothing that could be answered",
    Unauthorized: "the key is missing, unknown or expired",
    Crashed: "a bug of the emulator; its log has the trace",
}
STORE_RETRY = 5  # seconds after which it is worth to ask a store again that cannot be used


def store_status(fact: StoreUnavailable) -> int:
    """Return the status of an answer to a request for which the store could not be used."""
    return 507 if isinstance(fact, StoreFull) else 503

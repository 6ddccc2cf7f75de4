"""What can be wrong with a request before any use case sees it, as facts that each provider words."""

from collections.abc import Iterable, Mapping

from emulator.core.errors import Fact


class UnknownPath(Fact):
    """Nothing answers at this path."""


class WrongMethod(Fact):
    """The path is known, but not with this verb; `allowed` are those it knows."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        self.allowed = tuple(allowed)


class NotAcceptable(Fact):
    """The caller accepts nothing that could be answered."""


class WrongMediaType(Fact):
    """The body is of a type that is not read here; `found` is the header's text."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class TooLarge(Fact):
    """The body exceeds `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class Undecodable(Fact):
    """The body is not UTF-8; the text is Python's."""


class Malformed(Fact):
    """The body is no JSON, or exceeds a bound; the text says where and why."""


class FaultTriggered(Fact):
    """A planned fault answers: with that body, or in the words of the API for that status."""

    def __init__(self, status: int, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, dict(headers or {})


class Crashed(Fact):
    """A bug of ours."""

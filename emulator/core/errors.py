"""Errors as facts, which each provider words in its own way."""


class Fact(Exception):
    """An error that the caller has to be told."""


class Invalid(Fact):
    """Fields of a request break the rules.

    `problems` is in the form that the provider needs to answer; `fields` holds the errors by the place of the field,
    for a provider whose `problems` do not.
    """

    def __init__(self, problems: object, fields: object = None) -> None:
        super().__init__(problems)
        self.problems, self.fields = problems, fields


class RefusedThoughValid(Fact):
    """A planned fault refuses a request as if it were invalid."""


class Unauthorized(Fact):
    """The credential is missing, unknown or expired."""


class NotFound(Fact):
    """The sandbox holds no such thing, or no longer."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {key}")
        self.kind, self.key = kind, key


class Unreadable(Fact):
    """A snapshot cannot be restored; the text says why."""


class Conflict(Fact):
    """The present state does not allow the change; the text says why."""


class TooManySandboxes(Fact):
    """There is no room for another sandbox; the text says what makes room."""


class EmulatorStops(Fact):
    """What the request waits for will not come, because the emulator stops."""

    def __init__(self) -> None:
        super().__init__("the emulator stops: what this request waits for was not seen")


class OutOfTime(Fact):
    """A clock would move beyond the latest moment it can read; the text says why."""


class StoreUnavailable(Fact):
    """The store cannot be read or written now; the text says why and what to do. Nothing was changed."""


class StoreFull(StoreUnavailable):
    """The store has no room for what was to be written; with more room it goes on by itself."""

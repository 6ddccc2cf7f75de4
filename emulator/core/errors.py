"""What can be wrong, as facts; each provider words them in its own way."""


class Fact(Exception):
    """Something the caller has to be told."""


class Invalid(Fact):
    """Fields break the rules.

    `problems` is whatever the provider that read them needs to say so; `fields` what is wrong by the place of a field,
    where `problems` does not tell that.
    """

    def __init__(self, problems: object, fields: object = None) -> None:
        super().__init__(problems)
        self.problems, self.fields = problems, fields


class Unauthorized(Fact):
    """The credential is missing, unknown or expired."""


class NotFound(Fact):
    """There is no such thing in this sandbox (any more)."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {key}")
        self.kind, self.key = kind, key


class Unreadable(Fact):
    """A document cannot be taken as what it says it is; the text says why."""


class Conflict(Fact):
    """It cannot be done as things stand now; the text says why."""


class OutOfTime(Fact):
    """A clock cannot read that moment; the text says why."""

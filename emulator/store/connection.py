"""What the named queries need of a connection, whichever engine is at its other end."""

from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """The result of a query."""

    @property
    def description(self) -> Sequence[Any] | None: ...
    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """A connection as `sqlite3` has them; `IntegrityError` is raised by rows that contradict each other."""

    @property
    def IntegrityError(self) -> type[Exception] | tuple[type[Exception], ...]: ...  # noqa: N802 (as DB-API names it)
    def execute(self, sql: str, parameters: Any, /) -> Cursor: ...
    def executemany(self, sql: str, rows: Any, /) -> Cursor: ...

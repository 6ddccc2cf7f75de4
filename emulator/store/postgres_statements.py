"""A named query as the server prepares it, and what it returns."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from psycopg.pq.abc import PGresult

from emulator.store.postgres_text import number_bytes, text_bytes

Values = list[bytes | None]
PARAMETER = re.compile(r"%\((\w+)\)s")
# What looks through many rows is planned with its values each time: which index is best depends on them.
PLANNED_ANEW = re.compile(r"\s*SELECT\b.*(?:\bORDER BY\b|\b(?:count|sum|min|max)\()", re.DOTALL)
DUMPERS: dict[type, Callable[[Any], bytes]] = {
    str: text_bytes,
    int: number_bytes,
    bool: number_bytes,
    float: lambda number: repr(number).encode(),
    bytes: lambda data: rf"\x{data.hex()}".encode(),
}


class Statement(str):
    """SQL as psycopg takes it; `raw` has the parameters by their number in `names`, as the server takes it."""

    def __init__(self, sql: str) -> None:
        self.names = tuple(dict.fromkeys(PARAMETER.findall(sql)))
        numbers = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        self.raw = PARAMETER.sub(lambda found: numbers[found[1]], sql).replace("%%", "%").encode()
        self.is_kept = PLANNED_ANEW.match(sql) is None  # prepared once a connection

    def values(self, parameters: Mapping[str, Any]) -> Values | None:
        """Return the values of the parameters as the server reads them; None if one is of an unusual type."""
        named = [parameters[name] for name in self.names]
        try:
            return [None if value is None else DUMPERS[type(value)](value) for value in named]
        except KeyError:
            kinds = {type(value) for value in named if value is not None}
            are_known = all(_learn(kind) for kind in kinds)
            return self.values(parameters) if are_known else None


def _learn(kind: type) -> bool:
    """Write values of a class that is derived from a usual one like those; return whether it is."""
    base = next((base for base in kind.__mro__ if base in DUMPERS), None)
    if base is not None:
        DUMPERS[kind] = DUMPERS[base]
    return base is not None


class Loader(Protocol):
    """What makes values of the rows of a result."""

    def set_pgresult(self, result: PGresult | None) -> None: ...
    def load_row(self, row: int, make_row: type[tuple[Any, ...]]) -> Any: ...
    def load_rows(self, row0: int, row1: int, make_row: type[tuple[Any, ...]]) -> list[Any]: ...


class Result:
    """What a statement returned, read like a cursor."""

    __slots__ = ("_loader", "_next", "_result")

    def __init__(self, result: PGresult, loader: Loader) -> None:
        self._result, self._loader, self._next = result, loader, 0

    @property
    def description(self) -> Sequence[tuple[str]]:
        """The names of the columns."""
        return [((self._result.fname(index) or b"").decode(),) for index in range(self._result.nfields)]

    @property
    def rowcount(self) -> int:
        """The number of rows that were changed or found."""
        return self._result.command_tuples or 0

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        if self._next >= self._result.ntuples:
            return None
        self._loader.set_pgresult(self._result)
        self._next += 1
        return self._loader.load_row(self._next - 1, tuple)

    def fetchall(self) -> list[Any]:
        """Return all rows."""
        self._loader.set_pgresult(self._result)
        return self._loader.load_rows(0, self._result.ntuples, tuple)

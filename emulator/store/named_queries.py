"""Read the named queries of a folder: each becomes a function of a connection and the query's parameters.

A query begins at a line `-- name: case^`. The mark behind the name says what it returns: ^ a row or None, $ one value
or None, ! the number of changed rows, *! the same for many sets of parameters, no mark a list of all rows.

What several queries have in common begins at a line `-- part: case`, in any of the files; `{case}` stands for it.
A part or a query of a later folder takes the place of one with its name: so each engine has its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.store.connection import Connection

Rows = Sequence[Mapping[str, object]]  # one set of parameters for each row
HEAD = re.compile(r"^-- (name|part): (\w+)([^\w\s]*)\n", re.MULTILINE)
PART = re.compile(r"\{(\w+)\}")


class Query:
    """A query that returns a list of all rows."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def __call__(self, connection: Connection, *rows: Rows, **parameters: object) -> Any:
        return connection.execute(self.sql, parameters).fetchall()


class _OneRow(Query):
    def __call__(self, connection: Connection, *rows: Rows, **parameters: object) -> Any:
        return connection.execute(self.sql, parameters).fetchone()


class _OneValue(Query):
    def __call__(self, connection: Connection, *rows: Rows, **parameters: object) -> Any:
        row = connection.execute(self.sql, parameters).fetchone()
        return row and row[0]


class _Change(Query):
    def __call__(self, connection: Connection, *rows: Rows, **parameters: object) -> Any:
        return connection.execute(self.sql, parameters).rowcount


class _ManyChanges(Query):
    def __call__(self, connection: Connection, *rows: Rows, **parameters: object) -> Any:
        return connection.executemany(self.sql, *rows).rowcount


KINDS: Mapping[str, Callable[[str], Query]] = {
    "": Query,
    "^": _OneRow,
    "$": _OneValue,
    "!": _Change,
    "*!": _ManyChanges,
}


class NamedQueries:
    """The queries of all files in some folders, as attributes; `write` writes their SQL as the engine takes it."""

    def __init__(self, *folders: Path, write: Callable[[str], str] = str) -> None:
        files = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
        found = [each for path in files for each in _split(path.read_text(encoding="utf-8"))]
        parts = {name: sql for kind, name, _, sql in found if kind == "part"}
        for kind, name, mark, sql in found:
            if kind == "name":
                setattr(self, name, KINDS[mark](write(_filled_in(sql, parts))))

    def __getattr__(self, name: str) -> Query:
        raise AttributeError(f"no file has a query {name}")


def _split(text: str) -> Sequence[tuple[str, str, str, str]]:
    """Return kind, name, mark and SQL of each query and part, without the comment at its beginning."""
    _, *found = HEAD.split(text)
    return [(kind, name, mark, _without_comment(sql)) for kind, name, mark, sql in zip(*[iter(found)] * 4, strict=True)]


def _without_comment(sql: str) -> str:
    return "\n".join(line for line in sql.strip().splitlines() if not line.startswith("--"))


def _filled_in(sql: str, parts: Mapping[str, str]) -> str:
    """Return the SQL with its parts, which may have parts themselves; raise KeyError for one that is nowhere."""
    while PART.search(sql):
        sql = PART.sub(lambda part: parts[part[1]], sql)
    return sql

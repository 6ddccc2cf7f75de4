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

Values = Mapping[str, Any]
Rows = Sequence[Values]  # one set of parameters for each row
Take = Callable[[Values], Values | Sequence[Any]]
HEAD = re.compile(r"^-- (name|part): (\w+)([^\w\s]*)\n", re.MULTILINE)
PART = re.compile(r"\{(\w+)\}")


def as_they_are(values: Values) -> Values:
    """Return the values by name, as most engines take them."""
    return values


class Query:
    """A query that returns a list of all rows."""

    def __init__(self, sql: str, take: Take = as_they_are) -> None:
        self.sql, self.take = sql, take

    def __call__(self, connection: Connection, *rows: Rows, **values: object) -> Any:
        return self.run(connection, values)

    def run(self, connection: Connection, values: Values) -> Any:
        """Run the query with values that stand in a mapping already, among others perhaps."""
        return connection.execute(self.sql, self.take(values)).fetchall()


class _OneRow(Query):
    def run(self, connection: Connection, values: Values) -> Any:
        return connection.execute(self.sql, self.take(values)).fetchone()


class _OneValue(Query):
    def run(self, connection: Connection, values: Values) -> Any:
        row = connection.execute(self.sql, self.take(values)).fetchone()
        return row and row[0]


class _Change(Query):
    def run(self, connection: Connection, values: Values) -> Any:
        return connection.execute(self.sql, self.take(values)).rowcount


class _ManyChanges(Query):
    def __call__(self, connection: Connection, *rows: Rows, **values: object) -> Any:
        [each] = rows
        return connection.executemany(self.sql, list(map(self.take, each))).rowcount


KINDS: Mapping[str, type[Query]] = {
    "": Query,
    "^": _OneRow,
    "$": _OneValue,
    "!": _Change,
    "*!": _ManyChanges,
}


class NamedQueries:
    """The queries of all files in some folders, as attributes.

    `write` writes their SQL as the engine takes it, and `taking` returns what makes its parameters of values by name.
    """

    def __init__(
        self,
        *folders: Path,
        write: Callable[[str], str] = str,
        taking: Callable[[str], Take] = lambda sql: as_they_are,
    ) -> None:
        files = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
        found = [each for path in files for each in _split(path.read_text(encoding="utf-8"))]
        parts = {name: sql for kind, name, _, sql in found if kind == "part"}
        for kind, name, mark, sql in found:
            if kind == "name":
                whole = _filled_in(sql, parts)
                setattr(self, name, KINDS[mark](write(whole), taking(whole)))

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

"""A connection to PostgreSQL as the named queries use connections, and how their SQL is written for it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import ClientCursor, Cursor

from emulator.store.named_queries import NamedQueries
from emulator.store.postgres_text import NumberDumper, TextDumper, TextLoader
from emulator.store.sqlite import QUERIES

PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
# PostgreSQL cannot tell the type of a parameter by such a question.
UNTYPED = re.compile(r"%\(\w+\)s IS NULL")
Real = psycopg.Connection[tuple[Any, ...]]


class Literal(str):
    """SQL in which the values are written by the client."""


def write(sql: str) -> str:
    """Return the SQL of a named query as psycopg takes it."""
    written = PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
    return Literal(written) if UNTYPED.search(written) else written


def read_queries() -> NamedQueries:
    """Return the queries as PostgreSQL answers them."""
    return NamedQueries(QUERIES, QUERIES / "postgres", write=write)


def adapt(connection: Real) -> None:
    """Let values be written and read as the store needs it."""
    adapters = connection.adapters
    adapters.register_dumper(str, TextDumper)
    adapters.register_dumper(int, NumberDumper)
    adapters.register_dumper(bool, NumberDumper)
    for name in ("text", "varchar", "bpchar", "name"):
        adapters.register_loader(name, TextLoader)


class PostgresConnection:
    """A connection with the methods of one to SQLite."""

    # A value of a wrong type contradicts its column; SQLite would keep it, and what reads it would find out.
    IntegrityError = (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.DatatypeMismatch)

    def __init__(self, real: Real) -> None:
        self.real = real

    def execute(self, sql: str, parameters: Mapping[str, Any], /) -> Cursor[tuple[Any, ...]]:
        """Run a query, and return its cursor."""
        return self._cursor(sql).execute(sql, parameters)

    def executemany(self, sql: str, rows: Any, /) -> Cursor[tuple[Any, ...]]:
        """Run a query for each of these rows, and return its cursor."""
        cursor = self._cursor(sql)
        cursor.executemany(sql, rows)
        return cursor

    def prepare(self) -> None:
        """Do what comes before a query."""

    def _cursor(self, sql: str) -> Cursor[tuple[Any, ...]]:
        self.prepare()
        return ClientCursor(self.real) if type(sql) is Literal else self.real.cursor()


class QuestionsConnection(PostgresConnection):
    """A connection for questions, on which the first is asked alone and all others in one transaction.

    Most blocks ask one, after which nothing is to be ended, or first look at the sandbox.
    """

    _asked = 0

    def prepare(self) -> None:
        """Begin a transaction before the second question."""
        self._asked += 1
        if self._asked == 2:
            self.real.autocommit = False

    def end(self) -> None:
        """End the transaction, if one was begun; nothing was changed in it."""
        if self._asked > 1:
            with suppress(psycopg.Error):  # the connection is lost, of which its pool finds out
                self.real.rollback()
                self.real.autocommit = True

"""A connection to PostgreSQL as the named queries use connections, and how their SQL is written for it."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import psycopg
from psycopg import ClientCursor, Cursor

from emulator.store.named_queries import NamedQueries, Query
from emulator.store.postgres_statements import Result, Statement, Values
from emulator.store.postgres_text import NumberDumper, TextDumper, TextLoader
from emulator.store.postgres_wire import BEGIN_READING, Wire
from emulator.store.sqlite import QUERIES

PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
# PostgreSQL cannot tell the type of a parameter by such a question.
UNTYPED = re.compile(r"%\(\w+\)s IS NULL")


class Real(psycopg.Connection[tuple[Any, ...]]):
    """A connection in autocommit mode, whose transactions its wire begins and ends."""

    @cached_property
    def wire(self) -> Wire:
        """What sends the named queries."""
        return Wire(self)


AT_ONCE = 1_000  # rows that are sent together


class Literal(str):
    """SQL in which the values are written by the client."""


def write(sql: str) -> str:
    """Return the SQL of a named query as this connection takes it."""
    written = PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
    return Literal(written) if UNTYPED.search(written) else Statement(written)


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


def _prepared(query: Query, parameters: Mapping[str, Any]) -> tuple[Statement, Values]:
    assert isinstance(query.sql, Statement)
    values = query.sql.values(parameters)
    assert values is not None
    return query.sql, values


class PutOff:
    """What stands for the result of a change that waits: that it is made."""

    description: Sequence[Any] | None = None
    rowcount = 1

    def fetchone(self) -> Any:
        """Return no row."""

    def fetchall(self) -> list[Any]:
        """Return no rows."""
        return []


PUT_OFF = PutOff()


class PostgresConnection:
    """A connection with the methods of one to SQLite."""

    # A value of a wrong type contradicts its column; SQLite would keep it, and what reads it would find out.
    IntegrityError = (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.DatatypeMismatch)

    puts_off = False  # whether changes wait until something is asked: nobody looks at their results

    def __init__(self, real: Real) -> None:
        self._real = real

    @property
    def real(self) -> Real:
        """The connection."""
        return self._real

    def queue_for(self, sandbox: str) -> None:
        """Wait for others that hold the row of a sandbox, as far as that is not left to the database."""

    def execute(self, sql: str, parameters: Mapping[str, Any], /) -> Result | Cursor[tuple[Any, ...]] | PutOff:
        """Run a query, and return its result."""
        if self.puts_off and self._put_off(sql, [parameters]):
            return PUT_OFF
        self.prepare()
        if isinstance(sql, Statement) and (values := sql.values(parameters)) is not None:
            return self.real.wire.ask(sql, values)
        self.real.wire.run()
        cursor = ClientCursor(self.real) if isinstance(sql, Literal) else self.real.cursor()
        return cursor.execute(sql, parameters)

    def executemany(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> PutOff:
        """Run a change for each of these rows, many at once."""
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            is_put_off = self._put_off(sql, some)
            if not is_put_off or not self.puts_off:
                self.real.wire.run()
            if not is_put_off:
                self.real.cursor().executemany(sql, some)
        return PUT_OFF

    def ask_all(self, *asked: tuple[Query, Mapping[str, Any]]) -> Sequence[Result]:
        """Run queries at once, and return their results."""
        self.prepare()
        return self.real.wire.ask_all([_prepared(query, parameters) for query, parameters in asked])

    def _put_off(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Let a change wait for each of these rows; return whether it can."""
        if not isinstance(sql, Statement):
            return False
        many = [values for row in rows if (values := sql.values(row)) is not None]
        if len(many) < len(rows):
            return False
        for values in many:
            self.real.wire.put(sql, values)
        return True

    def prepare(self) -> None:
        """Do what comes before a query."""


class QuestionsConnection(PostgresConnection):
    """A connection for questions, on which the first is asked alone and all others in one transaction.

    Most blocks ask one, after which nothing is to be ended, or first look at the sandbox.
    """

    _asked = 0

    def prepare(self) -> None:
        """Begin a transaction before the second question."""
        self._asked += 1
        if self._asked == 2:
            self.real.wire.begin(BEGIN_READING)

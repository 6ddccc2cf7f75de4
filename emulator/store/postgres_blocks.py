"""The blocks in which a database is asked and changed; many at a time, each with a connection of its own."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

import psycopg
from psycopg_pool import ConnectionPool

from emulator.store.named_queries import NamedQueries
from emulator.store.postgres_changes import PostgresChanges, PostgresQuestions
from emulator.store.postgres_connection import PostgresConnection, QuestionsConnection, Real
from emulator.store.postgres_failures import DatabaseHealth

Kind = type[BaseException] | None
Trace = TracebackType | None
PATIENCE = 5.0  # seconds for a connection
SHORT_PATIENCE = 0.5  # the same while the database is in trouble: whoever waits is told soon, and asks again


class Lending:
    """Lends connections of the pool, one a block."""

    def __init__(self, pool: ConnectionPool[Real], queries: NamedQueries, health: DatabaseHealth) -> None:
        self.pool, self.queries, self.health = pool, queries, health

    def take(self) -> Real:
        """Return a connection; raise StoreUnavailable."""
        try:
            return self.pool.getconn(SHORT_PATIENCE if self.health.trouble else PATIENCE)
        except BaseException as error:
            self.health.explain(error)
            raise

    def give_back(self, real: Real, error: BaseException | None) -> None:
        """End the transaction of a connection, and give it back; raise StoreUnavailable where the database is lost."""
        try:
            if error is None:
                real.wire.commit()
            else:
                with suppress(psycopg.Error):
                    real.wire.roll_back()
                self.health.explain(error)
        except psycopg.Error as failed:
            with suppress(psycopg.Error):
                real.wire.roll_back()
            self.health.explain(failed)
            raise
        finally:
            self._put(real)
        if self.health.trouble and error is None:
            self.health.end()

    @contextmanager
    def lent(self) -> Iterator[tuple[NamedQueries, PostgresConnection]]:
        """Give the queries and a connection, on which every change is committed at once."""
        real = self.take()
        try:
            yield self.queries, PostgresConnection(real)
        except BaseException as error:
            self.give_back(real, error)
            raise
        self.give_back(real, None)

    def _put(self, real: Real) -> None:
        was_lost = real.closed or real.broken
        self.pool.putconn(real)
        if was_lost:  # and so are most likely all others, which were opened before
            self.pool.drain()


class Asking:
    """A block in which questions are asked about one moment."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending

    def __enter__(self) -> PostgresQuestions:
        self._real = self._lending.take()
        return PostgresQuestions(QuestionsConnection(self._real), self._lending.queries, {})

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        self._lending.give_back(self._real, error)


class Changing:
    """A block in which changes are made, all or none."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending

    def __enter__(self) -> PostgresChanges:
        self._real = self._lending.take()
        self._real.wire.begin()
        return PostgresChanges(PostgresConnection(self._real), self._lending.queries)

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        self._lending.give_back(self._real, error)


class Joining:
    """A block within another transaction: its changes are committed with those of that one."""

    def __init__(self, lending: Lending, real: Real) -> None:
        self._lending, self._real = lending, real

    def __enter__(self) -> PostgresChanges:
        return PostgresChanges(PostgresConnection(self._real), self._lending.queries)

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        if error is not None:
            self._lending.health.explain(error)

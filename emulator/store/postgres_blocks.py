"""The blocks in which a database is asked and changed; many at a time, each with a connection of its own."""

from contextlib import suppress
from threading import Lock
from types import TracebackType

import psycopg
from psycopg_pool import ConnectionPool

from emulator.store.named_queries import NamedQueries
from emulator.store.postgres_changes import PostgresChanges, PostgresQuestions
from emulator.store.postgres_connection import PostgresConnection, QuestionsConnection, Real
from emulator.store.postgres_failures import DatabaseHealth
from emulator.store.postgres_queues import SandboxQueues

Kind = type[BaseException] | None
Trace = TracebackType | None
PATIENCE = 5.0  # seconds for a connection
AT_HAND = 2  # connections that are lent again before the pool is asked
SHORT_PATIENCE = 0.5  # the same while the database is in trouble: whoever waits is told soon, and asks again


class Lending:
    """Lends connections of the pool, one a block."""

    def __init__(
        self, pool: ConnectionPool[Real], queries: NamedQueries, health: DatabaseHealth, queues: SandboxQueues
    ) -> None:
        self.pool, self.queries, self.health, self.queues = pool, queries, health, queues
        self._guard = Lock()
        self._at_hand: list[Real] = []  # the pool lends them in turn, and what the last one used is still in the caches
        self._takers = 0  # threads that wait for the pool

    def take(self) -> Real:
        """Return a connection; raise StoreUnavailable."""
        with self._guard:
            if self._at_hand:
                return self._at_hand.pop()
            self._takers += 1
        try:
            return self.pool.getconn(SHORT_PATIENCE if self.health.trouble else PATIENCE)
        except BaseException as error:
            self.health.explain(error)
            raise
        finally:
            with self._guard:
                self._takers -= 1

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

    def lent(self) -> "Lent":
        """Give the queries and a connection, on which every change is committed at once."""
        return Lent(self)

    def _put(self, real: Real) -> None:
        was_lost = real.closed
        with self._guard:
            is_at_hand = not was_lost and not self._takers and len(self._at_hand) < AT_HAND
            if is_at_hand:
                self._at_hand.append(real)
        if not is_at_hand:
            self.pool.putconn(real)
        if was_lost:  # and so are most likely all others, which were opened before
            self.pool.drain()
            self._put_away()

    def _put_away(self) -> None:
        with self._guard:
            at_hand, self._at_hand = self._at_hand, []
        for real in at_hand:
            self.pool.putconn(real)

    def close(self) -> None:
        """Close all connections."""
        self._put_away()
        self.pool.close()


class Lent:
    """A block in which a connection is lent; a class, because a generator made a context manager costs more."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending

    def __enter__(self) -> tuple[NamedQueries, PostgresConnection]:
        self._real = self._lending.take()
        return self._lending.queries, PostgresConnection(self._real)

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        self._lending.give_back(self._real, error)


class Asking:
    """A block in which questions are asked about one moment."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending

    def __enter__(self) -> PostgresQuestions:
        self._real = self._lending.take()
        return PostgresQuestions(QuestionsConnection(self._real), self._lending.queries, {})

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        self._lending.give_back(self._real, error)


class ChangesConnection(PostgresConnection):
    """A connection that is taken, and whose transaction begins, with the first statement."""

    def __init__(self, lending: Lending) -> None:
        self.puts_off = False
        self._lending = lending
        self._taken: Real | None = None
        self._queue: str | None = None  # the sandbox whose row no other thread asks for meanwhile

    @property
    def real(self) -> Real:
        """The connection."""
        if self._taken is None:
            self._taken = self._lending.take()
            self._taken.wire.begin()
        return self._taken

    def queue_for(self, sandbox: str) -> None:
        """Wait for other threads first, unless this one may keep others waiting already: those could wait for it."""
        if self._taken is None and self._queue is None:
            self._lending.queues.enter(sandbox)
            self._queue = sandbox

    def end(self, error: BaseException | None) -> None:
        """End the transaction, as `Lending.give_back` does."""
        try:
            if self._taken:
                self._lending.give_back(self._taken, error)
            elif error is not None:
                self._lending.health.explain(error)
        finally:
            if self._queue is not None:
                self._lending.queues.leave(self._queue)


class Changing:
    """A block in which changes are made, all or none."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending

    def __enter__(self) -> PostgresChanges:
        self._db = ChangesConnection(self._lending)
        return PostgresChanges(self._db, self._lending.queries)

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        self._db.end(error)


class Joining:
    """A block within another transaction: its changes are committed with those of that one."""

    def __init__(self, lending: Lending, real: Real) -> None:
        self._lending, self._real = lending, real

    def __enter__(self) -> PostgresChanges:
        return PostgresChanges(PostgresConnection(self._real), self._lending.queries)

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        if error is not None:
            self._lending.health.explain(error)

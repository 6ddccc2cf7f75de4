"""The store on PostgreSQL, for several processes: a pool of connections to one database."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from threading import local

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from emulator.core.clock_history import ClockHistory
from emulator.core.journal import Exchange, Journal
from emulator.store import postgres_schema
from emulator.store.changes import Changes
from emulator.store.postgres_blocks import Asking, Changing, Joining, Lending
from emulator.store.postgres_clock_history import PostgresClockHistory
from emulator.store.postgres_connection import Real, adapt, read_queries
from emulator.store.postgres_failures import DatabaseHealth, in_one_line
from emulator.store.postgres_journal import PostgresJournal
from emulator.store.postgres_queues import SandboxQueues
from emulator.store.postgres_signals import Signals
from emulator.store.questions import Questions
from emulator.store.sqlite import StoreUnusable

MOST, FEW = 16, 4  # connections of a kind
# Seconds. Whoever waits longer for another transaction is told so; a lost server is found out by keepalives.
LIMITS = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
LOCK_SECONDS = 12
IDLE_TIMEOUT = "10s"  # of a transaction whose process does nothing: one that was stopped, or is gone unnoticed


class PostgresStore:
    """Cases, clients, deliveries and the journal in a PostgreSQL database, which other processes use as well.

    Opening raises StoreUnusable; reading and changing raise StoreUnavailable while the database cannot be reached.
    """

    is_shared = True

    def __init__(self, url: str, owner: str, *, patient: bool = False) -> None:
        place = place_of(url)
        self.place: str | None = place
        self.owner = owner
        self._health = DatabaseHealth(place)
        conninfo = _conninfo(url, owner)
        _prepare(conninfo, place)
        queries, idle = read_queries(), "0" if patient else IDLE_TIMEOUT
        # Each kind has a pool of its own, so that no setting of a connection is changed from block to block, and the
        # journal because an exchange is written while its transaction goes on, which has a connection already.
        kinds = (("ask", MOST, _configure), ("change", MOST, _configure), ("journal", FEW, _configure_journal))
        pools = [_pool(conninfo, name, most, partial(ready, idle=idle)) for name, most, ready in kinds]
        queues = SandboxQueues(LOCK_SECONDS)
        self._lent = [Lending(pool, queries, self._health, queues) for pool in pools]
        self._asking, self._changing, self._journal = self._lent
        self._signals = Signals(conninfo, owner)
        self._joined = local()

    def reading(self) -> AbstractContextManager[Questions]:
        """Give the questions about what has been committed when the first of them is asked."""
        joined = getattr(self._joined, "real", None)
        return Joining(self._changing, joined) if joined else Asking(self._asking)

    def transaction(self) -> AbstractContextManager[Changes]:
        """Give the changes, which are committed together when the block ends and undone when it raises."""
        joined = getattr(self._joined, "real", None)
        return Joining(self._changing, joined) if joined else Changing(self._changing)

    def gathering(self) -> AbstractContextManager[None]:
        """Give a block in which everything is committed at once, as outside of it."""
        return nullcontext()

    def commit_gathered(self) -> bool:
        """Return True: nothing waits to be committed."""
        return True

    @contextmanager
    def claiming(self) -> Iterator[None]:
        """Make one transaction of all that this thread does in the block: no other process takes what is due in it."""
        real = self._joined.real = self._changing.take()
        real.wire.begin()
        try:
            yield
        except BaseException as error:
            self._joined.real = None
            self._changing.give_back(real, error)
            raise
        self._joined.real = None
        self._changing.give_back(real, None)

    def open_journal(self, keep: Callable[[Exchange], None] | None = None) -> Journal:
        """Return the journal, which is kept in the database; `keep` sees every exchange of this process."""
        return PostgresJournal(self._journal, keep)

    def open_clock_history(self) -> ClockHistory:
        """Return the changes of clocks, which are kept like the journal."""
        return PostgresClockHistory(self._journal)

    def tell(self, word: str) -> None:
        """Tell a word to the processes that listen."""
        self._signals.tell(word)

    def listen(self, hear: Callable[[str], None]) -> None:
        """Have `hear` called with the words that other processes tell, and with `news` once a second."""
        self._signals.listen(hear)

    def check(self) -> None:
        """Raise StoreUnavailable while nothing can be stored; find out by trying whether a trouble is over."""
        with self.transaction() as change:
            change.count_sandboxes()

    def close(self) -> None:
        """Close all connections."""
        self._signals.close()
        for lending in self._lent:
            lending.close()


def place_of(url: str) -> str:
    """Return the URL of a database as it may be shown: without a password, wherever in it that stands."""
    try:
        named = conninfo_to_dict(url)
    except psycopg.Error:
        return "the PostgreSQL database"
    user, host, port = (str(named.get(key) or "") for key in ("user", "host", "port"))
    place = f"{user}@" if user else ""
    return f"postgresql://{place}{host}{f':{port}' if port else ''}/{named.get('dbname') or ''}"


def _conninfo(url: str, owner: str) -> str:
    try:
        named = conninfo_to_dict(url)
        limits = {key: value for key, value in LIMITS.items() if key not in named}
        return make_conninfo(url, **limits, application_name=owner)
    except psycopg.Error as error:
        raise StoreUnusable(f"--database: {in_one_line(error)}") from None


def _configure(connection: Real, *, idle: str) -> None:
    adapt(connection)
    connection.prepare_threshold = None  # psycopg would drop what the wire prepared
    connection.execute("SET client_encoding TO 'UTF8'")
    connection.execute(f"SET lock_timeout TO '{LOCK_SECONDS}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout TO '{idle}'")


def _configure_journal(connection: Real, *, idle: str) -> None:
    _configure(connection, idle=idle)
    connection.execute("SET synchronous_commit TO off")  # the newest exchanges may be lost with the database's machine


# Of a lost database the store tells, once.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


def _pool(conninfo: str, name: str, most: int, configure: Callable[[Real], None]) -> ConnectionPool[Real]:
    return ConnectionPool(
        conninfo,
        connection_class=Real,
        kwargs={"autocommit": True},
        min_size=1,
        max_size=most,
        open=True,
        configure=configure,
        max_idle=60,
        reconnect_timeout=1,  # then the next request tries again, instead of after an ever longer pause
        name=name,
    )


def _prepare(conninfo: str, place: str) -> None:
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            postgres_schema.prepare(connection, place)
    except psycopg.Error as error:
        raise StoreUnusable(f"{place} cannot be used: {in_one_line(error)}") from error


def examine(url: str) -> str:
    """Return a sentence on what a start would do with the database; raise StoreUnusable."""
    place = place_of(url)
    try:
        with psycopg.connect(_conninfo(url, "case-emulator-doctor"), autocommit=True) as connection:
            return postgres_schema.examine(connection, place)
    except psycopg.Error as error:
        raise StoreUnusable(f"{place} cannot be used: {in_one_line(error)}") from error

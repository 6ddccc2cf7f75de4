"""The store on SQLite: one connection, which owns the file until it is closed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from emulator.store.changes import Changes
from emulator.store.migrations import migrate, schema_version
from emulator.store.named_queries import NamedQueries
from emulator.store.questions import Questions

QUERIES = Path(__file__).parent / "queries"


class StoreUnusable(Exception):
    """The database cannot be used; the text says why and what to do."""


class StoreTaken(StoreUnusable):
    """Another process uses the database."""


class SqliteStore:
    """Cases, clients and deliveries in one SQLite database.

    With a path, every committed change survives a kill of the process, though not a power cut (`synchronous=NORMAL`).
    Without one, SQLite uses a temporary file that only this connection sees and that is gone at `close`. Opening
    raises StoreUnusable.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._queries = NamedQueries(QUERIES)
        self._db = _open(path)
        self._turn = Lock()

    @contextmanager
    def reading(self) -> Iterator[Questions]:
        """Give the questions about what has been committed; other transactions wait until the block ends."""
        with self._turn:
            yield Questions(self._db, self._queries)

    @contextmanager
    def transaction(self) -> Iterator[Changes]:
        """Give the changes, which are committed together when the block ends and undone when it raises."""
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Changes(self._db, self._queries)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the database; a temporary one is deleted."""
        with self._turn:
            self._db.close()


def _open(path: Path | None) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path or "", isolation_level=None, check_same_thread=False, timeout=0)
    except sqlite3.OperationalError as error:
        raise StoreUnusable(f"{path} cannot be opened ({error}): is its folder there, and yours?") from error
    try:
        _prepare(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise unusable(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def unusable(path: Path | None, error: sqlite3.DatabaseError) -> StoreUnusable:
    """Return the error in plain words, with what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_BUSY:
        return StoreTaken(f"another program uses {path}: stop it, or name another file with --database")
    if code == sqlite3.SQLITE_READONLY:
        return StoreUnusable(f"{path} may not be written: name another file with --database")
    return StoreUnusable(f"{path} is not a database of ours ({error}): name another file with --database")


def refuse_newer(path: Path | None, found: int, newest: int) -> None:
    """Raise StoreUnusable for a schema newer than the newest one known here."""
    if found > newest:
        raise StoreUnusable(
            f"{path} was written by a newer version (schema {found}, this one knows {newest}): "
            "upgrade case-emulator or name another file"
        )


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # One process owns the file, which also spares each commit the locking that several would need.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    found, newest = schema_version(connection)
    refuse_newer(path, found, newest)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if path else 'MEMORY'}")
    # Four times the default of SQLite, because each checkpoint syncs the file, however little there is to write.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if path else 'OFF'}")
    connection.execute("BEGIN IMMEDIATE")  # takes the lock, which fails here when another process holds it
    connection.execute("COMMIT")
    if path and 0 < found < newest:
        # Not by copying the file: closing a second handle on it would release the lock of this process.
        with closing(sqlite3.connect(path.with_name(f"{path.name}.schema-{found}"))) as copy:
            connection.backup(copy)
    migrate(connection, found)

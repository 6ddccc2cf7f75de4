"""The store on SQLite: one connection, which owns the file for as long as the process lives."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

import aiosql

from emulator.store.changes import Changes
from emulator.store.migrations import migrate, schema_version
from emulator.store.questions import Questions

QUERIES = Path(__file__).parent / "queries"


class StoreUnusable(Exception):
    """The database cannot be used; the text says why and what to do."""


class StoreTaken(StoreUnusable):
    """Another process owns the file."""


class SqliteStore:
    """Cases, clients and deliveries in one SQLite database.

    With a path the file outlives the process: every committed change survives a kill, though not a power cut
    (`synchronous=NORMAL`). Without one it is SQLite's own temporary file, which only this connection sees and which
    is gone at `close`. Raises StoreUnusable.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._queries = aiosql.from_path(QUERIES, "sqlite3", mandatory_parameters=False)
        self._db = _open(path)
        self._turn = Lock()

    @contextmanager
    def reading(self) -> Iterator[Questions]:
        """Questions about what has been committed."""
        with self._turn:
            yield Questions(self._db, self._queries)

    @contextmanager
    def transaction(self) -> Iterator[Changes]:
        """Changes that are durable together when the block ends, and undone when it raises."""
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Changes(self._db, self._queries)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file; a temporary one is gone."""
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
    """That error in plain words."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_BUSY:
        return StoreTaken(f"another program uses {path}: stop it, or name another file with --database")
    if code == sqlite3.SQLITE_READONLY:
        return StoreUnusable(f"{path} may not be written: name another file with --database")
    return StoreUnusable(f"{path} is not a database of ours ({error}): name another file with --database")


def refuse_newer(path: Path | None, found: int, newest: int) -> None:
    """Raises StoreUnusable for a schema that is not known yet."""
    if found > newest:
        raise StoreUnusable(
            f"{path} was written by a newer version (schema {found}, this one knows {newest}): "
            "upgrade case-emulator or name another file"
        )


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # One process owns the file. That also spares every commit the locks it would need among several.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    found, newest = schema_version(connection)
    refuse_newer(path, found, newest)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if path else 'MEMORY'}")
    # Four times SQLite's own: each checkpoint syncs the file, whatever there is to write.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if path else 'OFF'}")
    connection.execute("BEGIN IMMEDIATE")  # takes the lock that a second process runs into
    connection.execute("COMMIT")
    if path and 0 < found < newest:
        # Not a copy of the file: closing it again would let go of our lock on it.
        with closing(sqlite3.connect(path.with_name(f"{path.name}.schema-{found}"))) as copy:
            connection.backup(copy)
    migrate(connection, found)

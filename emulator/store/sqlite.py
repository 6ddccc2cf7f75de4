"""The store on SQLite: one connection, which owns the file until it is closed."""

import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path
from threading import Lock
from typing import Any

from emulator.core.model import Sandbox
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
        queries, kept_sandboxes = NamedQueries(QUERIES), dict[str, Sandbox]()
        self._db = _open(path)
        self._turn = Lock()
        # One of each is enough, because their blocks wait for each other.
        self._reading = _Reading(self._turn, Questions(self._db, queries, kept_sandboxes))
        self._transaction = _Transaction(self._turn, self._db, Changes(self._db, queries, kept_sandboxes))

    def reading(self) -> AbstractContextManager[Questions]:
        """Give the questions about what has been committed; other transactions wait until the block ends."""
        return self._reading

    def transaction(self) -> AbstractContextManager[Changes]:
        """Give the changes, which are committed together when the block ends and undone when it raises."""
        return self._transaction

    def close(self) -> None:
        """Close the database; a temporary one is deleted."""
        with self._turn:
            self._db.close()


# Classes, because a generator made a context manager costs several times as much at each create.
class _Reading:
    """A block in which questions are asked."""

    def __init__(self, turn: AbstractContextManager[object], questions: Questions) -> None:
        self._turn, self._questions = turn, questions

    def __enter__(self) -> Questions:
        self._turn.__enter__()
        return self._questions

    def __exit__(self, *error: Any) -> None:
        self._turn.__exit__(*error)


class _Transaction:
    """A block in which changes are made, all or none."""

    def __init__(self, turn: AbstractContextManager[object], db: sqlite3.Connection, changes: Changes) -> None:
        self._turn, self._db, self._changes = turn, db, changes

    def __enter__(self) -> Changes:
        self._turn.__enter__()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._turn.__exit__(None, None, None)
            raise
        return self._changes

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> None:
        is_undone = True
        try:
            self._db.execute("COMMIT" if kind is None else "ROLLBACK")
            is_undone = kind is not None
        finally:
            if is_undone:
                self._changes.forget_kept_sandboxes()
            self._turn.__exit__(kind, *error)


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
    # Or each create takes 64 KiB from the system and gives them back, for the rows that take its ids.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("BEGIN IMMEDIATE")  # takes the lock, which fails here when another process holds it
    connection.execute("COMMIT")
    if path and 0 < found < newest:
        # Not by copying the file: closing a second handle on it would release the lock of this process.
        with closing(sqlite3.connect(path.with_name(f"{path.name}.schema-{found}"))) as copy:
            connection.backup(copy)
    migrate(connection, found)

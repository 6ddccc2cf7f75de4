"""The store on SQLite: one connection that writes, one that reads, one process that owns the file."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import aiosql

from emulator.store.changes import Changes
from emulator.store.migrations import migrate, schema_version
from emulator.store.questions import Questions

QUERIES = Path(__file__).parent / "queries"


class StoreUnusable(Exception):
    """The database cannot be used; the text says why and what to do."""


class SqliteStore:
    """Cases, clients and deliveries in one SQLite database.

    With a path the file outlives the process: every committed change survives a kill, though not a power cut
    (`synchronous=NORMAL`). Without one it is SQLite's own temporary file, which only this connection sees and which
    is gone at `close`. Raises StoreUnusable.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._ownership = _own(path) if path else None
        self._queries = aiosql.from_path(QUERIES, "sqlite3", mandatory_parameters=False)
        try:
            self._writer = _open(path)
            self._reader = _connect(path) if path else self._writer
        except BaseException:
            self._disown()
            raise
        self._write_lock = Lock()
        self._read_lock = Lock() if path else self._write_lock

    @contextmanager
    def reading(self) -> Iterator[Questions]:
        """Questions about what has been committed."""
        with self._read_lock:
            yield Questions(self._reader, self._queries)

    @contextmanager
    def transaction(self) -> Iterator[Changes]:
        """Changes that are durable together when the block ends, and undone when it raises."""
        with self._write_lock:
            # Immediate: a transaction that only later finds it must write fails at once with "database is locked".
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield Changes(self._writer, self._queries)
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file; a temporary one is gone."""
        with self._write_lock:
            if self._reader is not self._writer:
                with self._read_lock:
                    self._reader.close()
            self._writer.close()
        self._disown()

    def _disown(self) -> None:
        if self._ownership:
            self._ownership.release()


def _open(path: Path | None) -> sqlite3.Connection:
    """The connection that writes, on a schema of today."""
    writer = _connect(path)
    try:
        _prepare(writer, path)
    except sqlite3.DatabaseError as error:
        writer.close()
        raise StoreUnusable(f"{path} is not a database of ours ({error}); name another file") from error
    except BaseException:
        writer.close()
        raise
    return writer


def _prepare(writer: sqlite3.Connection, path: Path | None) -> None:
    found, newest = schema_version(writer)
    if found > newest:
        raise StoreUnusable(
            f"{path} was written by a newer version (schema {found}, this one knows {newest}): "
            "upgrade case-emulator or name another file"
        )
    writer.execute(f"PRAGMA journal_mode = {'WAL' if path else 'MEMORY'}")
    writer.execute(f"PRAGMA synchronous = {'NORMAL' if path else 'OFF'}")
    if path and 0 < found < newest:
        _backup(writer, path, found)
    migrate(writer, found)


def _connect(path: Path | None) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path or "", isolation_level=None, check_same_thread=False, timeout=5)
    except sqlite3.OperationalError as error:
        raise StoreUnusable(f"{path} cannot be opened ({error}); is its folder there, and yours?") from error
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _own(path: Path) -> Any:
    """Lock the file for this process; a second process is told so at once."""
    from filelock import FileLock, Timeout

    if not path.absolute().parent.is_dir():
        raise StoreUnusable(f"{path} cannot be opened: its folder is not there")
    try:
        lock = FileLock(f"{path}.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise StoreUnusable(
            f"another case-emulator uses {path}: stop it, or name another file with --database"
        ) from None
    except OSError as error:
        raise StoreUnusable(f"{path} cannot be opened: {error.strerror or error}") from error
    return lock


def _backup(writer: sqlite3.Connection, path: Path, version: int) -> None:
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, path.with_name(f"{path.name}.schema-{version}"))

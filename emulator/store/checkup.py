"""Check whether a database can be used, without changing it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from emulator.store.database_file import why_unwritable
from emulator.store.log_header import why_unreadable
from emulator.store.sqlite import StoreUnusable, refuse_others, unusable

NEEDED = (3, 35)  # the first version with RETURNING


def engine_version() -> tuple[str, bool]:
    """Return the version of SQLite, and whether it is new enough."""
    return sqlite3.sqlite_version, sqlite3.sqlite_version_info >= NEEDED


def examine(path: Path) -> str:
    """Return a sentence on what a start would do with the file; raise StoreUnusable, or StoreTaken for one in use."""
    if reason := why_unreadable(path):
        raise StoreUnusable(reason)
    if reason := why_unwritable(path):
        raise StoreUnusable(reason)
    if not path.exists():
        return f"{path} is made by the first start"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
            return _look_into(connection, path)
    except sqlite3.Error as error:
        raise unusable(path, error) from error


def _look_into(connection: sqlite3.Connection, path: Path) -> str:
    connection.isolation_level = None
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # as the store does: SQLite then creates no -shm file
    found, newest = refuse_others(connection, path)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")
    if 0 < found < newest:
        return f"{path} is of schema {found}: the next start copies it and takes it to {newest}"
    return f"{path} is of schema {found}, which this version reads and writes" if found else f"{path} is empty so far"

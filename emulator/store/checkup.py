"""Check whether a database can be used, without changing it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from emulator.store.migrations import schema_version
from emulator.store.sqlite import StoreUnusable, refuse_newer, unusable

NEEDED = (3, 35)  # the first version with RETURNING


def engine_version() -> tuple[str, bool]:
    """Return the version of SQLite, and whether it is new enough."""
    return sqlite3.sqlite_version, sqlite3.sqlite_version_info >= NEEDED


def examine(path: Path) -> str:
    """Return a sentence on what a start would do with the file; raise StoreUnusable, or StoreTaken for one in use."""
    if not path.exists():
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise StoreUnusable(f"{path} cannot be made: is its folder there, and yours?")
        return f"{path} is made by the first start"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
            return _look_into(connection, path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error


def _look_into(connection: sqlite3.Connection, path: Path) -> str:
    connection.isolation_level = None
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # as the store does: SQLite then creates no -shm file
    found, newest = schema_version(connection)
    refuse_newer(path, found, newest)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")
    if 0 < found < newest:
        return f"{path} is of schema {found}: the next start copies it and takes it to {newest}"
    return f"{path} can be used"

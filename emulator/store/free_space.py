"""Find out by trying whether a store has room again."""

import sqlite3
from contextlib import suppress

from emulator.store.failures import StoreHealth

TRIED = 16 * 1024  # bytes, which are written four times


def end_trouble(connection: sqlite3.Connection, health: StoreHealth) -> None:
    """End the trouble of the store if there is room: a small change may fit in where a large one does not."""
    with suppress(sqlite3.Error):
        try_room(connection)
        health.end()


def try_room(connection: sqlite3.Connection) -> None:
    """Write as much as a large request needs, and undo it; raise an error of SQLite where that cannot be done."""
    size = connection.execute("PRAGMA cache_size").fetchone()[0]
    connection.execute("PRAGMA cache_size = 1")  # so that it is written to the disk before it is undone
    try:
        connection.execute("BEGIN IMMEDIATE")
        # The name is in the table and in its index.
        connection.execute("INSERT INTO sandboxes (name, created_at) VALUES (hex(zeroblob(?)), 0)", (TRIED,))
    finally:
        undo(connection)
        connection.execute(f"PRAGMA cache_size = {size}")


def undo(connection: sqlite3.Connection) -> None:
    """Roll back, unless SQLite has done so itself, as it does after some errors."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")

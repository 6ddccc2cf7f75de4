"""A whole sandbox as plain rows, out of the store and back into it."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core.errors import Unreadable
from emulator.core.snapshot_rows import TABLES

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def dump(connection: sqlite3.Connection, queries: Any, sandbox: str) -> Rows:
    """Every row of a sandbox by table and column."""
    return {table: _rows(connection, getattr(queries, f"dump_{table}_cursor"), sandbox) for table in TABLES}


def _rows(connection: sqlite3.Connection, query: Any, sandbox: str) -> list[dict[str, Any]]:
    with query(connection, sandbox=sandbox) as cursor:
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def load(connection: sqlite3.Connection, queries: Any, sandbox: str, tables: Rows) -> None:
    """Write those rows into a sandbox that is empty; raises Unreadable."""
    try:
        for table in TABLES:
            rows = [{"sandbox": sandbox, **row} for row in tables[table]]
            if rows:
                getattr(queries, f"load_{table}")(connection, rows)
    except sqlite3.IntegrityError as error:
        raise Unreadable(f"{table} contradict each other: {error}") from error
    if orphans := queries.count_orphans(connection, sandbox=sandbox):
        raise Unreadable(f"{orphans} cases, checks or deliveries belong to something that is not in it")

"""Read a whole sandbox, and what no sandbox holds, as plain rows out of the store, and write it back."""

from collections.abc import Mapping, Sequence

from emulator.core.errors import Unreadable
from emulator.core.snapshot_rows import TABLES, Row
from emulator.store.connection import Connection
from emulator.store.named_queries import NamedQueries, Query

Tables = Mapping[str, Sequence[Row]]


def dump(connection: Connection, queries: NamedQueries, sandbox: str) -> Tables:
    """Return every row of a sandbox, by table and column."""
    return {table: _rows(connection, getattr(queries, f"dump_{table}"), sandbox=sandbox) for table in TABLES}


def dump_beside(connection: Connection, queries: NamedQueries, tables: Sequence[str]) -> Tables:
    """Return every row of these tables, which stand beside what sandboxes hold."""
    return {table: _rows(connection, getattr(queries, f"dump_{table}")) for table in tables}


def load_beside(connection: Connection, queries: NamedQueries, tables: Tables) -> None:
    """Write these rows into tables that are empty."""
    for table, rows in tables.items():
        if rows:
            getattr(queries, f"load_{table}")(connection, rows)


def _rows(connection: Connection, query: Query, **parameters: str) -> Sequence[Row]:
    cursor = connection.execute(query.sql, query.take(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def load(connection: Connection, queries: NamedQueries, sandbox: str, tables: Tables) -> None:
    """Write these rows into an empty sandbox; raise Unreadable when they contradict each other."""
    try:
        for table in TABLES:
            rows = [{"sandbox": sandbox, **row} for row in tables[table]]
            if rows:
                getattr(queries, f"load_{table}")(connection, rows)
    except connection.IntegrityError as error:
        raise Unreadable(f"{table} contradict each other: {error}") from error
    if orphans := queries.count_orphans(connection, sandbox=sandbox):
        raise Unreadable(f"{orphans} cases, checks or deliveries belong to something that is not in it")

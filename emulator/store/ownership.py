"""Tell a database of ours from that of another program, in which nothing may be changed."""

import sqlite3

APPLICATION_ID = 0x43617365  # "Case", in the header of the file
FIRST_TABLES = {"sandboxes", "counters", "clients", "documents", "cases", "checks", "deliveries", "attempts"}
TABLES = FIRST_TABLES | {"secrets", "access_tokens"}  # with those that later steps of the schema add
MOST_NAMED = 3


def why_foreign(connection: sqlite3.Connection) -> str | None:
    """Return what shows that the database belongs to another program; None for ours, and for an empty one.

    Files written before they were stamped are recognised by their tables.
    """
    stamp = connection.execute("PRAGMA application_id").fetchone()[0]
    found = connection.execute("SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    objects = [(kind, name, table) for kind, name, table in found.fetchall()]
    foreign = [name for _, name, table in objects if table not in TABLES]
    if stamp not in (0, APPLICATION_ID):
        return f"another program has stamped it ({stamp:#x})"
    if foreign:
        named = ", ".join(foreign[:MOST_NAMED]) + (" ..." if len(foreign) > MOST_NAMED else "")
        return f"it holds what another program made: {named}"[:300]
    tables = {name for kind, name, _ in objects if kind == "table"}
    return None if tables >= FIRST_TABLES or not tables else "its tables are not ours"


def is_empty(connection: sqlite3.Connection) -> bool:
    """Return whether the database holds nothing at all."""
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def is_stamped(connection: sqlite3.Connection) -> bool:
    """Return whether the header says that the file is ours."""
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def stamp(connection: sqlite3.Connection) -> None:
    """Write into the header that the file is ours."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

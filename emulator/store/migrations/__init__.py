"""The database schema as numbered steps, from `0001_start.sql` on."""

import sqlite3
from pathlib import Path

STEPS = Path(__file__).parent


def _steps(folder: Path | None) -> dict[int, Path]:
    return {int(path.name[:4]): path for path in sorted((folder or STEPS).glob("[0-9]*.sql"))}


def schema_version(connection: sqlite3.Connection, folder: Path | None = None) -> tuple[int, int]:
    """Return the schema version of the database (0: empty), and the newest version there is."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found, max(_steps(folder))


def migrate(connection: sqlite3.Connection, found: int, folder: Path | None = None) -> None:
    """Apply each step after version `found`, in a transaction of its own."""
    for number, path in _steps(folder).items():
        if number > found:
            script = path.read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")

"""The schema as numbered steps: `0001_start.sql` and what came after."""

import sqlite3
from pathlib import Path

STEPS = Path(__file__).parent


def _steps(folder: Path | None) -> dict[int, Path]:
    return {int(path.name[:4]): path for path in sorted((folder or STEPS).glob("[0-9]*.sql"))}


def schema_version(connection: sqlite3.Connection, folder: Path | None = None) -> tuple[int, int]:
    """The schema the database has (0: none yet), and the newest one there is."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found, max(_steps(folder))


def migrate(connection: sqlite3.Connection, found: int, folder: Path | None = None) -> None:
    """Take each step after `found`, one transaction a step."""
    for number, path in _steps(folder).items():
        if number > found:
            script = path.read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")

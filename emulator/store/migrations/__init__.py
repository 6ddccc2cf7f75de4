"""The database schema as numbered steps, from `0001_start.sql` on.

A step is for both engines. Where one of them needs it to be otherwise, `0008_name.postgres.sql` or
`0008_name.sqlite.sql` beside it takes its place there.
"""

import sqlite3
from pathlib import Path

STEPS = Path(__file__).parent


def steps(folder: Path, engine: str) -> dict[int, Path]:
    """Return the steps in a folder by number, as that engine takes them."""
    # In this order, so that a step of the engine alone takes the place of the one for both.
    found = [*sorted(folder.glob("[0-9]*.sql")), *sorted(folder.glob(f"[0-9]*.{engine}.sql"))]
    fitting = [path for path in found if path.name.count(".") == 1 or path.name.endswith(f".{engine}.sql")]
    by_number = {int(path.name[:4]): path for path in fitting}
    return dict(sorted(by_number.items()))


def schema_version(connection: sqlite3.Connection, folder: Path | None = None) -> tuple[int, int]:
    """Return the schema version of the database (0: empty), and the newest version there is."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found, max(steps(folder or STEPS, "sqlite"))


def migrate(connection: sqlite3.Connection, found: int, folder: Path | None = None) -> None:
    """Apply each step after version `found`, in a transaction of its own."""
    for number, path in steps(folder or STEPS, "sqlite").items():
        if number > found:
            script = path.read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")

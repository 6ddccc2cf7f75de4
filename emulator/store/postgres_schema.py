"""The schema of a PostgreSQL database: the same numbered steps as on SQLite, then those that several processes need.

One process at a time runs steps, the others wait. Each step is compatible with the version of the emulator before it,
so that processes of both versions may use the database while one after the other is replaced.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from psycopg import Connection, errors

from emulator.store.migrations import STEPS, steps
from emulator.store.ownership import FIRST_TABLES
from emulator.store.sqlite import StoreUnusable

# The steps that both engines have, and those of this one alone, each with a version of its own.
TRACKS = {"shared": STEPS, "postgres": STEPS / "postgres"}
LOCK = 0x43617365  # "Case"
VERSIONS = "SELECT track, version FROM schema_versions"
# A step that waits for a lock makes all others wait that come after it, so it does not wait for long; and it gives up
# before PostgreSQL looks for deadlocks (after a second), which would undo the transaction of a request instead.
LOCK_TIMEOUT = "500ms"
TRIES, PAUSE = 60, 0.2  # seconds


def prepare(connection: Connection, place: str) -> None:
    """Take the schema of the database to the newest version; raise StoreUnusable for a newer one and for others'."""
    _check_encoding(connection, place)
    with _alone(connection):
        found = _versions(connection, place)
        for track, folder in TRACKS.items():
            _migrate(connection, track, steps(folder, "postgres"), found.get(track, 0))


def examine(connection: Connection, place: str) -> str:
    """Return a sentence on what a start would do with the database; raise StoreUnusable."""
    _check_encoding(connection, place)
    if not _has_table(connection, "schema_versions"):
        _refuse_others(connection, place)
        return f"{place} is empty: the first start makes its tables"
    found = _known_versions(connection, place)
    if found == _newest():
        return f"{place} is of schema {_shown(found)}, which this version reads and writes"
    return f"{place} is of schema {_shown(found)}: the next start takes it to {_shown(_newest())}"


def _shown(versions: dict[str, int]) -> str:
    """Return the versions of both tracks, as in 13+3."""
    return "+".join(str(versions.get(track, 0)) for track in TRACKS)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let no other process run steps in this schema for the time of the block; wait for one that does."""
    key = "hashtext(current_schema())"
    connection.execute(f"SELECT pg_advisory_lock({LOCK}, {key})")
    try:
        yield
    finally:
        connection.execute(f"SELECT pg_advisory_unlock({LOCK}, {key})")


def _check_encoding(connection: Connection, place: str) -> None:
    [encoding] = connection.execute("SHOW server_encoding").fetchone() or [""]
    if encoding != "UTF8":
        raise StoreUnusable(f"{place} has the encoding {encoding}: make one with UTF8")


def _newest() -> dict[str, int]:
    return {track: max(steps(folder, "postgres")) for track, folder in TRACKS.items()}


def _versions(connection: Connection, place: str) -> dict[str, int]:
    if not _has_table(connection, "schema_versions"):
        _refuse_others(connection, place)
        with connection.transaction():
            connection.execute("CREATE TABLE schema_versions (track TEXT PRIMARY KEY, version INTEGER NOT NULL)")
            connection.execute("CREATE DOMAIN blob AS bytea")  # as SQLite names it
    return _known_versions(connection, place)


def _known_versions(connection: Connection, place: str) -> dict[str, int]:
    found = {str(track): int(version) for track, version in connection.execute(VERSIONS)}
    newer = [track for track, version in found.items() if version > _newest().get(track, 0)]
    if newer:
        raise StoreUnusable(
            f"{place} was written by a newer version (schema {_shown(found)}, this one knows {_shown(_newest())}): "
            "upgrade case-emulator or name another database"
        )
    return found


def _refuse_others(connection: Connection, place: str) -> None:
    taken = sorted(table for table in FIRST_TABLES if _has_table(connection, table))
    if taken:
        raise StoreUnusable(
            f"{place} holds what another program made ({', '.join(taken[:3])}): name another database, or a schema "
            "of its own with ?options=-csearch_path%3Dname"
        )


def _has_table(connection: Connection, name: str) -> bool:
    query = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = %s"
    return connection.execute(query, [name]).fetchone() is not None


def _migrate(connection: Connection, track: str, found_steps: dict[int, Path], version: int) -> None:
    """Apply each step after that version, in a transaction of its own."""
    for number, path in found_steps.items():
        if number > version:
            _give_way(connection, partial(_run_step, connection, track, number, path))


def _give_way(connection: Connection, step: Callable[[], None]) -> None:
    """Take a step; where a transaction of another process is in its way, let that one go first, and try again."""
    for _ in range(TRIES - 1):
        with suppress(errors.LockNotAvailable, errors.DeadlockDetected):
            return step()
        connection.execute("SELECT pg_sleep(%s)", [PAUSE])
    return step()


def _run_step(connection: Connection, track: str, number: int, path: Path) -> None:
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}'")
        connection.execute(path.read_text(encoding="utf-8"))
        connection.execute(
            "INSERT INTO schema_versions (track, version) VALUES (%s, %s) "
            "ON CONFLICT (track) DO UPDATE SET version = excluded.version",
            [track, number],
        )

"""Open the store that the settings name: a file of SQLite, or a database of PostgreSQL."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from emulator.core.randomness import fresh_secret
from emulator.store.sqlite import SqliteStore, StoreUnusable

if TYPE_CHECKING:
    from emulator.store.postgres import PostgresStore

INSTALL = (
    "PostgreSQL needs two packages more: "
    "pip install 'case-emulator[postgres]' (from a clone: pip install '.[postgres]')"
)
AnyStore: TypeAlias = "SqliteStore | PostgresStore"


def open_store(file: Path | None, url: str | None, *, patient: bool = False) -> "SqliteStore | PostgresStore":
    """Return the store in that file, or at that URL; raise StoreUnusable.

    `patient` is for transactions that may take long, with no request behind them.
    """
    if url is None:
        return SqliteStore(file)
    try:
        from emulator.store.postgres import PostgresStore  # slow to import, and its packages are an extra
    except ImportError as error:
        raise StoreUnusable(f"{INSTALL} ({error})") from error
    return PostgresStore(url, f"case-emulator-{os.getpid()}-{fresh_secret()[:12]}", patient=patient)


def examine_url(url: str) -> str:
    """Return a sentence on what a start would do with the database at that URL; raise StoreUnusable."""
    try:
        from emulator.store.postgres import examine
    except ImportError as error:
        raise StoreUnusable(f"{INSTALL} ({error})") from error
    return examine(url)

"""Folders that are made once for all runs of the tests, and are kept from one run to the next."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

DONE = ".done"  # stands in a folder that is complete


def cache_folder() -> Path:
    """Return the folder of all caches: $TESTS_CACHE, or one below the user's cache folder."""
    told = os.environ.get("TESTS_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "case-emulator-tests"
    folder = Path(told).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def made_once(name: str, key: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of that name and key; `make` fills it where no run before has done so.

    What an interrupted run left behind is removed first.
    """
    folder = cache_folder() / f"{name}-{sha256(key.encode()).hexdigest()[:12]}"
    with _locked(folder.with_suffix(".lock")):
        if not (folder / DONE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / DONE).touch()
    return folder


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Let one process at a time in; SQLite's lock works on every system, and ends with its process."""
    with closing(sqlite3.connect(file, timeout=300, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield

"""What the errors of SQLite mean, and whether the store suffers from one at present."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.core.errors import StoreFull, StoreUnavailable

log = logging.getLogger("emulator.store")
# By code: what is said of the store. A message of SQLite follows where it tells more.
MEANINGS = {
    sqlite3.SQLITE_READONLY: "may not be written any more",
    sqlite3.SQLITE_PERM: "may not be written any more",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened any more",
    sqlite3.SQLITE_IOERR: "cannot be read or written",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_NOTADB: "is damaged",
    sqlite3.SQLITE_BUSY: "is used by another program",
    sqlite3.SQLITE_LOCKED: "is used by another program",
}
GOES_ON = ", and the emulator goes on by itself"  # one that is serving
PRIMARY = 0xFF  # the part of an extended code that says which of the codes above it belongs to


def failure_of(error: sqlite3.Error, path: Path | None) -> StoreUnavailable | None:
    """Return what an error says about the disk or the file; None for one that is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", 0)
    place = str(path or "the temporary file of the emulator")
    if code & PRIMARY == sqlite3.SQLITE_FULL:
        return StoreFull(f"{place} has no room: the disk is full. Free some space{GOES_ON}")
    if code == sqlite3.SQLITE_IOERR_WRITE:
        return StoreFull(f"{place} cannot be written ({error}): is a quota or a limit on the size of files reached?")
    meaning = MEANINGS.get(code & PRIMARY)
    return StoreUnavailable(f"{place} {meaning} ({error})") if meaning else None


class StoreHealth:
    """The present trouble of a store, told in the log once when it begins and once when it is over."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.trouble: StoreUnavailable | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Raise StoreUnavailable for an error of SQLite that says something about the disk or the file."""
        try:
            yield
        except (StoreUnavailable, sqlite3.Error) as error:
            self.explain(error)
            raise

    def explain(self, error: BaseException) -> None:
        """Note an error that says something about the disk or the file; raise StoreUnavailable for one of SQLite."""
        if isinstance(error, StoreUnavailable):
            self._begin(error)
        failure = failure_of(error, self.path) if isinstance(error, sqlite3.Error) else None
        if failure:
            self._begin(failure)
            raise failure from error

    def end(self) -> None:
        """Note that as much can be written as a large request needs."""
        if self.trouble:
            self.trouble = None
            log.warning("the store can be written again")

    def _begin(self, trouble: StoreUnavailable) -> None:
        if type(trouble) is not type(self.trouble):
            log.error("%s", trouble)
        self.trouble = trouble

"""The store on SQLite: one connection, which owns the file until it is closed."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from typing import Any

from emulator.core.clock_history import ClockHistory
from emulator.core.deliveries import DeliveryState
from emulator.core.errors import StoreUnavailable
from emulator.core.journal import Exchange, Journal
from emulator.core.model import Outcome, Sandbox, State
from emulator.store.blocks import Asking, Changing
from emulator.store.changes import Changes
from emulator.store.commit_group import CommitGroup, StoreLock
from emulator.store.database_file import DatabaseFile, has_room, log_of, make_private, restrict, why_unwritable
from emulator.store.failures import GOES_ON, StoreHealth, failure_of
from emulator.store.free_space import end_trouble, try_room
from emulator.store.log_header import why_unreadable
from emulator.store.migrations import migrate, schema_version
from emulator.store.named_queries import NamedQueries
from emulator.store.ownership import is_empty, is_stamped, stamp, why_foreign
from emulator.store.positions import numbered, taking
from emulator.store.questions import Questions
from emulator.store.temporary_file import make_temporary, remove

QUERIES = Path(__file__).parent / "queries"
NOTHING_TO_DO = nullcontext()
STORED_AS_THEY_ARE = (type(None), bool, bytes, State, Outcome, DeliveryState)


def _as_it_is(value: Any) -> Any:
    return value


# Of a value of any other type than int, float and str, `sqlite3` looks for what could convert it, and that takes two
# exceptions each time. It is asked less when it knows such a conversion.
for each in STORED_AS_THEY_ARE:
    sqlite3.register_adapter(each, _as_it_is)


class StoreUnusable(StoreUnavailable):
    """The database cannot be opened."""


class StoreTaken(StoreUnusable):
    """Another process uses the database."""


class SqliteStore:
    """Cases, clients and deliveries in one SQLite database.

    With a path, every committed change survives a kill of the process, though not a power cut (`synchronous=NORMAL`).
    Without one, the file is a temporary one that only this connection sees and that is gone at `close`. Opening
    raises StoreUnusable; reading and changing raise StoreUnavailable while the disk is full or the file is gone.
    """

    is_shared = False  # whether several processes may use one database at the same time
    owner = "this process"  # nobody else has a lease

    def __init__(self, path: Path | None = None) -> None:
        self.place = str(path) if path else None
        queries, kept_sandboxes = read_queries(), dict[str, Sandbox]()
        self._temporary = None if path else _make_temporary()
        self._db = _open(path, self._temporary)
        self._file = DatabaseFile(path) if path else None
        self._health = StoreHealth(path)
        self._group = CommitGroup(self._db, self._health)
        self._lock = StoreLock(self._group)
        # One of each is enough, because their blocks wait for each other.
        self._asking = Asking(self._lock, self._health, Questions(self._db, queries, kept_sandboxes))
        changes = Changes(self._db, queries, kept_sandboxes)
        self._group.forget = changes.forget_kept_rows
        self._changing = Changing(self._lock, self._health, self._db, self._file, changes, self._group)

    def reading(self) -> AbstractContextManager[Questions]:
        """Give the questions about what has been committed; other transactions wait until the block ends."""
        return self._asking

    def transaction(self) -> AbstractContextManager[Changes]:
        """Give the changes, which are committed together when the block ends and undone when it raises."""
        return self._changing

    def gathering(self) -> AbstractContextManager[None]:
        """Give a block in which what this thread changes is committed by `commit_gathered`; others wait until then."""
        return self._group.gathering()

    def commit_gathered(self) -> bool:
        """Commit what this thread changed since the last call; return False if all of it had to be undone."""
        return self._group.end()

    def claiming(self) -> AbstractContextManager[None]:
        """Give a block in which no other process takes what is due; there is no other process."""
        return NOTHING_TO_DO

    def open_journal(self, keep: Callable[[Exchange], None] | None = None) -> Journal:
        """Return the journal, which is kept in memory; `keep` sees every exchange."""
        return Journal(keep=keep)

    def open_clock_history(self) -> ClockHistory:
        """Return the changes of clocks, which are remembered like the journal."""
        return ClockHistory()

    def tell(self, word: str) -> None:
        """Do nothing: there is no other process."""

    def listen(self, hear: Callable[[str], None]) -> None:
        """Do nothing: there is no other process."""

    def check(self) -> None:
        """Raise StoreUnavailable while nothing can be stored; find out by trying whether a trouble is over."""
        with self._lock, self._health.watching():
            self._db.execute("SELECT 1 FROM sandboxes LIMIT 1")
            if self._file:
                self._file.check()
            if self._file and not has_room(self._file.path):
                try_room(self._db)
            if self._health.trouble:
                end_trouble(self._db, self._health)
            if self._health.trouble:
                raise self._health.trouble

    def close(self) -> None:
        """Close the database; a temporary one is deleted."""
        with self._lock:
            self._db.close()
        if self._temporary:
            remove(self._temporary)


def read_queries() -> NamedQueries:
    """Return the queries as SQLite answers them."""
    return NamedQueries(QUERIES, QUERIES / "sqlite", write=numbered, taking=taking)


def _make_temporary() -> Path:
    try:
        return make_temporary()
    except OSError as error:
        raise StoreUnusable(
            f"a temporary file is needed ({error}): make room for one, or name one with --database"
        ) from error


def _open(path: Path | None, temporary: Path | None) -> sqlite3.Connection:
    if path and (reason := why_unreadable(path)):
        raise StoreUnusable(reason)
    is_new = path is not None and make_private(path)
    try:
        return _connect(path, temporary)
    except BaseException:
        if path and is_new:
            for file in (path, log_of(path)):  # on a full disk SQLite leaves its log
                file.unlink(missing_ok=True)
        raise


def _connect(path: Path | None, temporary: Path | None) -> sqlite3.Connection:
    try:
        with ExitStack() as undo:
            if temporary:
                undo.callback(remove, temporary)
            connection = sqlite3.connect(
                path or temporary or "", isolation_level=None, check_same_thread=False, timeout=0
            )
            undo.callback(connection.close)
            _prepare(connection, path)
            undo.pop_all()
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    if temporary:
        remove(temporary)
    return connection


def unusable(path: Path | None, error: sqlite3.Error) -> StoreUnusable:
    """Return the error in plain words, with what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    other = "name another file with --database"
    if code == sqlite3.SQLITE_BUSY:
        return StoreTaken(f"another program uses {path}: stop it, or {other}")
    if code == sqlite3.SQLITE_NOTADB:
        return StoreUnusable(f"{path} is not a database of ours ({error}): {other}")
    reason = why_unwritable(path) if path else None
    if reason:
        return StoreUnusable(reason)
    failure = str(failure_of(error, path) or f"{path} cannot be used ({error})")
    is_full = failure.endswith(GOES_ON)
    return StoreUnusable(f"{failure.removesuffix(GOES_ON)}{', or' if is_full else ':'} {other}")


def refuse_others(connection: sqlite3.Connection, path: Path | None) -> tuple[int, int]:
    """Return the schema of the database and the newest one; raise StoreUnusable for a newer one or one not ours."""
    found, newest = schema_version(connection)
    is_newer_of_ours = found > newest and is_stamped(connection)  # whose tables are not known here
    reason = None if is_newer_of_ours else why_foreign(connection)
    if reason:
        raise StoreUnusable(f"{path} is not a database of ours ({reason}): name another file with --database")
    if found > newest:
        raise StoreUnusable(
            f"{path} was written by a newer version (schema {found}, this one knows {newest}): "
            "upgrade case-emulator or name another file"
        )
    if found and is_empty(connection):
        raise StoreUnusable(
            f"{path} is not a database of ours (its tables are gone): name another file with --database"
        )
    return found, newest


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = OFF")  # Debian's SQLite would overwrite with zeros what is deleted
    # One process owns the file, which also spares each commit the locking that several would need.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    found, newest = refuse_others(connection, path)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if path else 'MEMORY'}")
    # Four times the default of SQLite, because each checkpoint syncs the file, however little there is to write.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if path else 'OFF'}")
    # Or each query that sorts rows, or returns those it changed, takes 64 KiB from the system and gives them back.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("BEGIN IMMEDIATE")  # takes the lock, which fails here when another process holds it
    connection.execute("COMMIT")
    if path and 0 < found < newest:
        _copy(connection, path.with_name(f"{path.name}.schema-{found}"))
    migrate(connection, found)
    if path:
        _own(connection, path)
        try_room(connection)


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    # Not by copying the file: closing a second handle on it would release the lock of this process.
    make_private(path)
    with closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)
    restrict(path)


def _own(connection: sqlite3.Connection, path: Path) -> None:
    """Stamp a file that is new, or was written before files were stamped, and close it to others."""
    if not is_stamped(connection):
        restrict(path, log_of(path))
        stamp(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that a copy of the file alone is ours as well

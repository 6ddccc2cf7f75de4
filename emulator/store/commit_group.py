"""Commit the changes of one thread together (group commit): SQLite then writes each page once for all of them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import get_ident

from emulator.core.errors import StoreUnavailable
from emulator.store.failures import StoreHealth
from emulator.store.fair_lock import FairLock
from emulator.store.free_space import end_trouble, undo


class CommitGroup:
    """What one thread changed since its last `end`, block by block.

    Nobody else sees it before it is committed: whoever takes the lock of the store next commits it first. Everything
    here but `gathering`, `is_joined` and `end` is called with that lock.
    """

    def __init__(self, db: sqlite3.Connection, health: StoreHealth) -> None:
        self._db, self._health = db, health
        self.lock = FairLock()
        self.forget: Callable[[], object] = bool  # called when changes are undone
        self._thread: int | None = None
        self._has_gathered = False  # which that thread alone reads and writes
        self.is_open = False  # a transaction waits to be committed
        self._is_lost = False  # it could not be

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Gather what this thread changes for the time of the block."""
        self._thread = get_ident()
        try:
            yield
        finally:
            self._thread = None
            self.end()

    @property
    def is_joined(self) -> bool:
        """Whether this is the thread whose changes are gathered, and all goes well in the store."""
        return get_ident() == self._thread and not self._health.trouble

    @property
    def is_of_another(self) -> bool:
        """Whether another thread has left changes to be committed."""
        return self.is_open and get_ident() != self._thread

    def leave_open(self) -> None:
        """Leave the transaction that this thread began to be committed later."""
        self.is_open = self._has_gathered = True

    def end(self) -> bool:
        """Commit what was gathered; return whether all of it since the last call is stored, here or by another."""
        if not self._has_gathered:
            return True
        with self.lock:
            if self.is_open:
                self.settle()
            is_stored, self._is_lost, self._has_gathered = not self._is_lost, False, False
        return is_stored

    def settle(self) -> None:
        """Commit it; where that fails it is undone, and `end` says so to its thread, which is to tell why."""
        self.is_open = False
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self.lose()
            with suppress(StoreUnavailable):
                self._health.explain(error)
        else:
            if self._health.trouble:
                end_trouble(self._db, self._health)

    def lose(self) -> None:
        """Undo all of it, for `end` to tell; SQLite may have done so itself."""
        self.is_open, self._is_lost = False, True
        self.forget()
        undo(self._db)


class StoreLock:
    """The lock of the store: one thread at a time, in the order in which they came for it."""

    def __init__(self, group: CommitGroup) -> None:
        self._group = group

    def __enter__(self) -> None:
        self._group.lock.__enter__()
        if self._group.is_of_another:
            self._settle()

    def __exit__(self, *error: object) -> None:
        self._group.lock.__exit__(*error)

    def _settle(self) -> None:
        try:
            self._group.settle()
        except BaseException as error:
            self._group.lock.__exit__(type(error), error, error.__traceback__)
            raise

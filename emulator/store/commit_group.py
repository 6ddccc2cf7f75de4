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
    """What one thread changes between two calls of `end`: one transaction, of which all is stored or nothing.

    The thread has the lock of the store from its first change on, so that nobody sees what could still be lost.
    """

    def __init__(self, db: sqlite3.Connection, health: StoreHealth) -> None:
        self._db, self._health = db, health
        self.lock = FairLock()
        self.forget: Callable[[], object] = bool  # called when changes are undone
        self._thread: int | None = None
        self.is_open = False  # a transaction waits to be committed
        self._is_lost = False  # something since the last `end` was undone, so that nothing of it may be committed

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Gather what this thread changes for the time of the block."""
        self._thread = get_ident()
        try:
            yield
        finally:
            self.end()
            self._thread = None

    @property
    def gathers(self) -> bool:
        """Whether what this thread changes is gathered."""
        return get_ident() == self._thread

    def end(self) -> bool:
        """Commit what was gathered since the last call; return False if it could not be, so that all is undone."""
        is_lost, self._is_lost = self._is_lost, False
        if not self.is_open:
            return not is_lost
        try:
            return self._undo() if is_lost else self._commit()
        finally:
            self.is_open = False
            self.lock.__exit__()

    def lose(self) -> None:
        """Undo what was gathered, and let `end` say so; SQLite may have undone it itself."""
        self.is_open, self._is_lost = False, True
        self._undo()

    def _undo(self) -> bool:
        self.forget()
        undo(self._db)
        return False

    def _commit(self) -> bool:
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            with suppress(StoreUnavailable):  # whoever does it anew is told
                self._health.explain(error)
            return False
        if self._health.trouble:
            end_trouble(self._db, self._health)
        return True


class StoreLock:
    """The lock of the store: one thread at a time, in the order in which they came for it."""

    def __init__(self, group: CommitGroup) -> None:
        self._group = group

    def __enter__(self) -> None:
        if not self._is_kept():
            self._group.lock.__enter__()

    def __exit__(self, *error: object) -> None:
        if not self._is_kept():
            self._group.lock.__exit__()

    def _is_kept(self) -> bool:
        """Return whether this thread has the lock until its group ends."""
        return self._group.is_open and self._group.gathers

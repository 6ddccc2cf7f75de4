"""The blocks in which a store is asked and changed, one at a time.

They are classes, because a generator made a context manager costs several times as much at each create.
"""

import sqlite3
from types import TracebackType

from emulator.store.changes import Changes
from emulator.store.commit_group import CommitGroup, StoreLock
from emulator.store.database_file import DatabaseFile
from emulator.store.failures import StoreHealth
from emulator.store.free_space import end_trouble, undo
from emulator.store.questions import Questions

Kind = type[BaseException] | None
Trace = TracebackType | None


class Asking:
    """A block in which questions are asked."""

    def __init__(self, lock: StoreLock, health: StoreHealth, questions: Questions) -> None:
        self._lock, self._health, self._questions = lock, health, questions

    def __enter__(self) -> Questions:
        self._lock.__enter__()
        return self._questions

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        try:
            if error is not None:
                self._health.explain(error)
        finally:
            self._lock.__exit__(kind, error, trace)


class Changing:
    """A block in which changes are made, all or none; those of a thread that gathers its changes join a group."""

    def __init__(
        self,
        lock: StoreLock,
        health: StoreHealth,
        db: sqlite3.Connection,
        file: DatabaseFile | None,
        changes: Changes,
        group: CommitGroup,
    ) -> None:
        self._lock, self._health, self._db, self._file, self._changes = lock, health, db, file, changes
        self._group, self._is_within = group, False  # the transaction of blocks before it

    def __enter__(self) -> Changes:
        self._lock.__enter__()
        try:
            self._begin()
        except BaseException as error:
            self._lock.__exit__(type(error), error, error.__traceback__)
            raise
        return self._changes

    def __exit__(self, kind: Kind, error: BaseException | None, trace: Trace) -> None:
        try:
            if error is None:
                self._commit()
            else:
                self._give_up(error)
        finally:
            self._lock.__exit__(kind, error, trace)

    def _begin(self) -> None:
        self._is_within = self._group.is_open
        try:
            if self._is_within:
                self._db.execute("SAVEPOINT block")
                return
            if self._file:
                self._file.check()
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._health.explain(error)
            raise

    def _commit(self) -> None:
        if self._is_within:
            self._db.execute("RELEASE block")
            return
        if self._group.is_joined:
            self._group.leave_open()
            return
        try:
            self._db.execute("COMMIT")
        except BaseException as error:
            self._give_up(error)
            raise
        if self._health.trouble:
            end_trouble(self._db, self._health)

    def _give_up(self, error: BaseException) -> None:
        """Undo the changes; raise StoreUnavailable for an error that says something about the disk or the file."""
        self._changes.forget_kept_rows()
        try:
            if self._is_within:
                self._group.undo_one()
            else:
                undo(self._db)
        finally:
            self._health.explain(error)

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
        self._group = group
        self._is_within, self._changed_before = False, 0  # the transaction of blocks before it, with so many changes

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
                self._changed_before = self._db.total_changes
                return
            if self._file:
                self._file.check()
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._health.explain(error)
            raise

    def _commit(self) -> None:
        if self._group.gathers:
            self._group.is_open = True
            return
        try:
            self._db.execute("COMMIT")
        except BaseException as error:
            self._give_up(error)
            raise
        if self._health.trouble:
            end_trouble(self._db, self._health)

    def _give_up(self, error: BaseException) -> None:
        """Undo the changes; raise StoreUnavailable for an error that says something about the disk or the file.

        Within a group they cannot be undone alone. Few blocks fail after a change, so all of it is lost then: a
        savepoint for each block would cost as much as a commit of all of them.
        """
        self._changes.forget_kept_rows()
        try:
            if not self._is_within:
                undo(self._db)
            elif not self._db.in_transaction or self._db.total_changes != self._changed_before:
                self._group.lose()
        finally:
            self._health.explain(error)

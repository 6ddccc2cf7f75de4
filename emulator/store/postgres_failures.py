"""What the errors of PostgreSQL mean."""

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from emulator.core.errors import StoreFull, StoreUnavailable
from emulator.masking import masked
from emulator.store.failures import StoreHealth

# What undoes this change alone: others were in its way.
UNDONE = (
    errors.TransactionRollback,
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
)
# What says something about the server or the moment, and not about our SQL.
PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    PoolTimeout,
    errors.IdleInTransactionSessionTimeout,
    errors.QueryCanceled,
    errors.ReadOnlySqlTransaction,
    *UNDONE,
)


def failure_of(error: BaseException, place: str) -> StoreUnavailable | None:
    """Return what an error says about the database; None for one that is a bug of ours."""
    if isinstance(error, errors.DiskFull):
        return StoreFull(f"{place} has no room: the disk of the database is full. Free some space there")
    if isinstance(error, PoolTimeout):
        return StoreUnavailable(
            f"{place} does not answer, or has no connection free: the emulator tries again by itself"
        )
    if isinstance(error, UNDONE):
        return StoreUnavailable(f"{place} had to undo a change, because another one was in its way: send it again")
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return StoreUnavailable(f"{place} takes no changes: name the server that does with --database")
    if isinstance(error, PASSING):
        return StoreUnavailable(f"{place} cannot be reached ({in_one_line(error)}): the emulator tries again by itself")
    return None


def in_one_line(error: BaseException) -> str:
    """Return the message of an error without line breaks and secrets."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return masked(" ".join(lines))[:300] or type(error).__name__


class DatabaseHealth(StoreHealth):
    """The present trouble of a database, told in the log once when it begins and once when it is over."""

    def __init__(self, place: str) -> None:
        super().__init__(None)
        self.place = place

    def explain(self, error: BaseException) -> None:
        """Note an error that says something about the server; raise StoreUnavailable for it."""
        failure = failure_of(error, self.place)
        if failure is None:
            return
        if not isinstance(error, UNDONE):
            self._begin(failure)
        raise failure from error

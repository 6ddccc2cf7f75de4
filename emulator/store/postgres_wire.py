"""The statements on one connection to PostgreSQL: prepared, and several sent at once where nobody waits for a result.

A cursor of psycopg does the same, at three times the processor time; a create needs ten statements.
"""

import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult

from emulator.store.postgres_statements import Loader, Result, Statement, Values

DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
SYNC, BROKEN, IDLE = pq.ExecStatus.PIPELINE_SYNC, pq.ConnStatus.BAD, pq.TransactionStatus.IDLE
BEGIN, COMMIT = Statement("BEGIN"), Statement("COMMIT")
BEGIN_READING = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


class Wire:
    """Sends statements on a connection in autocommit mode, which one thread uses at a time."""

    def __init__(self, real: "psycopg.Connection[Any]") -> None:
        self._pgconn, self._socket = real.pgconn, real.pgconn.socket
        self._loader: Loader = Transformer(real)
        self._fresh_names = (b"s%d" % number for number in count())
        self._kept: dict[bytes, bytes] = {}  # the names of the prepared statements, by their SQL
        self._unsure: list[bytes] = []  # the SQL of those that are prepared by what waits
        self._waiting: list[Callable[[], None]] = []
        self._beginning: Statement | None = None

    def ask(self, statement: Statement, values: Values) -> Result:
        """Run a statement, after all that waits, and return its result."""
        name = self._kept.get(statement.raw)
        if name is None or self._waiting or self._beginning:
            self.put(statement, values)
            return Result(self.run()[-1], self._loader)
        result = self._pgconn.exec_prepared(name, values)  # type: ignore[arg-type]  # it takes None
        if result.status not in DONE:
            raise self._error_of(result)
        return Result(result, self._loader)

    def ask_all(self, asked: Sequence[tuple[Statement, Values]]) -> Sequence[Result]:
        """Run statements at once, after all that waits, and return their results."""
        places = []
        for statement, values in asked:
            self.put(statement, values)
            places.append(len(self._waiting) - 1)
        results = self.run()
        return [Result(results[place], self._loader) for place in places]

    def put(self, statement: Statement, values: Values) -> None:
        """Let a statement wait until something is asked, or the transaction ends."""
        self._begin()
        self._append(statement, values)

    def _begin(self) -> None:
        beginning, self._beginning = self._beginning, None
        if beginning:
            self._append(beginning, [])

    def _append(self, statement: Statement, values: Values) -> None:
        raw, pgconn = statement.raw, self._pgconn
        if not statement.is_kept:
            self._waiting.append(partial(pgconn.send_query_params, raw, values))
            return
        if raw not in self._kept:
            self._kept[raw] = next(self._fresh_names)
            self._unsure.append(raw)
            self._waiting.append(partial(pgconn.send_prepare, self._kept[raw], raw))
        self._waiting.append(partial(pgconn.send_query_prepared, self._kept[raw], values))

    def run(self) -> Sequence[PGresult]:
        """Send all that waits at once, and return the results; raise the first error, after which nothing is run."""
        self._begin()
        if not self._waiting:
            return ()
        waiting, unsure, self._waiting, self._unsure = self._waiting, self._unsure, [], []
        results = self._together(waiting)
        failed = next((result for result in results if result.status not in DONE), None)
        if failed is not None:
            self._forget(unsure)
            raise self._error_of(failed)
        return results

    def _forget(self, unsure: Sequence[bytes]) -> None:
        """Prepare these statements anew, when they are needed."""
        for raw in unsure:
            del self._kept[raw]

    def begin(self, beginning: Statement = BEGIN) -> None:
        """Begin a transaction with the next statement."""
        self._beginning = beginning

    def commit(self) -> None:
        """Run what waits, and end the transaction if one has begun."""
        if self._beginning:
            self._beginning = None
        elif self._waiting or self._pgconn.transaction_status != IDLE:
            self._append(COMMIT, [])
            self.run()

    def roll_back(self) -> None:
        """Undo the transaction, and send nothing of what waits."""
        self._forget(self._unsure)
        self._waiting, self._unsure, self._beginning = [], [], None
        if self._pgconn.transaction_status != IDLE:
            self._pgconn.exec_(b"ROLLBACK")

    def _together(self, waiting: Sequence[Callable[[], None]]) -> Sequence[PGresult]:
        """Send these statements and read their results, in one trip to the server and back."""
        pgconn = self._pgconn
        try:
            pgconn.enter_pipeline_mode()
            for send in waiting:
                send()
            pgconn.pipeline_sync()
            while pgconn.flush():
                self._await(writes=True)
            results = self._results()
            pgconn.exit_pipeline_mode()
        except BaseException:
            with suppress(psycopg.Error):
                pgconn.finish()  # nobody knows what was read of it
            raise
        return results

    def _results(self) -> Sequence[PGresult]:
        results = list[PGresult]()
        while True:
            while self._pgconn.is_busy():
                self._await()
            result = self._pgconn.get_result()
            if result is None:
                continue
            if result.status == SYNC:
                return results
            results.append(result)
            if self._pgconn.status == BROKEN:
                raise self._error_of(result)

    def _await(self, *, writes: bool = False) -> None:
        """Wait for the server, and read what it sent: where libpq waits by itself, no other thread runs."""
        wait_for(self._socket, writes=writes)
        self._pgconn.consume_input()

    def _error_of(self, result: PGresult) -> psycopg.Error:
        if result.error_field(pq.DiagnosticField.SQLSTATE):
            return errors.error_from_result(result)
        return psycopg.OperationalError(result.get_error_message())


def wait_for(socket: int, *, writes: bool) -> None:
    """Wait until a socket can be read, or written."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(socket, select.POLLIN | (select.POLLOUT if writes else 0))
        poll.poll()
    else:
        select.select([socket], [socket] if writes else [], [])

"""The changes of a transaction where other processes make changes at the same time."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from emulator.core.deliveries import Attempt, Delivery
from emulator.core.model import Check, Client, NewCheck, NewClient, Sandbox
from emulator.core.ports import Newborn
from emulator.core.sandbox_clock import to_micros
from emulator.core.snapshot_rows import Column
from emulator.store import rows, sandbox_rows
from emulator.store.changes import DROP_BATCH, Changes
from emulator.store.named_queries import NamedQueries
from emulator.store.postgres_connection import PostgresConnection
from emulator.store.questions import Questions
from emulator.store.rows import Params

T = TypeVar("T")


class PostgresQuestions(Questions):
    """The questions of one transaction, which sees nothing of what others commit meanwhile."""

    beside = (*Questions.beside, "journal_books", "exchanges", "clock_changes")

    def leased_by_others(self, sandbox: str, owner: str) -> int:
        return int(self._ask.leased_by_others(self._db, sandbox=sandbox, owner=owner))


class PostgresChanges(PostgresQuestions, Changes):
    """The changes of one transaction.

    Whoever may change a sandbox, or what is counted in it, holds its row until the end; so transactions of one sandbox
    follow each other, as all do on SQLite, and those of different sandboxes go on side by side.

    A change whose result nobody looks at waits for the next question, or for the end, and is sent along with that.
    """

    _db: PostgresConnection

    def __init__(self, connection: PostgresConnection, queries: NamedQueries) -> None:
        super().__init__(connection, queries, {})
        self._free_keys: set[tuple[Column, Column, Column]] = set()  # which no client has while the sandbox is held

    def sandbox(self, sandbox: str) -> Sandbox | None:
        kept = self._kept_sandboxes.get(sandbox)
        if kept is None and (kept := self._hold(sandbox)) is None:
            self._ask.lock_name(self._db, name=sandbox)
            kept = self._hold(sandbox)  # somebody else may have created it while this one waited
        return kept

    def _hold(self, sandbox: str) -> Sandbox | None:
        self._db.queue_for(sandbox)
        row = self._ask.sandbox_to_change(self._db, name=sandbox)
        if row is None:
            return None
        held = self._kept_sandboxes[sandbox] = sandbox_rows.sandbox_of(row)
        return held

    def sandbox_as_it_is(self, sandbox: str) -> Sandbox | None:
        row = self._ask.sandbox_to_keep(self._db, name=sandbox)
        return sandbox_rows.sandbox_of(row) if row else None

    def drop_sandbox(self, sandbox: str) -> None:
        self.sandbox(sandbox)
        self._ask.sandbox_to_drop(self._db, name=sandbox)
        self._ask.drop_deliveries(self._db, sandbox=sandbox)
        super().drop_sandbox(sandbox)

    def drop_empty_sandboxes(self) -> int:
        names = json.dumps([row[0] for row in self._ask.empty_sandboxes(self._db, many=DROP_BATCH)])
        return int(self._change_sandboxes(self._ask.drop_empty_sandboxes, names=names))

    def client_by_key(self, sandbox: str, provider: str, reuse_key: str, now: datetime) -> Client | None:
        if sandbox not in self._kept_sandboxes:
            return super().client_by_key(sandbox, provider, reuse_key, now)
        params: Params = {"sandbox": sandbox, "provider": provider, "key": reuse_key, "now": to_micros(now)}
        row = self._ask.client_by_key_dead_or_alive(self._db, **params)
        if row is None:
            self._free_keys.add((sandbox, provider, reuse_key))
        return rows.client_of(row) if row and row[8] else None

    def _insert_client(self, row: Params) -> int:
        key = (row["sandbox"], row["provider"], row["reuse_key"])
        if key[2] is not None and key not in self._free_keys:
            return super()._insert_client(row)
        self._free_keys.discard(key)
        return int(self._put_off(self._ask.add_free_client, self._db, **row))

    def _insert_case(self, params: Params) -> int:
        if params["unique_key"] is not None or params["replaces"] is not None:
            return super()._insert_case(params)
        return int(self._put_off(self._ask.add_free_case, self._db, **params))

    def _put_off(self, change: Callable[..., T], *values: Any, **named: Any) -> T:
        """Make a change by queries that wait; all that it looks at is whether they change something, which they do."""
        before, self._db.puts_off = self._db.puts_off, True
        try:
            return change(*values, **named)
        finally:
            self._db.puts_off = before

    def add_sandbox(self, sandbox: str, newborns: Sequence[tuple[str, Newborn]], now: datetime) -> None:
        self._put_off(super().add_sandbox, sandbox, newborns, now)

    def add_checks(
        self, sandbox: str, provider: str, case_id: int, first_id: int, checks: Sequence[NewCheck], now: datetime
    ) -> tuple[Check, ...]:
        return self._put_off(super().add_checks, sandbox, provider, case_id, first_id, checks, now)

    def replace_client(self, sandbox: str, provider: str, before: Client, new: NewClient, now: datetime) -> Client:
        return self._put_off(super().replace_client, sandbox, provider, before, new, now)

    def add_delivery(self, delivery: Delivery) -> None:
        self._put_off(super().add_delivery, delivery)

    def lease(self, delivery: Delivery, owner: str, stopwatch: float, seconds: float) -> Delivery:
        return self._put_off(super().lease, delivery, owner, stopwatch, seconds)

    def _add_attempt(self, delivery: Delivery, attempt: Attempt, now: datetime) -> None:
        self._put_off(super()._add_attempt, delivery, attempt, now)

    def renew_leases(self, owner: str, seconds: float, deliveries: Sequence[str]) -> None:
        params: Params = {"owner": owner, "lease": int(seconds * 1e6)}
        self._ask.renew_leases(self._db, **params, ids=deliveries)
        self._ask.renew_advances(self._db, **params)

    def forget_lease(self, delivery: Delivery, owner: str) -> None:
        self._ask.forget_dropped_lease(self._db, sandbox=delivery.sandbox, id=delivery.id, owner=owner)

    def stop_ended_advances(self) -> None:
        self._change_sandboxes(self._ask.stop_ended_advances)

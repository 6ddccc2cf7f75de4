"""The changes of a transaction where other processes make changes at the same time."""

import json
from collections.abc import Sequence
from datetime import datetime

from emulator.core.deliveries import Attempt, Delivery
from emulator.core.model import Sandbox
from emulator.core.ports import Newborn
from emulator.store import sandbox_rows
from emulator.store.changes import DROP_BATCH
from emulator.store.postgres_creates import PostgresCreates
from emulator.store.questions import Questions
from emulator.store.rows import Params


class PostgresQuestions(Questions):
    """The questions of one transaction, which sees nothing of what others commit meanwhile."""

    beside = (*Questions.beside, "journal_books", "exchanges", "clock_changes")

    def leased_by_others(self, sandbox: str, owner: str) -> int:
        return int(self._ask.leased_by_others(self._db, sandbox=sandbox, owner=owner))


class PostgresChanges(PostgresQuestions, PostgresCreates):
    """The changes of one transaction.

    Whoever may change a sandbox, or what is counted in it, holds its row until the end; so transactions of one sandbox
    follow each other, as all do on SQLite, and those of different sandboxes go on side by side.
    """

    def sandbox(self, sandbox: str) -> Sandbox | None:
        kept = self._kept_sandboxes.get(sandbox)
        if kept is None and (kept := self._hold(sandbox)) is None:
            self._ask.lock_name(self._db, name=sandbox)
            kept = self._hold(sandbox)  # somebody else may have created it while this one waited
        return kept

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

    def add_sandbox(self, sandbox: str, newborns: Sequence[tuple[str, Newborn]], now: datetime) -> None:
        self._put_off(super().add_sandbox, sandbox, newborns, now)

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

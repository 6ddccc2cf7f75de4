"""Changes of the store, one named query each, within the transaction of the caller."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from emulator.core.deliveries import Attempt, Delivery, DeliveryState, Settled
from emulator.core.model import Case, Check, Client, ClientClaim, Decision, Ids, NewCase, Sandbox, Schedule
from emulator.core.ports import Newborn
from emulator.core.sandbox_clock import MICROSECOND, SandboxClock, to_micros
from emulator.core.snapshot_rows import Column
from emulator.store import delivery_rows, images, rows, sandbox_rows
from emulator.store.case_file_changes import CaseFileChanges
from emulator.store.connection import Connection
from emulator.store.named_queries import NamedQueries, Query
from emulator.store.questions import target_params
from emulator.store.rows import maybe_flag, maybe_micros

# Sandboxes are dropped by the hundred, so that an emulator at its limit does not search them at each new one.
DROP_BATCH = 100


class Changes(CaseFileChanges):
    """The changes that a transaction can make, besides its questions."""

    def __init__(self, connection: Connection, queries: NamedQueries, kept_sandboxes: dict[str, Sandbox]) -> None:
        super().__init__(connection, queries, kept_sandboxes)
        self._next_ids = dict[tuple[str, str], Ids]()  # by sandbox and provider; as no other process takes any

    def expect(self, order: NewCase) -> None:
        """Do nothing: nothing is gained here by asking together."""

    def sandbox_as_it_is(self, sandbox: str) -> Sandbox | None:
        return self.sandbox(sandbox)

    def forget_kept_rows(self) -> None:
        """Read the rows of sandboxes and counters anew: they changed, or a change of theirs was undone."""
        self._kept_sandboxes.clear()
        self._next_ids.clear()

    def _change_sandboxes(self, query: Query, **parameters: Column) -> Any:
        """Run a query that changes rows of sandboxes; no such query may be run without this."""
        self.forget_kept_rows()
        return query(self._db, **parameters)

    def add_sandbox(self, sandbox: str, newborns: Sequence[tuple[str, Newborn]], now: datetime) -> None:
        self._change_sandboxes(self._ask.add_sandbox, name=sandbox, now=to_micros(now))
        for provider, newborn in newborns:
            for kind, first in newborn.first_ids:
                self._ask.add_counter(self._db, sandbox=sandbox, provider=provider, kind=kind, first=first)
            for client_id, client in newborn.clients:
                self.add_client(sandbox, provider, client_id, ClientClaim(), client, now)
            for document_id, document in newborn.documents:
                self.add_document(sandbox, provider, document_id, document, now)

    def secret_or(self, name: str, fresh: str) -> str:
        self._ask.add_secret(self._db, name=name, value=fresh)
        return str(self._ask.secret(self._db, name=name))

    def count_sandboxes(self) -> int:
        return int(self._ask.count_sandboxes(self._db))

    def drop_empty_sandboxes(self) -> int:
        return int(self._change_sandboxes(self._ask.drop_empty_sandboxes, many=DROP_BATCH))

    def save_sandbox_settings(self, sandbox: str, settings: str) -> None:
        self._change_sandboxes(self._ask.save_sandbox_settings, name=sandbox, settings=settings)

    def save_clock(self, sandbox: str, clock: SandboxClock, *, advancing: bool) -> None:
        params = sandbox_rows.clock_params(clock, advancing=advancing)
        self._change_sandboxes(self._ask.save_clock, name=sandbox, **params)

    def move_clock(self, sandbox: str, born: int, clock: SandboxClock, *, advancing: bool) -> Sandbox | None:
        params = sandbox_rows.clock_params(clock, advancing=advancing)
        moved = list(self._change_sandboxes(self._ask.move_clock, name=sandbox, born=born, **params))
        return sandbox_rows.sandbox_of(moved[0]) if moved else None

    def stop_advancing(self) -> None:
        self._change_sandboxes(self._ask.stop_advancing)

    def stop_ended_advances(self) -> None:
        """Do nothing: no other process can have begun an advance."""

    def load(self, sandbox: str, tables: images.Tables) -> None:
        self.forget_kept_rows()
        images.load(self._db, self._ask, sandbox, tables)
        self._ask.recount(self._db, sandbox=sandbox)

    def load_beside(self, tables: images.Tables) -> None:
        known = {table: rows for table, rows in tables.items() if table in self.beside}
        images.load_beside(self._db, self._ask, known)

    def drop_sandbox(self, sandbox: str) -> None:
        self._change_sandboxes(self._ask.drop_sandbox, name=sandbox)

    def take_ids(self, order: NewCase, *, new_client: bool) -> Ids:
        place: rows.Params = {"sandbox": order.sandbox, "provider": order.provider}
        clients, checks = int(new_client), len(order.checks)
        ids = self._next_ids.get((order.sandbox, order.provider)) or self._read_next_ids(place)
        self._ask.take_ids(self._db, **place, clients=clients, checks=checks)
        after = Ids(case=ids.case + 1, client=ids.client + clients, first_check=ids.first_check + checks)
        self._next_ids[order.sandbox, order.provider] = after
        return ids

    def _read_next_ids(self, place: rows.Params) -> Ids:
        found = dict(self._ask.next_ids(self._db, **place))
        return Ids(case=found["case"], client=found["client"], first_check=found.get("check", 0))

    def take_id(self, sandbox: str, provider: str, kind: str) -> int:
        self._next_ids.pop((sandbox, provider), None)
        return super().take_id(sandbox, provider, kind)

    def add_case(
        self, order: NewCase, client: Client, ids: Ids, now: datetime, schedule: Schedule | None, decision: Decision
    ) -> Case | None:
        params = rows.case_params(order, ids.case, client.id, schedule, decision, now)
        added = self._insert_case(params)
        if not added and self._ask.release_case_key(self._db, **params):
            added = self._insert_case(params)
        if not added:
            return None
        checks = self.add_checks(order.sandbox, order.provider, ids.case, ids.first_check, order.checks, now)
        self.link_to_case(order.sandbox, order.provider, ids.case, order.documents, now)
        return rows.new_case(order, ids.case, client, schedule, decision, checks, now)

    def _insert_case(self, params: rows.Params) -> int:
        return int(self._ask.add_case.run(self._db, params))

    def save_case(self, before: Case, after: Case, born: int, *, advancing: bool | None = None) -> bool:
        params = rows.step_params(before, after)
        if not self._ask.save_case(self._db, born=born, advancing=maybe_flag(advancing), **params):
            return False
        for check, check_before in zip(after.checks, before.checks, strict=True):
            if check != check_before:
                self._save_check(after, check)
        return True

    def _save_check(self, case: Case, check: Check) -> None:
        self._ask.save_check(
            self._db,
            sandbox=case.sandbox,
            provider=case.provider,
            id=check.id,
            state=check.state,
            outcome=check.outcome,
            risk_score=check.risk_score,
            title=check.title,
            note=check.note,
            reasoning=check.reasoning,
            updated_at=to_micros(check.updated_at),
        )

    def postpone_case(self, sandbox: str, provider: str, case_id: int, until: datetime) -> None:
        self._ask.postpone_case(self._db, sandbox=sandbox, provider=provider, id=case_id, until=to_micros(until))

    def add_delivery(self, delivery: Delivery) -> None:
        self._ask.add_delivery(self._db, **delivery_rows.delivery_params(delivery))

    def due_deliveries(
        self, now: datetime, busy: Collection[str], limit: int, waiting: Collection[str] | None = None
    ) -> Sequence[Delivery]:
        params = target_params(busy, waiting)
        found = [*self._ask.due_deliveries(self._db, now=to_micros(now), limit=limit, **params)]
        for sandbox, sandbox_now in list(self._ask.sandboxes_due_by_own_clocks(self._db, now=to_micros(now))):
            left = limit - len(found)
            found += self._ask.due_deliveries_of(self._db, sandbox=sandbox, now=int(sandbox_now), limit=left, **params)
        return [delivery_rows.delivery_of(row) for row in found]

    def lease(self, delivery: Delivery, owner: str, stopwatch: float, seconds: float) -> Delivery:
        params = {"stopwatch": int(stopwatch * 1e6), "lease": int(seconds * 1e6)}
        self._ask.lease(self._db, sandbox=delivery.sandbox, id=delivery.id, owner=owner, **params)
        return replace(delivery, state=DeliveryState.IN_FLIGHT, attempts=delivery.attempts + 1, held=False)

    def release_ended_leases(self, stopwatch: float) -> int:
        return int(self._ask.release_ended_leases(self._db, stopwatch=int(stopwatch * 1e6)))

    def release_leases(self, owner: str) -> int:
        return int(self._ask.release_leases(self._db, owner=owner))

    def renew_leases(self, owner: str, seconds: float, deliveries: Sequence[str]) -> None:
        """Do nothing: no other process looks at leases."""

    def forget_lease(self, delivery: Delivery, owner: str) -> None:
        """Do nothing: no other process waits for the end of an attempt."""

    def redeliver(self, sandbox: str, delivery_id: str, now: datetime) -> bool:
        return bool(self._ask.redeliver(self._db, sandbox=sandbox, id=delivery_id, now=to_micros(now)))

    def release_held(self, delivery: Delivery, now: datetime) -> int:
        params = {"sandbox": delivery.sandbox, "id": delivery.id, "target": delivery.target}
        return int(self._ask.release_held(self._db, **params, now=to_micros(now)))

    def settle(self, delivery: Delivery, owner: str, attempt: Attempt, now: datetime) -> Settled | None:
        settled = list(
            self._ask.settle(
                self._db,
                sandbox=delivery.sandbox,
                provider=delivery.provider,
                case_id=delivery.case_id,
                id=delivery.id,
                owner=owner,
                attempts=delivery.attempts,
                state=delivery.state,
                reason=delivery.reason,
                due_at=maybe_micros(delivery.due_at),
            )
        )
        if settled and delivery.url is not None:
            self._add_attempt(delivery, attempt, now)
        return Settled(bool(settled[0][0])) if settled else None

    def _add_attempt(self, delivery: Delivery, attempt: Attempt, now: datetime) -> None:
        self._ask.add_attempt(
            self._db,
            sandbox=delivery.sandbox,
            delivery_id=delivery.id,
            number=delivery.attempts,
            ended_at=to_micros(now),
            took=attempt.took // MICROSECOND,
            status=attempt.status,
            error=attempt.error,
            answer=attempt.answer,
            answer_headers=json.dumps(dict(attempt.headers)),
        )

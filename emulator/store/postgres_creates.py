"""What a create asks and changes, in two trips to the database: it takes its ids along with the first question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from emulator.core.model import Check, Client, Ids, NewCase, NewCheck, NewClient, Sandbox
from emulator.core.snapshot_rows import Column
from emulator.quick_dataclass import dataclass
from emulator.store import rows, sandbox_rows
from emulator.store.changes import Changes
from emulator.store.named_queries import NamedQueries
from emulator.store.postgres_connection import PostgresConnection
from emulator.store.rows import Params, Row

T = TypeVar("T")
Key = tuple[Column, Column, Column]  # sandbox, provider and the key by which a client is used again


@dataclass(frozen=True, slots=True)
class Early:
    """What was asked and done for an order along with the question for its sandbox."""

    order: NewCase
    key: Key
    client: Row | None  # whoever has the key, though its days may be over
    next_ids: Mapping[str, int]
    new_clients: int  # the ids taken for a client


def _ids_before(after: Mapping[str, int], order: NewCase) -> Ids:
    """Return the ids that an order took, given the next ones of each kind."""
    return Ids(
        case=after["case"] - 1, client=after["client"] - 1, first_check=after.get("check", 0) - len(order.checks)
    )


class PostgresCreates(Changes):
    """The changes of a create. One whose result nobody looks at waits, and is sent along with the commit."""

    _db: PostgresConnection

    def __init__(self, connection: PostgresConnection, queries: NamedQueries) -> None:
        super().__init__(connection, queries, {})
        self._expected: NewCase | None = None
        self._early: Early | None = None
        self._free_keys = set[Key]()  # which no client has while the sandbox is held

    def expect(self, order: NewCase) -> None:
        self._expected = order

    def _hold(self, sandbox: str) -> Sandbox | None:
        """Return a sandbox, whose row others have to wait for from now on."""
        self._db.queue_for(sandbox)
        order, self._expected = self._expected, None
        row = self._hold_for(order) if order else self._ask.sandbox_to_change(self._db, name=sandbox)
        if row is None:
            return None
        held = self._kept_sandboxes[sandbox] = sandbox_rows.sandbox_of(row)
        return held

    def _hold_for(self, order: NewCase) -> Row | None:
        """Return the row of the order's sandbox, and do at once what the order needs in it."""
        key = (order.sandbox, order.provider, None if order.client.id else order.client.reuse_key)
        known: Params = {"sandbox": order.sandbox, "provider": order.provider, "key": key[2]}
        new_clients = int(order.client.id is None)
        sandbox, client, taken = self._db.ask_all(
            (self._ask.sandbox_to_change, {"name": order.sandbox}),
            (self._ask.client_of_key, known),
            (self._ask.take_ids_early, {**known, "clients": new_clients, "checks": len(order.checks)}),
        )
        row: Row | None = sandbox.fetchone()
        if row:
            found: Row | None = client.fetchone()
            self._early = Early(order, key, found, dict(taken.fetchall()), 0 if found else new_clients)
        return row

    def take_ids(self, order: NewCase, *, new_client: bool) -> Ids:
        early, self._early = self._early, None
        if early is None:
            return self._take_ids(order, new_client=new_client)
        assert order == early.order
        ids = _ids_before(early.next_ids, order)
        if new_client > early.new_clients:  # the client with the key is gone
            return replace(ids, client=self.take_id(order.sandbox, order.provider, "client"))
        return ids

    def _take_ids(self, order: NewCase, *, new_client: bool) -> Ids:
        place: Params = {"sandbox": order.sandbox, "provider": order.provider}
        numbers = {"clients": int(new_client), "checks": len(order.checks)}
        return _ids_before(dict(self._ask.take_ids(self._db, **place, **numbers)), order)

    def client_by_key(self, sandbox: str, provider: str, reuse_key: str, now: datetime) -> Client | None:
        if sandbox not in self._kept_sandboxes:
            return super().client_by_key(sandbox, provider, reuse_key, now)
        key = (sandbox, provider, reuse_key)
        if self._early and self._early.key == key:
            row = self._early.client
        else:
            row = self._ask.client_of_key(self._db, sandbox=sandbox, provider=provider, key=reuse_key)
        if row is None:
            self._free_keys.add(key)
            return None
        found = rows.client_of(row)
        return found if found.retention_days is None else super().client_by_key(sandbox, provider, reuse_key, now)

    def _insert_client(self, row: Params) -> int:
        key = (row["sandbox"], row["provider"], row["reuse_key"])
        if key[2] is not None and key not in self._free_keys:
            return super()._insert_client(row)
        self._free_keys.discard(key)
        return int(self._put_off(self._ask.add_free_client.run, self._db, row))

    def _insert_case(self, params: Params) -> int:
        if params["unique_key"] is not None or params["replaces"] is not None:
            return super()._insert_case(params)
        return int(self._put_off(self._ask.add_free_case.run, self._db, params))

    def replace_client(self, sandbox: str, provider: str, before: Client, new: NewClient, now: datetime) -> Client:
        return self._put_off(super().replace_client, sandbox, provider, before, new, now)

    def add_checks(
        self, sandbox: str, provider: str, case_id: int, first_id: int, checks: Sequence[NewCheck], now: datetime
    ) -> tuple[Check, ...]:
        return self._put_off(super().add_checks, sandbox, provider, case_id, first_id, checks, now)

    def _put_off(self, change: Callable[..., T], *values: Any, **named: Any) -> T:
        """Make a change by queries that wait; all that it looks at is whether they change something, which they do."""
        before, self._db.puts_off = self._db.puts_off, True
        try:
            return change(*values, **named)
        finally:
            self._db.puts_off = before

"""Take a sandbox as one document, and restore it with the same ids."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from emulator.core.clock import WallClock
from emulator.core.deliveries import DeliveryState
from emulator.core.errors import NotFound, Unreadable
from emulator.core.model import State
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_clock import EPOCH, LATEST, WALL_TIME, SandboxClock, to_text
from emulator.core.sandbox_settings import read_sandbox_settings
from emulator.core.sandboxes import Sandboxes
from emulator.core.snapshot_rows import TABLES, Column, as_kept, as_shown, moment_of, of_older_schema
from emulator.core.snapshot_sense import check_sense
from emulator.quick_dataclass import dataclass

SCHEMA = 3
READABLE = (1, 2, SCHEMA)
MOST_IDS = 2**53


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Takes snapshots and restores them."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]

    def take(self, name: str) -> dict[str, Any]:
        """Return the sandbox as a JSON document; raise NotFound for one that was never used."""
        with self.store.reading() as read:
            found = read.sandbox(name)
            if found is None:
                raise NotFound("sandbox", name)
            tables = read.dump(name)
        sandbox_clock, wall = found.clock, self.clock.now()
        clock = (
            None
            if sandbox_clock is WALL_TIME
            else {"at": to_text(sandbox_clock.now(wall)), "factor": sandbox_clock.factor}
        )
        shown = {table: [as_shown(table, row) for row in rows] for table, rows in tables.items()}
        head = {"schema": SCHEMA, "sandbox": name, "taken_at": to_text(wall), "clock": clock}
        return {**head, "settings": json.loads(found.settings), **shown}

    def restore(
        self,
        name: str,
        document: Mapping[str, object],
        read_settings: Callable[[object], object],
        *,
        keep_journal: bool = False,
    ) -> None:
        """Replace all that the sandbox holds by what the document says, whole or not at all; raise Unreadable.

        `read_settings` checks the settings of the document and returns them as they are stored. As after a reset, no
        webhook of the replaced cases is sent after this has returned.
        """
        if document.get("schema") not in READABLE or isinstance(document["schema"], bool):
            reason = f"this emulator reads schema 1 to {SCHEMA}, the snapshot has {document.get('schema')!r:.50}"
            raise Unreadable(f"{reason}: take it again, or use a newer case-emulator")
        if missing := sorted({"settings", "clock"} - document.keys()):
            raise Unreadable(f"{', '.join(missing)}: needed")
        tables = {table: [as_kept(table, row) for row in _rows(document, table)] for table in TABLES}
        check_sense(tables)
        with self.store.transaction() as tx:
            before = self.sandboxes.view(tx, name)
            tx.drop_sandbox(name)
            self.sandboxes.make_room(tx)
            tx.add_sandbox(name, [], self.clock.now())
            tx.load(name, tables)
            self._settle(tx, name, document["clock"], json.dumps(read_settings(document["settings"])))
        self.sandboxes.history.note(name, before.clock, before.wall)  # for a journal that is kept
        self.sandboxes.forget(name, not keep_journal)
        self.sandboxes.wait_for_attempts(name)
        self.wake(self.clock.now())

    def _settle(self, tx: Transaction, name: str, clock: Any, settings: str) -> None:
        """Write settings and clock, then try what will be done with the rows later; raise Unreadable if that fails."""
        try:
            tx.save_sandbox_settings(name, settings)
            tx.save_clock(name, self._read_clock(clock), advancing=False)
            read_sandbox_settings(self.sandboxes.defaults, settings)
            self._try_out(tx, name)
            self._try_counters(tx, name)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise Unreadable(f"something in it makes no sense: {error!r:.200}") from error
        self.sandboxes.watch(name, settings)

    def _read_clock(self, clock: Mapping[str, Any] | None) -> SandboxClock:
        if clock is None:
            return WALL_TIME
        factor, at = float(clock["factor"]), moment_of(clock["at"])
        if not 0 <= factor <= 1_000_000:
            raise ValueError(f"factor {factor}")
        if not EPOCH < at < LATEST:
            raise ValueError(f"the clock reads {at}")
        return SandboxClock(at=at, anchor=self.clock.now(), factor=factor)

    def _try_out(self, tx: Transaction, name: str) -> None:
        """Let each provider end its cases and render their webhooks, and read each delivery, as will be done later."""
        settings = self.sandboxes.view(tx, name).settings
        for case in tx.all_cases(name):
            rules = self.sandboxes.provider_rules[case.provider]
            ended = replace(case, state=State.COMPLETED, outcome=case.decision.outcome)
            for done in (case, rules.conclude(ended, SeededRandom(seed=0, sandbox=name, key="tried out"))):
                rules.render_webhook(done, settings, "id")
        for delivery in tx.all_deliveries(name):
            delivery.body.decode()
            waits = delivery.state is DeliveryState.SCHEDULED
            if delivery.state is DeliveryState.IN_FLIGHT or (waits and delivery.due_at is None):
                raise ValueError(f"delivery {delivery.id} is {delivery.state}, due at {delivery.due_at}")

    def _try_counters(self, tx: Transaction, name: str) -> None:
        """Raise ValueError unless the next id of each kind, and every id after it, is free."""
        tables = tx.dump(name)
        for provider, rules in self.sandboxes.provider_rules.items():
            counters = [row for row in tables["counters"] if row["provider"] == provider]
            next_ids = {row["kind"]: _number(row["next"]) for row in counters}
            for kind, _ in rules.newborn.first_ids:
                if kind not in next_ids:
                    raise Unreadable(f"counters: the next {kind} of {provider} is needed")
                taken = [_number(row["id"]) for row in tables[f"{kind}s"] if row["provider"] == provider]
                if not max([0, *taken]) < next_ids[kind] < MOST_IDS:
                    raise ValueError(f"the next {kind} of {provider} cannot be {next_ids[kind]}")


def _number(column: Column) -> int:
    if not isinstance(column, int):
        raise TypeError(f"{column!r:.50} is not a whole number")
    return column


def _rows(document: Mapping[str, object], table: str) -> Sequence[Mapping[str, object]]:
    rows = document.get(table)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"{table}: a list of objects is needed")
    return [of_older_schema(document["schema"], table, row) for row in rows]

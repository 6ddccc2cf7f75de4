"""A sandbox as one document, taken and restored with the same ids."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.core.clock import Clock
from emulator.core.errors import NotFound, Unreadable
from emulator.core.ports import Store, Transaction
from emulator.core.preferences import read_preferences
from emulator.core.sandboxes import LONGEST_ATTEMPT, Sandboxes
from emulator.core.snapshot_rows import TABLES, Row, as_kept, as_shown, moment_of, moment_shown
from emulator.core.timepiece import WALL, Timepiece

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Takes and restores them; a sandbox that was never used has none."""

    store: Store
    clock: Clock
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]

    def take(self, name: str) -> dict[str, Any]:
        """The sandbox as a JSON document; raises NotFound for one that was never used."""
        with self.store.reading() as read:
            found = read.sandbox(name)
            if found is None:
                raise NotFound("sandbox", name)
            tables = read.dump(name)
        piece, wall = found.timepiece, self.clock.now()
        clock = None if piece is WALL else {"at": moment_shown(piece.now(wall)), "factor": piece.factor}
        kept = {table: [as_shown(table, row) for row in rows] for table, rows in tables.items()}
        head = {"schema": SCHEMA, "sandbox": name, "taken_at": moment_shown(wall), "clock": clock}
        return {**head, "settings": json.loads(found.settings), **kept}

    def restore(self, name: str, document: Mapping[str, Any]) -> None:
        """Make the sandbox what the document says, whole or not at all; raises Unreadable.

        As after a reset, no webhook of its old life starts after this has returned.
        """
        if document.get("schema") != SCHEMA:
            told = f"this emulator reads schema {SCHEMA}, the snapshot has {document.get('schema')!r:.50}"
            raise Unreadable(f"{told}: take it again, or use a newer case-emulator")
        tables = {table: [as_kept(table, row) for row in _rows(document, table)] for table in TABLES}
        with self.store.transaction() as tx:
            tx.drop_sandbox(name)
            tx.add_sandbox(name, [], self.clock.now())
            tx.load(name, tables)
            self._settle(tx, name, document)
        self.sandboxes.forget(name)
        self.sandboxes.under_way.wait_for(name, LONGEST_ATTEMPT)
        self.wake(self.clock.now())

    def _settle(self, tx: Transaction, name: str, document: Mapping[str, Any]) -> None:
        """Settings and clock; and does everything in it make sense to those who will read it?"""
        try:
            settings = json.dumps(document["settings"])
            tx.save_sandbox_settings(name, settings)
            tx.save_timepiece(name, self._timepiece(document["clock"]), advancing=False)
            read_preferences(self.sandboxes.defaults, settings)
            self._try_out(tx, name)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise Unreadable(f"something in it makes no sense: {error!r:.200}") from error
        self.sandboxes.watched.discard(name)
        self.sandboxes.watch(name, settings)

    def _timepiece(self, clock: Mapping[str, Any] | None) -> Timepiece:
        if clock is None:
            return WALL
        factor = float(clock["factor"])
        if not 0 <= factor <= 1_000_000:
            raise ValueError(f"factor {factor}")
        return Timepiece(at=moment_of(clock["at"]), anchor=self.clock.now(), factor=factor)

    def _try_out(self, tx: Transaction, name: str) -> None:
        """Let each provider write the webhook of each of its cases, and read each delivery, as later requests will."""
        preferences = self.sandboxes.preferences(tx, name)
        for case in tx.all_cases(name):
            self.sandboxes.endings[case.provider].letter(case, preferences, "id")
        tx.all_deliveries(name)


def _rows(document: Mapping[str, Any], table: str) -> Sequence[Row]:
    rows = document.get(table)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"{table}: a list of objects is needed")
    return rows

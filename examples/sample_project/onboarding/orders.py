"""The orders and what became of them, in SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

TABLES = """
CREATE TABLE IF NOT EXISTS orders (reference TEXT PRIMARY KEY, name TEXT, state TEXT, case_id INTEGER);
CREATE TABLE IF NOT EXISTS events (webhook_id TEXT PRIMARY KEY, reference TEXT);
"""
# What a decision of APLYiD's means for an order.
STATES = {"approved": "deliver", "denied": "cancelled", "no_decision_yet": "call the customer"}


@dataclass(frozen=True)
class Orders:
    """The orders in that file."""

    file: str

    def __post_init__(self) -> None:
        with self._connected() as db:
            db.executescript(TABLES)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file)) as db, db:
            yield db

    def keep(self, reference: str, name: str) -> None:
        """A new order, or the same one tried again."""
        with self._connected() as db:
            db.execute("INSERT OR IGNORE INTO orders VALUES (?, ?, 'waiting', NULL)", (reference, name))

    def note_case(self, reference: str, case_id: int) -> None:
        """Its customer is being identified in that case."""
        with self._connected() as db:
            db.execute("UPDATE orders SET case_id = ? WHERE reference = ?", (case_id, reference))

    def settle(self, reference: str, state: str) -> None:
        """What became of it."""
        with self._connected() as db:
            db.execute("UPDATE orders SET state = ? WHERE reference = ?", (state, reference))

    def decide(self, webhook_id: str, reference: str, decision: str) -> None:
        """What became of it by that webhook, which counts once however often it comes."""
        with self._connected() as db:
            new = db.execute("INSERT OR IGNORE INTO events VALUES (?, ?)", (webhook_id, reference)).rowcount
            if new:
                state = STATES.get(decision, "call the customer")
                db.execute("UPDATE orders SET state = ? WHERE reference = ?", (state, reference))

    def find(self, reference: str) -> dict | None:
        """The order with the number of webhooks that counted."""
        with self._connected() as db:
            db.row_factory = sqlite3.Row
            row = db.execute("SELECT * FROM orders WHERE reference = ?", (reference,)).fetchone()
            counted = db.execute("SELECT count(*) FROM events WHERE reference = ?", (reference,)).fetchone()[0]
        return {**row, "decisions": counted} if row else None

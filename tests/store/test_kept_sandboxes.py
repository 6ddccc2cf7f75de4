"""The store keeps rows of sandboxes in memory: whatever changes one, the next look shows it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator import store as room
from emulator.core.model import Sandbox
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock, to_micros
from emulator.store import questions
from emulator.store.changes import Changes
from emulator.store.sqlite import SqliteStore, read_queries

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = Sandbox(born=to_micros(NOW))
FROZEN = SandboxClock(at=NOW, anchor=NOW, factor=0)
CHANGES: dict[str, tuple[Callable[[Changes], object], Sandbox | None]] = {
    "save_sandbox_settings": (
        lambda tx: tx.save_sandbox_settings("a", '{"seed": 1}'),
        replace(NEW, settings='{"seed": 1}'),
    ),
    "save_clock": (lambda tx: tx.save_clock("a", FROZEN, advancing=True), replace(NEW, clock=FROZEN, advancing=True)),
    "move_clock": (lambda tx: move(tx), replace(NEW, clock=FROZEN)),
    "stop_advancing": (lambda tx: stop(tx), NEW),
    "drop_sandbox": (lambda tx: tx.drop_sandbox("a"), None),
    "drop_empty_sandboxes": (lambda tx: tx.drop_empty_sandboxes(), None),
    "add_sandbox": (lambda tx: add_anew(tx), replace(NEW, born=to_micros(NOW + timedelta(days=1)))),
}


def move(tx: Changes) -> None:
    tx.save_clock("a", WALL_TIME, advancing=True)
    assert tx.sandbox("a") == replace(NEW, advancing=True)
    assert tx.move_clock("a", NEW.born, FROZEN, advancing=False) == replace(NEW, clock=FROZEN)


def stop(tx: Changes) -> None:
    tx.save_clock("a", WALL_TIME, advancing=True)
    assert tx.sandbox("a") == replace(NEW, advancing=True)
    tx.stop_advancing()


def add_anew(tx: Changes) -> None:
    tx.drop_sandbox("a")
    assert tx.sandbox("a") is None
    tx.add_sandbox("a", [], NOW + timedelta(days=1))


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    store = SqliteStore()
    with store.transaction() as tx:
        tx.add_sandbox("a", [], NOW)
    assert look(store) == NEW
    yield store
    store.close()


def look(store: SqliteStore) -> Sandbox | None:
    with store.reading() as read:
        return read.sandbox("a")


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen_in_its_transaction_and_after_it(store: SqliteStore, name: str) -> None:
    change, expected = CHANGES[name]
    with store.transaction() as tx:
        change(tx)
        assert tx.sandbox("a") == expected
    assert look(store) == expected
    assert (expected is None) == (look(store) is None)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_is_undone_is_not_seen(store: SqliteStore, name: str) -> None:
    def change_and_fail(tx: Changes) -> None:
        CHANGES[name][0](tx)
        tx.sandbox("a")
        raise RuntimeError

    with pytest.raises(RuntimeError), store.transaction() as tx:
        change_and_fail(tx)
    assert look(store) == NEW


def test_a_sandbox_is_read_from_the_database_once(store: SqliteStore) -> None:
    statements: list[str] = []
    store._db.set_trace_callback(statements.append)
    assert look(store) == look(store) == NEW
    assert statements == []


def test_the_number_of_kept_rows_is_bounded(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_KEPT", 2)
    with store.transaction() as tx:
        for name in "bcd":
            tx.add_sandbox(name, [], NOW)
        assert all(tx.sandbox(name) == NEW for name in "abcd")
        assert len(tx._kept_sandboxes) <= 2


def test_every_query_that_changes_sandboxes_is_run_by_what_forgets_them() -> None:
    writes = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) sandboxes\b")
    changing = {name for name, query in vars(read_queries()).items() if writes.search(query.sql)}
    assert changing == CHANGES.keys()
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(room.__path__[0]).glob("*.py"))
    for name in changing:
        use = f"self._ask.{name}"
        assert sources.count(use) == sources.count(f"self._change_sandboxes({use}") > 0

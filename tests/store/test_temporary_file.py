"""The database of an emulator that keeps nothing."""

import random
import tempfile
from pathlib import Path

import pytest

from emulator.store.sqlite import SqliteStore, StoreUnusable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary files are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_stays_whole_though_changes_are_undone_that_had_to_be_written_out() -> None:
    # Of a database without a name SQLite loses pages here, with this seed within the first thousand transactions.
    store, draw = SqliteStore(), random.Random(5)
    store._db.execute("CREATE TABLE notes (owner TEXT, id INTEGER, text TEXT, PRIMARY KEY (owner, id)) WITHOUT ROWID")
    store._db.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, owner TEXT, text BLOB)")
    store._db.execute("CREATE INDEX texts_by_owner ON texts (owner)")
    for number in range(1000):
        store._db.execute("BEGIN IMMEDIATE")
        for part in range(draw.randint(1, 6)):
            change(store, draw, 10 * number + part)
        store._db.execute("ROLLBACK" if draw.random() < 0.25 else "COMMIT")
    assert store._db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store.close()


def change(store: SqliteStore, draw: random.Random, number: int) -> None:
    kind, owner = draw.random(), f"s{draw.randint(0, 400)}"
    if kind < 0.5:
        note, text = "x" * draw.choice([10, 100, 1000, 5000]), b"y" * draw.choice([10, 200, 3000, 50, 20_000])
        store._db.execute("INSERT INTO notes VALUES (?, ?, ?)", (owner, number, note))
        store._db.execute("INSERT INTO texts (owner, text) VALUES (?, ?)", (owner, text))
    elif kind < 0.7:
        store._db.execute("DELETE FROM notes WHERE owner = ?", (owner,))
        store._db.execute("DELETE FROM texts WHERE owner = ?", (owner,))
    elif kind < 0.9:
        store._db.execute("UPDATE texts SET text = ? WHERE owner = ?", (b"z" * draw.choice([10, 3000]), owner))


def test_nothing_is_left_of_it(folder: Path) -> None:
    store = SqliteStore()
    with store.reading() as read:
        assert read.sandbox("any") is None
    store.close()
    assert list(folder.iterdir()) == []


def test_without_a_folder_for_it_the_start_says_what_to_do(folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(StoreUnusable, match="name one with --database"):
        SqliteStore()

"""Schemas of other versions."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from emulator.core.model import Sandbox
from emulator.store import migrations
from emulator.store.sqlite import SqliteStore, StoreUnusable


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA user_version = 99")
    made.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"newer version \(schema 99"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_an_older_schema_is_migrated_after_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.sqlite"
    SqliteStore(path).close()
    before = max(int(step.name[:4]) for step in migrations.STEPS.glob("*.sql"))
    steps = tmp_path / "steps"
    shutil.copytree(migrations.STEPS, steps)
    (steps / "0099_more.sql").write_text("ALTER TABLE sandboxes ADD COLUMN more TEXT;", "utf-8")
    monkeypatch.setattr(migrations, "STEPS", steps)
    migrated = SqliteStore(path)
    with pytest.raises(StoreUnusable, match="another program uses"):
        SqliteStore(path)  # the copy did not let go of the lock
    migrated.close()
    with sqlite3.connect(path) as found:
        assert found.execute("SELECT more FROM sandboxes").fetchall() == []
        assert found.execute("PRAGMA user_version").fetchone() == (99,)
    found.close()
    assert (tmp_path / f"kept.sqlite.schema-{before}").is_file()


def test_no_two_steps_have_the_same_number() -> None:
    numbers = [step.name[:4] for step in migrations.STEPS.glob("*.sql")]
    assert len(set(numbers)) == len(numbers)


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "0001_bad.sql").write_text("CREATE TABLE a (b TEXT);\nCREATE TABLE nonsense nonsense;", "utf-8")
    connection = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrations.migrate(connection, 0, tmp_path)
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_a_database_of_the_first_schema_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, first = tmp_path / "kept.sqlite", tmp_path / "first"
    first.mkdir()
    shutil.copy(migrations.STEPS / "0001_start.sql", first)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", first)
        SqliteStore(path).close()
    with sqlite3.connect(path) as old:
        old.execute("INSERT INTO sandboxes (name, created_at) VALUES ('kept', 0)")
    old.close()
    store = SqliteStore(path)
    with store.reading() as read:
        assert read.sandbox("kept") == Sandbox()
    store.close()

"""Schemas of other versions."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from emulator.core.case_file import CheckFilter
from emulator.core.model import CaseFilter, Sandbox
from emulator.core.sandbox_clock import EPOCH
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


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_steps_are_numbered_without_a_gap_and_no_two_alike(engine: str) -> None:
    steps = migrations.steps(migrations.STEPS, engine)
    assert list(steps) == list(range(1, len(steps) + 1))
    of_both = [step.name[:4] for step in migrations.STEPS.glob("*.sql") if step.name.count(".") == 1]
    assert len(set(of_both)) == len(of_both)


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


def test_cases_checks_and_documents_of_before_are_all_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, before = tmp_path / "kept.sqlite", tmp_path / "before"
    before.mkdir()
    for step in migrations.STEPS.glob("000[1-5]*.sql"):
        shutil.copy(step, before)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", before)
        SqliteStore(path).close()
    with sqlite3.connect(path) as old:
        old.executescript(OLD_ROWS)
    old.close()
    store = SqliteStore(path)
    with store.reading() as read:
        case = read.case("kept", "p", 1, EPOCH)
        assert case
        assert (case.revision, case.archived_at, [check.kind for check in case.checks]) == (0, None, ["PEP"])
        assert read.count_cases("kept", "p", CaseFilter(), EPOCH) == 1
        assert read.count_checks("kept", "p", CheckFilter(), EPOCH) == 1
        assert read.known_documents("kept", "p", [5], EPOCH) == {5}
        assert read.client("kept", "p", 1, EPOCH)
    store.close()


OLD_ROWS = """
INSERT INTO sandboxes (name, created_at) VALUES ('kept', 0);
INSERT INTO counters (sandbox, provider, kind, next) VALUES ('kept', 'p', 'case', 2), ('kept', 'p', 'check', 2);
INSERT INTO clients VALUES ('kept', 'p', 1, NULL, NULL, 'Ada', NULL, '{}', 0, 0);
INSERT INTO documents VALUES ('kept', 'p', 5, 0);
INSERT INTO cases (
    sandbox, provider, id, client_id, state, rule, ending, details, has_checks, created_at, updated_at
) VALUES ('kept', 'p', 1, 1, 'open', 'default', 'approved', '{}', 1, 0, 0);
INSERT INTO checks (sandbox, provider, id, case_id, kind, details, state, created_at, updated_at)
VALUES ('kept', 'p', 1, 1, 'PEP', '{}', 'open', 0, 0);
"""

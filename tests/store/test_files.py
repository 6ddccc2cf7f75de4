"""Whose a database file is, who may read it, and whether it is whole."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.core.ports import Transaction
from emulator.store import migrations
from emulator.store.checkup import examine
from emulator.store.ownership import APPLICATION_ID, TABLES
from emulator.store.sqlite import SqliteStore, StoreUnusable
from tests.commands import run
from tests.receivers import free_port

READERS = pytest.mark.parametrize("read", [SqliteStore, examine])


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def value_of(path: Path, query: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchone()[0]


FOREIGN = {
    "a table": ["CREATE TABLE users (id INTEGER)"],
    "a view alone": ["CREATE VIEW people AS SELECT 1"],
    "a table and a schema like ours": ["CREATE TABLE users (id INTEGER)", "PRAGMA user_version = 5"],
    "a newer schema than ours": ["CREATE TABLE users (id INTEGER)", "PRAGMA user_version = 99"],
    "a table with a name of ours": ["CREATE TABLE cases (id INTEGER)"],
    "the stamp of another program": ["PRAGMA application_id = 1196444487"],
    "a schema without tables": ["PRAGMA user_version = 3"],
    "a write-ahead log": ["PRAGMA journal_mode = WAL", "CREATE TABLE users (id INTEGER)"],
}


@READERS
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_database_of_another_program_is_refused_and_left_as_it_is(
    tmp_path: Path, read: Callable[[Path], object], kind: str
) -> None:
    path = tmp_path / "app.sqlite"
    execute(path, *FOREIGN[kind])
    before, mode = path.read_bytes(), path.stat().st_mode
    with pytest.raises(StoreUnusable, match=r"app\.sqlite is not a database of ours .*name another file"):
        read(path)
    assert (path.read_bytes(), path.stat().st_mode) == (before, mode)
    assert [file.name for file in tmp_path.iterdir()] == ["app.sqlite"]


@READERS
def test_a_database_in_which_ours_were_added_to_the_tables_of_another_program_is_refused(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    SqliteStore(tmp_path / "both.sqlite").close()
    execute(tmp_path / "both.sqlite", "PRAGMA application_id = 0", "CREATE TABLE users (id INTEGER)")
    with pytest.raises(StoreUnusable, match="another program made: users"):
        read(tmp_path / "both.sqlite")


@READERS
def test_a_table_that_a_newer_version_added_is_not_taken_for_another_program_s(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    SqliteStore(tmp_path / "newer.sqlite").close()
    execute(tmp_path / "newer.sqlite", "PRAGMA user_version = 99", "CREATE TABLE novelties (id INTEGER)")
    with pytest.raises(StoreUnusable, match=r"written by a newer version \(schema 99"):
        read(tmp_path / "newer.sqlite")


def test_the_command_ends_with_2_for_a_database_of_another_program_and_doctor_says_the_same(tmp_path: Path) -> None:
    execute(tmp_path / "app.sqlite", "CREATE TABLE users (id INTEGER)")
    done = run(tmp_path, "serve", "--port", "0", "--database", "sqlite:///app.sqlite")
    told = "app.sqlite is not a database of ours (it holds what another program made: users): name another file"
    assert (done.returncode, done.stdout, told in done.stderr) == (2, "", True)
    doctor = run(tmp_path, "doctor", "--json", "--port", "0", "--database", "sqlite:///app.sqlite")
    assert (doctor.returncode, told in doctor.stdout) == (1, True)
    sick = run(tmp_path, "healthcheck", CASE_EMULATOR_DATABASE="app.sqlite", CASE_EMULATOR_PORT=str(free_port()))
    assert (sick.returncode, told in sick.stderr) == (1, True)


def test_a_new_file_is_stamped_in_the_file_itself_and_holds_our_tables(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "new.sqlite")
    header = (tmp_path / "new.sqlite").read_bytes()[68:72]  # where SQLite keeps the application id
    store.close()
    assert int.from_bytes(header, "big") == APPLICATION_ID == 0x43617365
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in found if not name.startswith("sqlite_")} == TABLES


def test_a_file_written_before_files_were_stamped_is_recognised_stamped_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    SqliteStore(path).close()
    execute(path, "PRAGMA application_id = 0", "INSERT INTO sandboxes (name, created_at) VALUES ('kept', 0)")
    path.chmod(0o644)
    assert examine(path).startswith(f"{path} is of schema ")
    store = SqliteStore(path)
    with store.reading() as read:
        assert read.sandbox_names() == ["kept"]
    store.close()
    assert value_of(path, "PRAGMA application_id") == APPLICATION_ID
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_file_is_taken_as_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").touch()
    SqliteStore(tmp_path / "empty.sqlite").close()
    assert value_of(tmp_path / "empty.sqlite", "PRAGMA application_id") == APPLICATION_ID


# ---- who may read it ----


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir() if file.is_file()}


def add_sandbox(tx: Transaction) -> None:
    from datetime import UTC, datetime

    tx.add_sandbox("one", [], datetime(2026, 1, 1, tzinfo=UTC))


def write_one(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    with store.transaction() as tx:
        add_sandbox(tx)
    return store


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_database_its_log_and_its_copies_are_for_their_owner_alone(
    tmp_path: Path, umask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "steps"
    first.mkdir()
    (first / "0001_start.sql").write_bytes((migrations.STEPS / "0001_start.sql").read_bytes())
    before = os.umask(umask)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "STEPS", first)
            SqliteStore(tmp_path / "kept.sqlite").close()
        store = write_one(tmp_path / "kept.sqlite")
        found = modes(tmp_path)
        store.close()
    finally:
        os.umask(before)
    assert found == dict.fromkeys(["kept.sqlite", "kept.sqlite-wal", "kept.sqlite.schema-1"], 0o600)


@pytest.mark.usefixtures("open_umask")
def test_a_folder_that_passes_its_group_on_opens_the_files_to_that_group(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o2775)  # as /data in the image
    store = write_one(tmp_path / "data" / "kept.sqlite")
    found = modes(tmp_path / "data")
    store.close()
    assert found == {"kept.sqlite": 0o660, "kept.sqlite-wal": 0o660}


@pytest.mark.parametrize(("user", "group", "mode"), [(12345, 0, 0o660), (0, 0, 0o600), (1000, 1000, 0o600)])
def test_group_0_of_a_container_under_any_number_may_read_and_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, group: int, mode: int
) -> None:
    monkeypatch.setattr("os.getuid", lambda: user)
    monkeypatch.setattr("os.getgid", lambda: group)
    SqliteStore(tmp_path / "kept.sqlite").close()
    assert modes(tmp_path) == {"kept.sqlite": mode}


def test_the_rights_that_somebody_gave_a_file_of_ours_stay(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "kept.sqlite").close()
    (tmp_path / "kept.sqlite").chmod(0o640)
    SqliteStore(tmp_path / "kept.sqlite").close()
    assert modes(tmp_path) == {"kept.sqlite": 0o640}


# ---- whether it is whole ----


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of a database in use, with what was written last in its write-ahead log alone."""
    store = write_one(tmp_path / "used.sqlite")
    for ending in ("", "-wal"):
        (tmp_path / f"copy.sqlite{ending}").write_bytes((tmp_path / f"used.sqlite{ending}").read_bytes())
    store.close()
    return tmp_path / "copy.sqlite"


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


TORN: dict[str, Callable[[Path], object]] = {
    "zeros": lambda log: overwrite(log, 0, bytes(32)),
    "no magic": lambda log: overwrite(log, 0, b"none"),
    "a wrong checksum": lambda log: overwrite(log, 24, bytes(8)),
    "another salt": lambda log: overwrite(log, 16, b"salt"),
    "a lost beginning": lambda log: log.write_bytes(log.read_bytes()[512:]),
    "no database": lambda log: log.with_name("copy.sqlite").unlink(),
    "an empty database": lambda log: log.with_name("copy.sqlite").write_bytes(b""),
}


@READERS
@pytest.mark.parametrize("tear", TORN)
def test_a_torn_copy_is_refused_with_what_to_do_and_left_as_it_is(
    copied: Path, read: Callable[[Path], object], tear: str
) -> None:
    log = copied.with_name("copy.sqlite-wal")
    TORN[tear](log)
    before = {file.name: file.read_bytes() for file in copied.parent.iterdir()}
    with pytest.raises(StoreUnusable, match=r"copy\.sqlite-wal .*copy.* both.*or remove it"):
        read(copied)
    assert {file.name: file.read_bytes() for file in copied.parent.iterdir()} == before


WHOLE: dict[str, Callable[[Path], object]] = {
    "as it is": lambda log: None,
    "an empty log": lambda log: log.write_bytes(b""),
    "a last write cut off": lambda log: log.write_bytes(log.read_bytes()[:1000]),
}


@pytest.mark.parametrize("change", WHOLE)
def test_a_log_that_a_kill_may_leave_is_read(copied: Path, change: str) -> None:
    WHOLE[change](copied.with_name("copy.sqlite-wal"))
    assert examine(copied).startswith(f"{copied} is of schema ")
    store = SqliteStore(copied)
    with store.reading() as read:
        assert read.sandbox_names() == (["one"] if change == "as it is" else [])
    store.close()


def test_the_command_ends_with_2_for_a_torn_copy_and_doctor_says_the_same(copied: Path) -> None:
    overwrite(copied.with_name("copy.sqlite-wal"), 0, bytes(32))
    done = run(copied.parent, "serve", "--port", "0", "--database", "copy.sqlite")
    told = "copy.sqlite-wal has lost its header, and with it all that was written last"
    assert (done.returncode, done.stdout, told in done.stderr) == (2, "", True)
    doctor = run(copied.parent, "doctor", "--json", "--port", "0", "--database", "copy.sqlite")
    assert (doctor.returncode, told in doctor.stdout) == (1, True)

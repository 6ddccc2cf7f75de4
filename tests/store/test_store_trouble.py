"""A store that has no room, or whose file is gone: told in the words of each API, and over by itself."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest

from emulator.core.completion import Completion
from emulator.core.errors import StoreFull, StoreUnavailable
from emulator.running import RunningEmulator
from emulator.store.checkup import examine
from emulator.store.database_file import log_of
from emulator.store.sqlite import SqliteStore, StoreUnusable
from tests.emulators import Emulator, settings
from tests.waiting import wait_until

MANY = 500
ROOMY = 1_000_000  # pages


@dataclass
class Disk:
    """The room of a served emulator, in pages of its database."""

    store: SqliteStore

    def fill(self) -> None:
        self._limit(1)  # which SQLite raises to what is there

    def clear(self) -> None:
        self._limit(ROOMY)

    def _limit(self, pages: int) -> None:
        with self.store.reading() as read:
            read._db.execute(f"PRAGMA max_page_count = {pages}", {}).fetchall()


@contextmanager
def serving(**given: object) -> Iterator[tuple[Emulator, Disk]]:
    with RunningEmulator(settings(**given)) as running, Emulator(running.address).http as http:
        store = running._built.store
        assert isinstance(store, SqliteStore)
        yield Emulator(running.address, http=http), Disk(store)


@pytest.fixture(params=["file", "temporary"])
def emulator_and_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Emulator, Disk]]:
    kept = {"database": str(tmp_path / "kept.sqlite")} if request.param == "file" else {}
    with serving(**kept) as both:
        yield both


def create_until_full(emulator: Emulator) -> int:
    """Create cases until one is refused, and return how many were taken."""
    statuses = iter(emulator.aplyid.create(client__name="A Stuck").status_code for _ in range(MANY))
    return next(n for n, status in enumerate(statuses) if status != 201)


def readiness(emulator: Emulator) -> tuple[int, str]:
    answer = emulator.http.get(f"{emulator.url}/_emulator/readyz")
    return answer.status_code, answer.json().get("detail", "")


def test_without_room_each_api_answers_507_in_its_own_shape(
    emulator_and_disk: tuple[Emulator, Disk], caplog: pytest.LogCaptureFixture
) -> None:
    emulator, disk = emulator_and_disk
    for _ in range(30):
        emulator.aplyid.open_case(client__name="A Stuck")
    disk.fill()
    create_until_full(emulator)
    refused = emulator.aplyid.post(emulator.aplyid.order(), Accept="application/json")
    assert (refused.status_code, refused.json()) == (507, {"status": 507, "error": "Insufficient Storage"})
    full = next(answer for answer in (emulator.sphinxhq.create() for _ in range(MANY)) if answer.status_code != 201)
    assert (full.status_code, full.json()) == (507, {"detail": "Insufficient Storage."})
    own = emulator.of("another").control("POST", "restore", emulator.control("GET", "snapshot").json())
    assert (own.status_code, own.headers["Content-Type"]) == (507, "application/problem+json")
    assert "the disk is full" in own.json()["detail"]
    assert [answer.headers["Retry-After"] for answer in (refused, full, own)] == ["5"] * 3
    assert readiness(emulator) == (503, own.json()["detail"])
    assert emulator.http.get(f"{emulator.url}/_emulator/livez").status_code == 200
    told = [record for record in caplog.records if record.name == "emulator.store"]
    assert [(record.levelname, record.getMessage()) for record in told] == [("ERROR", own.json()["detail"])]
    assert "report it" not in caplog.text
    assert "Traceback" not in caplog.text


def test_with_room_again_it_goes_on_by_itself_and_nothing_is_half_stored(
    emulator_and_disk: tuple[Emulator, Disk], caplog: pytest.LogCaptureFixture
) -> None:
    emulator, disk = emulator_and_disk
    disk.fill()
    taken = create_until_full(emulator)
    disk.clear()
    assert readiness(emulator) == (200, "")
    assert "the store can be written again" in caplog.text
    snapshot = emulator.control("GET", "snapshot").json()
    assert len(snapshot["cases"]) == taken
    assert len({client["id"] for client in snapshot["clients"] if client["provider"] == "aplyid"}) == taken
    assert emulator.aplyid.open_case()["case_id"] == 1024 + taken


def test_what_is_due_meanwhile_is_done_when_there_is_room_again(emulator_and_disk: tuple[Emulator, Disk]) -> None:
    emulator, disk = emulator_and_disk
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.control("PATCH", "", {"delay": 60})
    for _ in range(60):  # more webhooks than fit into the pages there are
        emulator.aplyid.open_case()
    disk.fill()
    create_until_full(emulator)
    stopped = emulator.control("POST", "clock/advance", {"seconds": 90})
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (507, "5")
    disk.clear()
    wait_until(lambda: emulator.control("POST", "clock/advance", {"seconds": 90}).status_code == 200)
    states = [case["state"] for case in emulator.control("GET", "cases?limit=1000").json()["cases"][-60:]]
    assert states == ["completed"] * 60
    assert len(emulator.inbox()) >= 60


def take_away(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.with_name("new").write_bytes(path.read_bytes())
    path.with_name("new").replace(path)


def cut(path: Path) -> None:
    os.truncate(path, 0)


LOST = [("kept.sqlite", take_away), ("kept.sqlite-wal", take_away), ("kept.sqlite", replace), ("kept.sqlite", cut)]


@pytest.mark.parametrize(("name", "lose"), LOST)
def test_a_file_that_is_lost_while_in_use_is_noticed_and_nothing_more_is_promised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, lose: Callable[[Path], None]
) -> None:
    with serving(database=str(tmp_path / "kept.sqlite")) as (emulator, _):
        emulator.aplyid.open_case(client__name="A Stuck")
        lose(tmp_path / name)
        status, reason = readiness(emulator)
        assert (status, "kept.sqlite was" in reason, "start the emulator again" in reason) == (503, True, True)
        refused = [emulator.aplyid.create(), emulator.sphinxhq.create()]
        assert [(one.status_code, one.headers["Retry-After"]) for one in refused] == [(503, "5")] * 2
        if lose is not cut:
            assert len(emulator.control("GET", "snapshot").json()["cases"]) == 1
    assert [record.levelname for record in caplog.records if record.name == "emulator.store"] == ["ERROR"]


@contextmanager
def without_rights() -> Iterator[None]:
    """Do what the block does as somebody to whom the rights of files matter."""
    if not hasattr(os, "setresuid") or os.getuid() != 0:
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may reach."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.parametrize("command", [SqliteStore, examine])
def test_why_a_database_cannot_be_used_is_said_as_it_is(folder: Path, command: Callable[[Path], object]) -> None:
    path = folder / "kept.sqlite"
    SqliteStore(path).close()
    path.chmod(0o444)
    (folder / "closed").mkdir(mode=0o555)
    reasons = {
        path: "may not be written: it is read-only or not yours",
        folder / "closed" / "new.sqlite": "is its folder there, and yours?",
        folder / "none" / "new.sqlite": "Make ",
        folder / "closed": "is a folder: name a file in it",
    }
    with without_rights():
        for file, reason in reasons.items():
            with pytest.raises(StoreUnusable, match=f"{file} .*{reason}") as refused:
                command(file)
            assert "name another file with --database" in str(refused.value)
            assert "of ours" not in str(refused.value)


def test_a_full_disk_is_told_at_the_start_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(connection: sqlite3.Connection) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as small:
            small.execute("PRAGMA max_page_count = 1")
            small.execute("CREATE TABLE a (b)")

    monkeypatch.setattr("emulator.store.sqlite.try_room", is_full)
    told = "has no room: the disk is full. Free some space, or name another file with --database$"
    with pytest.raises(StoreUnusable, match=told):
        SqliteStore(tmp_path / "new.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_a_full_disk_leaves_behind_does_not_keep_the_next_start_from_beginning_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_a_log(path: Path, temporary: Path | None) -> NoReturn:
        log_of(path).write_bytes(b"what could not be taken over")
        raise StoreUnusable("has no room")

    with monkeypatch.context() as patch:
        patch.setattr("emulator.store.sqlite._connect", leave_a_log)
        with pytest.raises(StoreUnusable):
            SqliteStore(tmp_path / "new.sqlite")
    SqliteStore(tmp_path / "new.sqlite").close()


def test_an_error_that_says_nothing_of_the_disk_is_no_trouble_of_the_store(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "kept.sqlite")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), store.transaction() as tx:
        tx._db.execute("SELECT * FROM nowhere", {})
    error = sqlite3.DatabaseError("malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    with pytest.raises(StoreUnavailable, match="is damaged"), store.transaction():
        raise error
    store.close()


def test_a_case_that_is_stored_is_answered_though_it_cannot_end_early(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreFull("the disk is full")

    monkeypatch.setattr(Completion, "complete_early", fail)
    with serving() as (emulator, _):
        emulator.control("POST", "faults", {"kind": "early"})
        assert emulator.aplyid.open_case()["case_id"] == 1024
        [webhook] = emulator.wait("inbox/wait")["webhooks"]
        assert webhook["case_id"] == 1024

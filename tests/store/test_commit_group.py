"""Changes of one thread are committed together: others see all of them or none, and what fails is told."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from emulator.core.errors import StoreFull
from emulator.store.database_file import log_of
from emulator.store.sqlite import SqliteStore
from tests.store.test_store import NEWBORN, NOW, add, order, read, write
from tests.waiting import wait_until


class Failing:
    """A connection that cannot commit while `is_full`; everything else it does as the real one."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real, self.is_full = real, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if sql == "COMMIT" and self.is_full:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return self.real.execute(sql, values)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "kept.sqlite")
    with store.transaction() as tx:
        tx.add_sandbox("a", [("p", NEWBORN)], NOW)
    yield store
    store.close()


@pytest.fixture
def disk(store: SqliteStore) -> Failing:
    disk = Failing(store._db)
    store._group._db = store._changing._db = disk  # type: ignore[assignment]
    return disk


def on_disk(folder: Path) -> int:
    """How many cases there would be after a kill."""
    copy = folder / "copy.sqlite"
    for made, of in ((copy, folder / "kept.sqlite"), (log_of(copy), log_of(folder / "kept.sqlite"))):
        shutil.copyfile(of, made)
    opened = SqliteStore(copy)
    try:
        return count(opened)
    finally:
        opened.close()


def count(store: SqliteStore) -> int:
    with store.reading() as ask:
        return len(ask.all_cases("a"))


def in_another_thread(act: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def test_what_is_gathered_is_stored_when_it_is_committed(store: SqliteStore, tmp_path: Path) -> None:
    with store.gathering():
        for _ in range(3):
            add(store)
        assert (on_disk(tmp_path), count(store)) == (0, 3)
        assert store.commit_gathered()
        assert on_disk(tmp_path) == 3
        add(store)
    assert on_disk(tmp_path) == 4  # at the end of the block too
    add(store)
    assert on_disk(tmp_path) == 5  # and at once after it


def test_others_wait_until_it_is_stored(store: SqliteStore, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool, store.gathering():
        ids = [add(store).id]
        others = [pool.submit(act) for act in (lambda: count(store), lambda: add(store).id, store.check)]
        wait_until(lambda: store._group.lock.waiting == 3)
        ids.append(add(store).id)  # it has the lock already
        assert (count(store), on_disk(tmp_path), any(other.done() for other in others)) == (2, 0, False)
        assert store.commit_gathered()
        assert others[0].result() in (2, 3)
        assert others[1].result() == 12
        assert on_disk(tmp_path) == 3


def test_a_block_that_fails_before_it_changes_anything_leaves_the_others(store: SqliteStore, tmp_path: Path) -> None:
    def refuse() -> None:
        with suppress(KeyError), store.transaction() as tx:
            assert tx.client_by_key("a", "p", "nobody", NOW) is None
            raise KeyError

    with store.gathering():
        refuse()  # which is the first of its transaction
        ids = [add(store).id]
        refuse()
        ids.append(add(store).id)
        assert store.commit_gathered()
    assert ids == [10, 11]
    assert on_disk(tmp_path) == count(store) == 2


def test_with_a_block_that_fails_after_a_change_all_are_undone_and_that_is_told(store: SqliteStore) -> None:
    with store.gathering():
        add(store)
        with suppress(KeyError), store.transaction() as tx:
            write(tx, order())
            raise KeyError
        assert not store.commit_gathered()
        assert (count(store), add(store).id) == (0, 10)


def test_what_cannot_be_committed_is_undone_and_that_is_told(store: SqliteStore, disk: Failing, tmp_path: Path) -> None:
    with store.gathering():
        lost = add(store)
        disk.is_full = True
        assert not store.commit_gathered()
        assert store.commit_gathered()  # of nothing
        assert (read(store, lost.id), count(store)) == (None, 0)
        disk.is_full = False
        assert add(store).id == lost.id
        assert store.commit_gathered()
    assert on_disk(tmp_path) == 1


def test_an_error_that_undoes_everything_is_told_to_all(store: SqliteStore) -> None:
    with store.gathering():
        add(store)
        with suppress(KeyError), store.transaction():
            store._db.execute("ROLLBACK")  # as SQLite does by itself when it cannot write a page
            raise KeyError
        assert not store.commit_gathered()
        assert count(store) == 0


def test_what_comes_after_a_loss_is_lost_as_well_because_all_of_it_is_done_anew(store: SqliteStore) -> None:
    with store.gathering():
        add(store)
        with suppress(KeyError), store.transaction() as tx:
            write(tx, order())
            raise KeyError
        assert in_another_thread(lambda: count(store)) == 0
        for _ in range(2):
            add(store)
        assert not store.commit_gathered()
        assert in_another_thread(lambda: count(store)) == 0
        assert add(store).id == 10
        assert store.commit_gathered()
    assert in_another_thread(lambda: count(store)) == 1


def test_trouble_is_over_with_the_first_group_that_can_be_committed(store: SqliteStore, disk: Failing) -> None:
    with store.gathering():
        for _ in range(2):
            add(store)
            disk.is_full = True
            assert not store.commit_gathered()
            assert isinstance(store._health.trouble, StoreFull)
        disk.is_full = False
        add(store)
        assert store.commit_gathered()
    assert (store._health.trouble, count(store)) == (None, 1)

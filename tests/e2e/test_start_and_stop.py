"""An emulator that is started and stopped again and again leaves nothing in its process."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulator.running import RunningEmulator
from tests.emulators import Emulator, served, settings
from tests.leaks import listens_here, needs_proc, opened


def use_once(database: Path | None = None) -> int:
    """The port of an emulator that had something to do."""
    kept = {"database": str(database)} if database else {}
    with served(**kept) as emulator:
        assert emulator.http.get(f"{emulator.url}/_emulator/readyz").ok
        if database:
            emulator.sphinxhq.open_case()
        emulator.http.close()
        return emulator.port


@pytest.mark.slow
@needs_proc
def test_fifty_in_a_row_leave_no_thread_file_or_port(tmp_path: Path) -> None:
    use_once()  # what is imported and kept for good
    files, threads = opened(), set(threading.enumerate())
    with served() as emulator:
        assert listens_here(emulator.port)
    ports = [use_once(tmp_path / "kept.sqlite" if number % 10 == 0 else None) for number in range(50)]
    assert opened() <= files
    assert set(threading.enumerate()) <= threads  # one of an earlier test may have ended meanwhile
    assert not any(map(listens_here, ports))
    assert [path.name for path in tmp_path.iterdir()] == ["kept.sqlite"]


@pytest.mark.slow
@needs_proc
def test_eight_at_once_in_one_process_leave_nothing_either() -> None:
    use_once()
    files, threads = opened(), set(threading.enumerate())
    with ThreadPoolExecutor(8) as pool:
        ports = list(pool.map(lambda _: use_once(), range(40)))
    assert opened() <= files
    assert set(threading.enumerate()) <= threads  # one of an earlier test may have ended meanwhile
    assert not any(map(listens_here, ports))


@needs_proc
def test_one_that_cannot_start_leaves_nothing(tmp_path: Path) -> None:
    use_once()
    (tmp_path / "init").mkdir()
    (tmp_path / "init" / "bad.json").write_text("{}", "utf-8")
    files = opened()
    for given in ({"init_folder": str(tmp_path / "init")}, {"database": str(tmp_path / "no" / "where.sqlite")}):
        with pytest.raises(Exception, match=r"bad\.json|where\.sqlite"):
            RunningEmulator(settings(**given))
    assert opened() <= files


def test_stopping_twice_is_stopping_once() -> None:
    with RunningEmulator(settings()) as running:
        assert Emulator(running.address).aplyid.create().status_code == 201
        running.stop()

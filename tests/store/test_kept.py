"""What an earlier version wrote still opens, and goes from one engine to the other and back.

`kept/` holds a database and a snapshot of commit 1490b03: two cases that ended, one that never will, on a frozen clock.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.path_readers import read_database
from emulator.store.copying import Copied, copy_all
from emulator.store.sqlite import StoreUnusable
from tests.commands import run_here
from tests.emulators import Emulator, served
from tests.postgres import Server
from tests.providers.newcomers import Newcomer
from tests.stores import ENGINES

KEPT = Path(__file__).parent / "kept"
TABLES = ("counters", "clients", "documents", "cases", "checks", "deliveries", "attempts")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The database, as that commit left it."""
    path = tmp_path / "kept.sqlite"
    path.write_bytes(gzip.decompress((KEPT / "1490b03.sqlite.gz").read_bytes()))
    return path


def snapshot(emulator: Emulator) -> dict[str, Any]:
    answer = emulator.of("kept").control("GET", "snapshot")
    assert answer.status_code == 200, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


def contents(taken: dict[str, Any]) -> dict[str, Any]:
    """What a snapshot holds, without when it was taken."""
    return {name: taken[name] for name in ("clock", "settings", *TABLES)}


def check(emulator: Emulator) -> None:
    """It holds what was written then, and goes on from there."""
    kept = emulator.of("kept")
    assert kept.wait("clock")["now"] == "2026-11-20T09:00:10.000000Z"
    assert [len(snapshot(emulator)[table]) for table in ("cases", "deliveries", "attempts")] == [3, 2, 2]
    assert kept.sphinxhq.get("1/").json()["created_at"].startswith("2026-11-20T09:00:0")
    assert kept.aplyid.open_case()["case_id"] == 1026


def test_a_database_of_an_earlier_version_opens(kept: Path) -> None:
    with served(database=str(kept)) as emulator:
        check(emulator)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_snapshot_of_an_earlier_version_is_restored(engine: str, request: pytest.FixtureRequest) -> None:
    given = {"database": request.getfixturevalue("postgres").new_url()} if engine == "postgres" else {"ephemeral": True}
    document = json.loads((KEPT / "1490b03.json").read_text("utf-8"))
    with served(**given) as emulator:
        assert emulator.of("kept").control("POST", "restore", document).status_code < 300
        check(emulator)


def test_a_copy_to_postgres_and_back_holds_the_same(kept: Path, postgres: Server, tmp_path: Path) -> None:
    url, back = postgres.new_url(), tmp_path / "back.sqlite"
    with served(database=str(kept)) as emulator:
        before = contents(snapshot(emulator))
    told: list[str] = []
    assert copy_all(kept, _database(url), lambda name, *_: told.append(name)).sandboxes == len(told) >= 1
    assert copy_all(_database(url), back, lambda *_: None).sandboxes == len(told)
    for place in (url, str(back)):
        with served(database=place) as emulator:
            assert contents(snapshot(emulator)) == before
            check(emulator)


def _database(url: str) -> Any:
    return read_database(url)


def test_a_copy_takes_tokens_along_and_from_one_postgres_to_another_the_journal(
    postgres: Server, tmp_path: Path
) -> None:
    first, second, third, file = postgres.new_url(), postgres.new_url(), postgres.new_url(), tmp_path / "copy.sqlite"
    with served(database=first) as emulator:
        office = Newcomer(emulator.of("office"))
        emulator.of("office").control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        token = office.token().json()["access_token"]
        emulator.of("office").control("POST", "clock/advance", {"seconds": 60})
        told = emulator.of("office").wait("requests")
    assert [line["sandbox_at"][:16] for line in told["requests"]] == ["2030-01-01T00:00"]
    assert copy_all(_database(first), _database(second), lambda *_: None) == Copied(1, 1, 0)
    done = run_here(tmp_path, "copy", "--from", second, "--to", f"sqlite:///{file.name}")
    kept_none = "Exchanges of the journal left behind: 1, for a file of SQLite keeps none."
    assert done.stdout.splitlines() == ["Sandboxes copied: 1.", kept_none]
    assert copy_all(file, _database(third), lambda *_: None).left_behind == 0
    for place, journal in ((second, told["requests"]), (str(file), []), (third, [])):
        with served(database=place) as emulator:
            assert emulator.of("office").wait("requests")["requests"] == journal
            assert Newcomer(emulator.of("office")).ask("GET", "cases/", token=token).status_code == 200
            assert emulator.of("office").sphinxhq.open_case()["id"] == 1
            assert len(emulator.of("office").wait("requests")["requests"]) == len(journal) + 2


def test_a_copy_that_cannot_be_whole_leaves_nothing(kept: Path, postgres: Server) -> None:
    url = _database(postgres.new_url())
    with served(database=str(kept)) as emulator:
        emulator.of("second").sphinxhq.open_case()

    def fail(name: str, number: int, many: int) -> None:
        assert many == 2
        if number == 1:  # the first one is written
            raise RuntimeError

    with pytest.raises(RuntimeError):
        copy_all(kept, url, fail)
    assert copy_all(kept, url, lambda *_: None).sandboxes == 2  # which is refused for one that holds something
    with pytest.raises(StoreUnusable, match="holds sandboxes already"):
        copy_all(kept, url, lambda *_: None)


def test_the_command_copies_and_tells_how_far_it_is(kept: Path, postgres: Server, tmp_path: Path) -> None:
    done = run_here(tmp_path, "copy", "--from", f"sqlite:///{kept.name}", "--to", postgres.new_url())
    assert (done.returncode, done.stdout) == (0, "Sandboxes copied: 1.\n")
    assert "copying 1 of 1: kept" in done.stderr
    back = run_here(tmp_path, "copy", "--from", f"sqlite:///{kept.name}", "--to", "sqlite:///back.sqlite", "--json")
    assert json.loads(back.stdout) == {"sandboxes": 1, "exchanges": 0, "left_behind": 0}
    missing = run_here(tmp_path, "copy", "--from", "sqlite:///nowhere.sqlite", "--to", "sqlite:///new.sqlite")
    assert (missing.returncode, "nowhere.sqlite is not there" in missing.stderr) == (1, True)

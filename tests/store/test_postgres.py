"""What is PostgreSQL's own: how it is opened and refused, what it keeps, and how it is shown."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from emulator.core.case_file import CheckFilter
from emulator.core.errors import StoreUnavailable
from emulator.core.journal import Exchange
from emulator.core.model import CaseFilter, ClientClaim, Decision, NewCase, NewClient, Outcome, Schedule
from emulator.core.ports import Newborn
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock
from emulator.store import postgres_clock_history, postgres_journal, postgres_schema
from emulator.store.opening import AnyStore, open_store
from emulator.store.postgres import PostgresStore, place_of
from emulator.store.postgres_text import escaped, unescaped
from emulator.store.sqlite import StoreUnusable
from tests.postgres import Server
from tests.waiting import PATIENCE, wait_until

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEWBORN = Newborn(first_ids=(("case", 10), ("client", 20), ("check", 30)))
ODD_TEXTS = ["\x00", "a\x00b", "\ud800", "\x1b", "\x1b0000", "ä\udfff😀", "", " "]


@pytest.fixture
def pair(pair: tuple[AnyStore, AnyStore]) -> tuple[AnyStore, AnyStore]:
    """Two processes' stores on one database, with a sandbox."""
    with pair[0].transaction() as tx:
        tx.add_sandbox("a", [("p", NEWBORN)], NOW)
    return pair


def add_case(store: AnyStore, schedule: Schedule | None = None, key: str | None = None) -> int:
    order = NewCase(sandbox="a", provider="p", client=ClientClaim(fresh=NewClient(name="Ada")), external_id=key)
    with store.transaction() as tx:
        assert tx.sandbox("a")
        ids = tx.take_ids(order, new_client=True)
        client = tx.add_client("a", "p", ids.client, ClientClaim(), NewClient(name="Ada"), NOW)
        assert client
        return tx.add_case(order, client, ids, NOW, schedule, Decision(rule="r", outcome=Outcome.DENIED)).id


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_text_is_kept_as_it_is(pair: tuple[AnyStore, AnyStore], text: str) -> None:
    assert unescaped(escaped(text)) == text
    case_id = add_case(pair[0], key=text)
    with pair[1].reading() as read:
        case = read.case("a", "p", case_id, NOW)
        found = read.list_cases("a", "p", CaseFilter(external_id=text), NOW, offset=0, limit=9)
    assert case
    assert case.external_id == text
    assert [each.id for each in found] == [case_id]


def test_no_two_texts_are_kept_alike() -> None:
    assert len({escaped(text) for text in ODD_TEXTS}) == len(ODD_TEXTS)


def test_a_number_of_more_than_64_bits_is_refused_as_sqlite_refuses_it(pair: tuple[AnyStore, AnyStore]) -> None:
    with pytest.raises(OverflowError), pair[0].reading() as read:
        read.has_earlier_without_key("a", "p", 2**63)


def test_ids_never_collide_between_processes(pair: tuple[AnyStore, AnyStore]) -> None:
    ids: list[int] = []
    threads = [Thread(target=lambda store=store: ids.append(add_case(store))) for store in pair * 10]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == list(range(10, 30))


def test_the_second_process_to_create_a_sandbox_finds_that_of_the_first(pair: tuple[AnyStore, AnyStore]) -> None:
    created, seen = Event(), list[object]()

    def look() -> None:
        with pair[1].transaction() as tx:
            created.set()
            seen.append(tx.sandbox("new"))

    with pair[0].transaction() as tx:
        assert tx.sandbox("new") is None
        thread = Thread(target=look)
        thread.start()
        assert created.wait(PATIENCE)
        tx.add_sandbox("new", [], NOW)
    thread.join()
    assert seen[0] is not None


def test_what_one_process_is_about_to_complete_another_passes_over(pair: tuple[AnyStore, AnyStore]) -> None:
    due = [add_case(pair[0], Schedule(starts_at=NOW, ends_at=NOW)) for _ in range(2)]
    with pair[0].claiming():
        with pair[0].reading() as read:
            assert [case_id for *_, case_id in read.due_cases(NOW, 10)] == due
        with pair[1].reading() as read:
            assert read.due_cases(NOW, 10) == []
    with pair[1].reading() as read:
        assert len(read.due_cases(NOW, 10)) == 2


def test_a_newer_schema_is_refused(url: str, postgres: Server) -> None:
    open_store(None, url).close()
    schema = url.rpartition("%3D")[2]
    postgres.ask(f"UPDATE {schema}.schema_versions SET version = 900 WHERE track = 'shared'")
    with pytest.raises(StoreUnusable, match="written by a newer version"):
        open_store(None, url)


def test_the_tables_of_another_program_are_left_alone(url: str, postgres: Server) -> None:
    schema = url.rpartition("%3D")[2]
    postgres.ask(f"CREATE TABLE {schema}.clients (id int)")
    with pytest.raises(StoreUnusable, match=r"holds what another program made \(clients\)"):
        open_store(None, url)


def test_processes_that_start_at_once_make_the_schema_once(url: str) -> None:
    stores: list[AnyStore] = []
    threads = [Thread(target=lambda: stores.append(open_store(None, url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    for store in stores:
        store.check()
        store.close()


def test_a_step_of_the_schema_gives_way_to_a_transaction_that_would_deadlock_with_it(
    pair: tuple[AnyStore, AnyStore], url: str, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0001_more.sql").write_text("ALTER TABLE checks ADD a INT; ALTER TABLE cases ADD a INT;", "utf-8")
    monkeypatch.setitem(postgres_schema.TRACKS, "more", tmp_path)
    cases = f"'{url.rpartition('%3D')[2]}.cases'::regclass"
    waits = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = {cases}"
    upgraded: list[AnyStore] = []
    upgrade = Thread(target=lambda: upgraded.append(open_store(None, url)))
    with pair[0].transaction() as tx:
        assert tx.count_cases("a", "p", CaseFilter(archived=None, client_id=1), NOW) == 0
        upgrade.start()
        wait_until(lambda: postgres.ask(waits) == [(1,)])
        assert tx.count_checks("a", "p", CheckFilter(kind="PEP"), NOW) == 0
    upgrade.join()
    upgraded[0].close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@host:5433/name",
        "postgresql://me@host:5433/name?password=secret",
        "postgresql://host:5433/name?user=me&password=secret&sslmode=require",
    ],
)
def test_a_password_is_shown_nowhere(url: str) -> None:
    assert place_of(url) == "postgresql://me@host:5433/name"


def test_what_cannot_be_reached_is_told_without_the_password() -> None:
    with pytest.raises(StoreUnusable) as told:
        PostgresStore("postgresql://me:secret@127.0.0.1:1/name?connect_timeout=2", "tests")
    assert str(told.value).startswith("postgresql://me@127.0.0.1:1/name cannot be used: ")
    assert "secret" not in str(told.value)


def test_a_database_that_is_gone_is_trouble_until_it_is_back(postgres: Server, url: str) -> None:
    store = open_store(None, url)
    store.check()
    postgres.stop()
    try:
        with pytest.raises(StoreUnavailable, match=r"cannot be reached|does not answer"):
            store.check()
        with pytest.raises(StoreUnavailable):
            store.check()
    finally:
        postgres.start()
    _check_until_it_works(store)
    store.close()


def _check_until_it_works(store: AnyStore) -> None:
    for _ in range(20):
        try:
            return store.check()
        except StoreUnavailable:
            Event().wait(0.2)
    raise AssertionError("it never came back")


def exchange(**fields: object) -> Exchange:
    given = {
        "number": 0,
        "at": NOW,
        "outgoing": False,
        "sandbox": "a",
        "provider": "p",
        "method": "POST",
        "url": "/x?token=secret",
        "headers": {"X-Api-Key": "secret"},
        "body": b"\x00\xff",
        "status": 200,
        "answer_headers": {},
        "answer": b"{}",
        "took": 0.5,
    }
    return Exchange(**{**given, **fields})  # type: ignore[arg-type]


def test_the_journal_of_one_process_is_read_on_another_with_its_secrets_masked_in_the_database(
    pair: tuple[AnyStore, AnyStore], postgres: Server, url: str
) -> None:
    journals = [store.open_journal() for store in pair]
    journals[0].add(exchange())
    journals[1].add(exchange(advice=("\x00\ud800",)))
    [first, second] = journals[0].find("a", lambda _: True).exchanges
    assert (first.number, second.number) == (1, 2)
    assert (first.url, first.body, second.advice) == ("/x?token=***", b"\x00\xff", ("\x00\ud800",))
    schema = url.rpartition("%3D")[2]
    [(kept,)] = postgres.ask(f"SELECT exchange FROM {schema}.exchanges WHERE number = 1")
    assert "secret" not in str(kept)
    assert json.loads(str(kept))["headers"] == {"X-Api-Key": "***"}


def test_the_journal_is_bounded_and_tells_what_it_lost_even_after_a_reset(pair: tuple[AnyStore, AnyStore]) -> None:
    journal = pair[0].open_journal()
    journal.most_exchanges = 3
    for _ in range(5):
        journal.add(exchange())
    found = journal.find("a", lambda _: True)
    assert [each.number for each in found.exchanges] == [3, 4, 5]
    assert (found.evicted, found.last_evicted, journal.evicted) == (2, 2, 2)
    journal.forget("a")
    journal.add(exchange())
    found = pair[1].open_journal().find("a", lambda _: True)
    assert [each.number for each in found.exchanges] == [6]
    assert (found.evicted, found.last_evicted) == (0, 0)


def test_the_changes_of_clocks_are_bounded_and_go_with_the_journal(
    pair: tuple[AnyStore, AnyStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_clock_history, "MOST_CHANGES", 3)
    one, other = (store.open_clock_history() for store in pair)
    walls = [NOW + timedelta(seconds=number) for number in range(5)]
    for wall in walls:
        one.note("a", SandboxClock(at=wall, factor=0), wall)
    one.note("b", WALL_TIME, NOW)
    assert [until for until, _ in other.changes("a")] == walls[2:]
    assert other.readings("a", WALL_TIME, [NOW, walls[3], walls[4]]) == [walls[2], walls[4], walls[4]]
    assert [clock for _, clock in other.changes("b")] == [WALL_TIME]
    one.forget("b")
    assert other.changes("b") == []
    assert len(other.changes("a")) == 3


def test_the_changes_of_a_clock_whose_sandbox_is_gone_last_as_long_as_its_journal(
    pair: tuple[AnyStore, AnyStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_journal, "BETWEEN_BYTES", 1)  # it looks after each exchange
    history, journal = pair[0].open_clock_history(), pair[1].open_journal()
    for name in ("a", "told", "gone"):
        history.note(name, WALL_TIME, NOW)
    journal.add(exchange(sandbox="told"))
    assert [len(history.changes(name)) for name in ("a", "told", "gone")] == [1, 1, 0]

"""What every store must do, on both engines."""

import gc
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.core.case_file import NewDocument
from emulator.core.deliveries import Attempt, Delivery, DeliveryFilter, DeliveryState
from emulator.core.model import (
    Case,
    CaseFilter,
    ClientClaim,
    Decision,
    NewCase,
    NewCheck,
    NewClient,
    Outcome,
    Sandbox,
    Schedule,
    State,
)
from emulator.core.ports import Newborn, Store, Transaction
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock, to_micros
from emulator.store.sqlite import SqliteStore
from tests.stores import ENGINES, new_store

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
BORN = to_micros(NOW)
SOON = Schedule(starts_at=NOW + timedelta(seconds=1), ends_at=NOW + timedelta(seconds=2))
DECISION = Decision(rule="surname Denied", outcome=Outcome.DENIED)
DOCUMENT = NewDocument(name="a.pdf", media_type="application/pdf", size=3, digest="00")
NEWBORN = Newborn(first_ids=(("case", 10), ("client", 20), ("check", 30)), documents=((5, DOCUMENT),))


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with new_store(request, request.param, tmp_path / "kept.sqlite") as store:
        with store.transaction() as tx:
            tx.add_sandbox("a", [("p", NEWBORN)], NOW)
        yield store


def order(**fields: object) -> NewCase:
    claim = ClientClaim(fresh=NewClient(name="Ada"))
    return replace(NewCase(sandbox="a", provider="p", client=claim), **fields)  # type: ignore[arg-type]


def add(store: Store, schedule: Schedule | None = None, key: str | None = None, **fields: object) -> Case:
    with store.transaction() as tx:
        return write(tx, order(client=ClientClaim(reuse_key=key, external_id=key), **fields), schedule)


def write(tx: Transaction, new: NewCase, schedule: Schedule | None = None) -> Case:
    ids = tx.take_ids(new, new_client=True)
    fresh = NewClient(name="Ada", kind="person", details='{"x":1}')
    client = tx.add_client("a", "p", ids.client, new.client, fresh, NOW)
    assert client, "its external id is taken"
    case = tx.add_case(new, client, ids, NOW, schedule, DECISION)
    assert case, "its key is taken"
    return case


def read(store: Store, case_id: int, now: datetime = NOW) -> Case | None:
    with store.reading() as reading:
        return reading.case("a", "p", case_id, now)


def test_a_case_reads_as_it_was_added(store: Store) -> None:
    checks = (NewCheck(kind="PEP", details='{"y":2}'), NewCheck(kind="IDV"))
    case = add(store, SOON, external_id="r", webhook_url="u", retention_days=3, details='{"z":3}', checks=checks)
    assert read(store, case.id) == case
    assert [(case.id, case.client.id), [check.id for check in case.checks]] == [(10, 20), [30, 31]]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 2**63 - 1, -(2**63)])
def test_nothing_has_an_id_that_no_column_holds(store: Store, number: int) -> None:
    with store.transaction() as tx:
        found = [
            ask("a", "p", number, NOW) for ask in (tx.case, tx.case_even_expired, tx.client, tx.check, tx.document)
        ]
        assert (found, tx.archive_case("a", "p", number, NOW)) == ([None] * 5, False)


def test_a_transaction_that_raises_leaves_nothing_not_even_a_used_id(store: Store) -> None:
    def add_and_fail(tx: Transaction) -> None:
        write(tx, order())
        raise RuntimeError

    with pytest.raises(RuntimeError), store.transaction() as tx:
        add_and_fail(tx)
    case = add(store)
    assert (case.id, case.client.id) == (10, 20)


def test_ids_go_on_whoever_took_the_last_one(store: Store) -> None:
    def take() -> tuple[int, int, int]:
        with store.transaction() as tx:
            ids = tx.take_ids(order(checks=(NewCheck(kind="PEP"),)), new_client=True)
            return ids.case, ids.client, ids.first_check

    def take_one_alone(kind: str) -> int:
        with store.transaction() as tx:
            return tx.take_id("a", "p", kind)

    assert take() == (10, 20, 30)
    assert take_one_alone("client") == 21
    assert take_one_alone("check") == 31
    assert take() == (11, 22, 32)
    with store.transaction() as tx:
        tx.take_ids(order(), new_client=False)
    assert take() == (13, 23, 33)
    with store.transaction() as tx:
        tx.drop_sandbox("a")
        tx.add_sandbox("a", [("p", NEWBORN)], NOW)
    assert take() == (10, 20, 30)


def test_one_client_per_key_is_a_constraint(store: Store) -> None:
    add(store, key="same")
    with pytest.raises(AssertionError, match="is taken"):
        add(store, key="same")
    with store.reading() as reading:
        found = reading.client_by_key("a", "p", "same", NOW)
        assert found
        assert found.id == 20
        assert reading.client_by_key("a", "p", "SAME", NOW) is None
        assert reading.client_by_key("a", "other", "same", NOW) is None


def test_ids_never_collide_under_concurrency(store: Store) -> None:
    ids: list[int] = []
    threads = [threading.Thread(target=lambda: ids.append(add(store).id)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == list(range(10, 30))


def test_a_saved_case_and_its_checks_read_as_saved(store: Store) -> None:
    case = add(store, SOON, checks=(NewCheck(kind="PEP"),))
    later = NOW + timedelta(seconds=5)
    check = replace(
        case.checks[0],
        state=State.COMPLETED,
        outcome=Outcome.DENIED,
        risk_score=0.9,
        title="t",
        note="n",
        reasoning="r",
        updated_at=later,
    )
    done = replace(
        case,
        state=State.COMPLETED,
        outcome=Outcome.DENIED,
        risk_score=0.9,
        due_at=None,
        updated_at=later,
        checks=(check,),
    )
    with store.transaction() as tx:
        assert tx.save_case(case, done, BORN)
        assert not tx.save_case(case, done, BORN)  # it has moved on meanwhile
        assert not tx.save_case(done, case, BORN + 1)  # it belongs to another life of its sandbox
    assert read(store, case.id) == done


def test_due_cases_come_in_order_and_only_when_due(store: Store) -> None:
    late = add(store, Schedule(starts_at=NOW + timedelta(seconds=9), ends_at=NOW + timedelta(seconds=9)))
    early = add(store, SOON)
    add(store)
    with store.reading() as reading:
        assert reading.next_due(NOW, []) == SOON.starts_at
        assert reading.due_cases(NOW, 10) == []
        due = reading.due_cases(NOW + timedelta(minutes=1), 10)
    assert [case_id for _, _, case_id in due] == [early.id, late.id]


def test_a_case_reads_as_gone_from_its_last_day_on(store: Store) -> None:
    case = add(store, retention_days=30)
    day = NOW + timedelta(days=30)
    assert read(store, case.id, day - timedelta(microseconds=1))
    assert read(store, case.id, day) is None
    kept = add(store, retention_days=0)
    assert read(store, kept.id)
    with store.transaction() as tx:
        tx.expire_settled("a", "p", kept.id, NOW)
    assert read(store, kept.id) is None
    with store.reading() as reading:
        assert reading.case_even_expired("a", "p", kept.id, NOW) == kept


def test_lists_are_filtered_counted_and_paged(store: Store) -> None:
    cases = [add(store, webhook_url=url) for url in ("u", "", None)]
    with store.transaction() as tx:
        tx.save_case(cases[0], replace(cases[0], outcome=Outcome.DENIED), BORN)
    with store.reading() as reading:

        def ids(**wanted: object) -> list[int]:
            found = CaseFilter(**wanted)  # type: ignore[arg-type]
            listed = reading.list_cases("a", "p", found, NOW, offset=0, limit=10)
            assert reading.count_cases("a", "p", found, NOW) == len(listed)
            return [case.id for case in listed]

        assert ids() == [12, 11, 10]
        assert ids(outcomes=frozenset({Outcome.DENIED})) == [10]
        assert ids(outcomes=frozenset({None})) == [12, 11]
        assert ids(outcomes=frozenset({Outcome.APPROVED})) == []
        assert ids(has_webhook=True) == [10]
        assert ids(has_webhook=False) == [12, 11]
        assert ids(client_id=cases[1].client.id) == [11]
        assert [c.id for c in reading.list_cases("a", "p", CaseFilter(), NOW, offset=1, limit=1)] == [11]
        assert reading.count_cases("b", "p", CaseFilter(), NOW) == 0


def delivery(key: str = "d", url: str | None = "http://receiver:1/x") -> Delivery:
    state = DeliveryState.SCHEDULED if url else DeliveryState.INBOX
    return Delivery(
        id=key,
        sandbox="a",
        provider="p",
        case_id=10,
        event="e",
        url=url,
        headers={"B": "1", "A": "2"},
        body=b"\x00\xffraw",
        state=state,
        created_at=NOW,
        due_at=NOW if url else None,
    )


def test_a_delivery_keeps_header_order_and_bytes(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_delivery(delivery())
        [found] = tx.due_deliveries(NOW, [], 10)
    assert found == delivery()
    assert list(found.headers) == ["B", "A"]


def test_a_busy_target_is_passed_over(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_delivery(delivery("one", "http://receiver:1/"))
        tx.add_delivery(delivery("two", "http://receiver:10/"))
        tx.add_delivery(delivery("odd", "http://%/"))
        assert {d.id for d in tx.due_deliveries(NOW, ["receiver:1"], 10)} == {"two", "odd"}
        assert tx.due_deliveries(NOW, ["receiver:1", "receiver:10", "nowhere"], 10) == []


def test_only_the_holder_of_the_lease_settles(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_delivery(delivery())
        leased = tx.lease(delivery(), "me", 0.0, 60.0)
        done = replace(leased, state=DeliveryState.DELIVERED, due_at=None)
        assert not tx.settle(done, "other", Attempt(status=200), NOW)
        assert not tx.settle(replace(done, attempts=2), "me", Attempt(status=200), NOW)
        assert tx.settle(done, "me", Attempt(status=200), NOW)
        assert not tx.settle(done, "me", Attempt(status=200), NOW)
        assert tx.next_due(NOW, []) is None


def test_the_inbox_holds_what_was_not_dialled(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_delivery(delivery("kept", None))
        tx.add_delivery(delivery("sent"))
    with store.reading() as reading:
        count, kept = reading.inbox("a", 10)
        assert (count, [d.id for d in kept]) == (1, ["kept"])
        assert reading.inbox("b", 10) == (0, [])


def test_the_inbox_shows_the_newest_and_counts_all(store: Store) -> None:
    with store.transaction() as tx:
        for number in range(5):
            tx.add_delivery(replace(delivery(f"k{number}", None), created_at=NOW + timedelta(seconds=number)))
        count, kept = tx.inbox("a", 2)
    assert (count, [d.id for d in kept]) == (5, ["k3", "k4"])


def test_sandboxes_without_cases_are_dropped_with_all_they_hold_first_those_for_which_nothing_was_set(
    store: Store,
) -> None:
    add(store, SOON)
    with store.transaction() as tx:
        for number in range(150):
            tx.add_sandbox(f"s{number}", [("p", NEWBORN)], NOW + timedelta(seconds=number))
        tx.save_sandbox_settings("s0", '{"delay": 1}')
        assert (tx.count_sandboxes(), tx.drop_empty_sandboxes()) == (151, 100)
        assert tx.sandbox("s1") is None
        assert tx.known_documents("s1", "p", [5], NOW) == set()
        assert tx.known_documents("a", "p", [5, 6], NOW) == {5}
        assert all(tx.sandbox(kept) for kept in ("a", "s0", "s149", "s120"))
        assert (tx.drop_empty_sandboxes(), tx.drop_empty_sandboxes(), tx.count_sandboxes()) == (50, 0, 1)


def test_what_is_committed_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "again.sqlite"
    store = SqliteStore(path)
    with store.transaction() as tx:
        tx.add_sandbox("a", [("p", NEWBORN)], NOW)
    case = add(store, SOON)
    store.close()
    again = SqliteStore(path)
    assert read(again, case.id) == case
    again.close()


def test_deliveries_are_found_with_their_attempts_and_the_name_of_their_case(store: Store) -> None:
    case = add(store, external_id="order-1")
    sent = replace(delivery(), case_id=case.id)
    with store.transaction() as tx:
        tx.add_delivery(sent)
        tx.add_delivery(replace(delivery("other"), provider="q"))
        leased = tx.lease(sent, "me", 0.0, 60.0)
        headers = {"Retry-After": "5"}
        attempt = Attempt(status=503, error="busy", answer=b"later", headers=headers, took=timedelta(milliseconds=12))
        tx.settle(replace(leased, state=DeliveryState.FAILED, due_at=None), "me", attempt, NOW)
        assert not tx.holds_lease(leased, "me")

    def ids(**wanted: object) -> list[str]:
        with store.reading() as reading:
            found = reading.find_deliveries("a", DeliveryFilter(**wanted), 10)  # type: ignore[arg-type]
        return [report.delivery.id for report in found]

    assert ids() == ["d", "other"]
    assert ids(external_id="order-1") == ids(case_id=case.id, provider="p") == ids(states={"failed"}) == ["d"]
    assert ids(event="e", id="other") == ["other"]
    assert ids(external_id="ORDER-1") == ids(provider="x") == ids(text="nobody") == []
    assert ids(text="RDER-1") == ids(text=str(case.id)) == ["d"]
    with store.reading() as reading:
        [report] = reading.find_deliveries("a", DeliveryFilter(id="d"), 10)
    assert (report.external_id, len(report.attempts)) == ("order-1", 1)
    [made] = report.attempts
    assert (made.number, made.status, made.error, made.answer) == (1, 503, "busy", b"later")
    assert made.headers == headers
    assert made.took == timedelta(milliseconds=12)


def test_a_delivery_is_due_again_unless_it_is_being_sent(store: Store) -> None:
    with store.transaction() as tx:
        tx.add_delivery(delivery())
        leased = tx.lease(delivery(), "me", 0.0, 60.0)
        assert not tx.redeliver("a", "d", NOW)
        tx.settle(replace(leased, state=DeliveryState.DELIVERED, due_at=None), "me", Attempt(status=200), NOW)
        assert tx.redeliver("a", "d", NOW)
        assert not tx.redeliver("a", "unknown", NOW)
        assert [(d.id, d.attempts) for d in tx.due_deliveries(NOW, [], 10)] == [("d", 1)]


def test_a_sandbox_keeps_its_settings_and_clock_until_it_is_dropped(store: Store) -> None:
    clock = SandboxClock(at=NOW, anchor=NOW, factor=60.0)
    with store.transaction() as tx:
        assert (tx.sandbox("a"), tx.sandbox("b")) == (Sandbox(), None)
        tx.save_sandbox_settings("a", '{"delay": 1}')
        tx.save_clock("a", clock, advancing=True)
        assert tx.sandbox("a") == Sandbox(settings='{"delay": 1}', clock=clock, advancing=True)
        tx.stop_advancing()
        assert tx.sandbox("a") == Sandbox(settings='{"delay": 1}', clock=clock)
        assert tx.sandbox_names() == ["a"]
        tx.drop_sandbox("a")
        assert (tx.sandbox("a"), tx.sandbox_names()) == (None, [])


@pytest.mark.parametrize(
    ("clock", "due_now", "next_due"),
    [
        (WALL_TIME, False, SOON.starts_at),
        (SandboxClock(at=NOW, anchor=NOW, factor=0.0), False, None),
        (SandboxClock(at=SOON.starts_at, anchor=NOW, factor=0.0), True, None),
        (SandboxClock(at=NOW, anchor=NOW, factor=10.0), False, NOW + timedelta(milliseconds=100)),
        (SandboxClock(at=NOW + timedelta(days=1), anchor=NOW, factor=1.0), True, NOW),
    ],
)
def test_what_is_due_is_due_by_the_sandbox_s_own_clock(
    store: Store, clock: SandboxClock, due_now: bool, next_due: datetime | None
) -> None:
    case = add(store, SOON)
    with store.transaction() as tx:
        tx.save_clock("a", clock, advancing=False)
        tx.add_delivery(replace(delivery(), due_at=SOON.starts_at))
        assert [case_id for _, _, case_id in tx.due_cases(NOW, 10)] == ([case.id] if due_now else [])
        assert len(tx.due_deliveries(NOW, [], 10)) == int(due_now)
        assert tx.next_due(NOW, []) == next_due
        tx.save_clock("a", clock, advancing=True)
        assert (tx.due_cases(NOW, 10), tx.due_deliveries(NOW, [], 10), tx.next_due(NOW, [])) == ([], [], None)
        assert tx.next_due_of("a").first == SOON.starts_at
        assert len(tx.due_cases_of("a", SOON.starts_at)) == len(tx.due_deliveries_of("a", SOON.starts_at, 9)) == 1


def test_a_row_that_cannot_be_read_leaves_no_query_open(tmp_path: Path) -> None:
    left: list[object] = []
    store = SqliteStore(tmp_path / "x.sqlite")
    with store.transaction() as tx:
        tx.add_sandbox("a", [("p", NEWBORN)], NOW)
        for key in ("first", "second"):
            tx.add_delivery(delivery(key))
    store._db.execute("UPDATE deliveries SET state = 'no such state'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "unraisablehook", left.append)
        with store.transaction() as tx, pytest.raises(ValueError, match="no such state") as caught:
            tx.all_deliveries("a")
        store.close()
        del caught
        gc.collect()
    assert left == []


def test_the_latest_moment_is_the_latest_by_wall_time(store: Store) -> None:
    later = NOW + timedelta(days=1)
    with store.transaction() as tx:
        assert tx.latest_moment() == NOW  # when the sandbox was made
        tx.save_clock("a", SandboxClock(at=later + timedelta(days=9), anchor=later), advancing=False)
        assert tx.latest_moment() == later


@pytest.mark.parametrize(("clock", "counts"), [(WALL_TIME, True), (SandboxClock(at=NOW, anchor=NOW), False)])
def test_a_case_counts_for_the_latest_moment_unless_its_sandbox_has_a_clock_of_its_own(
    store: Store, clock: SandboxClock, counts: bool
) -> None:
    case = add(store)
    later = NOW + timedelta(days=1)
    with store.transaction() as tx:
        tx.save_case(case, replace(case, updated_at=later), BORN)
        tx.save_clock("a", clock, advancing=False)
        assert tx.latest_moment() == (later if counts else NOW)

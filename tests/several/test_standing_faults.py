"""Cases that end in sandboxes with standing faults: whoever ends them holds the sandbox first, as a reset does."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import current_thread
from typing import Any

import pytest

from emulator.core import completion
from emulator.core.completion import Completion, Moved
from emulator.core.deliveries import RenderedWebhook
from emulator.core.faults import Fault
from emulator.core.in_flight import InFlight
from emulator.core.matching import Match
from emulator.core.model import ClientClaim, CompletionOrder, Decision, NewCase, NewClient, Outcome, Schedule, State
from emulator.core.ports import Newborn, ProviderRules
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.store.changes import Changes
from emulator.store.opening import AnyStore
from tests.core.test_outbox import START, SteppedClock
from tests.postgres import Server
from tests.waiting import PATIENCE, wait_until

RULES = ProviderRules(
    newborn=Newborn(first_ids=(("case", 1), ("client", 1))),
    conclude=lambda case, _: case,
    render_webhook=lambda *_: RenderedWebhook(event="done", url=None, headers={}, body=b"{}"),
)
DENIED = Decision(rule="r", outcome=Outcome.DENIED)
STANDING = Fault(id="f", kind="status", match=Match(), until=START + timedelta(days=1))


def office(store: AnyStore) -> Completion:
    """What ends the cases of a process in which a fault stands."""
    clock = SteppedClock()
    sandboxes = Sandboxes(
        store=store,
        clock=clock,
        defaults=SandboxSettings(standing=(STANDING,)),
        provider_rules={"p": RULES},
        in_flight=InFlight(),
    )
    return Completion(store=store, clock=clock, sandboxes=sandboxes, wake=lambda _: None, news=Signal())


def open_due(store: AnyStore, sandbox: str, after: int) -> int:
    """Open a case that is due, so many microseconds after the first moment; its id."""
    order = NewCase(sandbox=sandbox, provider="p", client=ClientClaim(fresh=NewClient(name="Ada")))
    due = START + timedelta(microseconds=after) - timedelta(seconds=1)
    with store.transaction() as tx:
        if not tx.sandbox(sandbox):
            tx.add_sandbox(sandbox, [("p", RULES.newborn)], START)
        ids = tx.take_ids(order, new_client=True)
        client = tx.add_client(sandbox, "p", ids.client, order.client, NewClient(name="Ada"), START)
        assert client
        case = tx.add_case(order, client, ids, START, Schedule(starts_at=due, ends_at=due), DENIED)
    assert case
    return case.id


def waits(postgres: Server, store: AnyStore) -> Callable[[], bool]:
    """Whether a transaction of that process waits for another."""
    whose = f"application_name = '{store.owner}' AND wait_event_type = 'Lock'"
    return lambda: postgres.ask(f"SELECT count(*) FROM pg_stat_activity WHERE {whose}") == [(1,)]


def after_its_first(patch: pytest.MonkeyPatch, owner: type, name: str, then: Callable[[], object]) -> None:
    """Have something happen when this thread has called a method, and committed nothing since."""
    method, here, called = getattr(owner, name), current_thread(), list[str]()

    def spied(*given: Any, **named: Any) -> Any:
        result = method(*given, **named)
        if current_thread() is here and not called:
            called.append(name)
            then()
        return result

    patch.setattr(owner, name, spied)


def test_an_order_and_a_reset_do_not_wait_for_each_other(
    pair: tuple[AnyStore, AnyStore], postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, resets = (office(store) for store in pair)
    case_id, done = open_due(pair[0], "a", 0), list["Future[None]"]()

    def begin_to_reset() -> None:
        done.append(pool.submit(resets.sandboxes.reset, "a"))
        wait_until(waits(postgres, pair[1]))

    after_its_first(monkeypatch, Changes, "save_case", begin_to_reset)
    with ThreadPoolExecutor(1) as pool:
        ended = ends.complete("a", "p", case_id, CompletionOrder(DENIED, lambda case: case))
        done[0].result(PATIENCE)
    assert ended.state is State.COMPLETED
    assert resets.sandboxes.names() == []


def test_two_processes_that_end_cases_of_the_same_sandboxes_do_not_wait_for_each_other(
    pair: tuple[AnyStore, AnyStore], postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(*_: object) -> None:
        raise AssertionError("a batch was undone")

    one, other = (office(store) for store in pair)
    for place, sandbox in enumerate("abba"):
        open_due(pair[0], sandbox, place)
    monkeypatch.setattr(completion, "BATCH", 1)  # of which PostgreSQL gives two at a time
    monkeypatch.setattr(Completion, "_safely", alone)
    done = list["Future[Sequence[Moved | None]]"]()

    def begin_to_end_others() -> None:
        done.append(pool.submit(other.complete_due))
        wait_until(waits(postgres, pair[1]))

    after_its_first(monkeypatch, Sandboxes, "view", begin_to_end_others)
    with ThreadPoolExecutor(1) as pool:
        moved = [*one.complete_due(), *done[0].result(PATIENCE)]
    assert [each and each.case.sandbox for each in moved] == ["a", "b", "b", "a"]

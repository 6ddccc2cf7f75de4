"""Cases on their way to the end, with a clock that the test moves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from emulator.core.cases import Cases
from emulator.core.completion import Completion, Key
from emulator.core.deliveries import RenderedWebhook
from emulator.core.in_flight import InFlight
from emulator.core.model import Case, ClientClaim, NewCase, NewClient, Outcome, State
from emulator.core.ports import Newborn, ProviderRules
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_clock import WALL_TIME
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import Signal
from emulator.store.sqlite import SqliteStore
from tests.core.test_outbox import SteppedClock

NEWBORN = Newborn(first_ids=(("case", 1), ("client", 1), ("check", 1)))


class Office:
    """Opens cases and completes what is due; the provider may be made to break down."""

    def __init__(self) -> None:
        self.store, self.clock, self.broken = SqliteStore(), SteppedClock(), False
        self.delivered: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None  # happens while the end of a case is prepared
        rules = ProviderRules(newborn=NEWBORN, conclude=self._conclude, render_webhook=self._render_webhook)
        self.sandboxes = Sandboxes(
            store=self.store,
            clock=self.clock,
            defaults=SandboxSettings(),
            provider_rules={"p": rules},
            in_flight=InFlight(),
        )
        parts: dict[str, Any] = {
            "store": self.store,
            "clock": self.clock,
            "sandboxes": self.sandboxes,
            "wake": lambda _: None,
        }
        self.cases = Cases(**parts, complete_early=lambda *_: None)
        self.completion = Completion(**parts, news=Signal())

    def _conclude(self, case: Case, random: SeededRandom) -> Case:
        if self.broken:
            raise RuntimeError("no idea how")
        self.meanwhile()
        return case

    def _render_webhook(self, case: Case, settings: SandboxSettings, event_id: str) -> RenderedWebhook:
        return RenderedWebhook(event="done", url=None, headers={}, body=b"{}")

    def open(self, name: str = "Ada", key: str | None = None, **fields: object) -> Case:
        claim = ClientClaim(reuse_key=key, external_id=key, fresh=NewClient(name=name), updates=True)
        return self.cases.open(replace(NewCase(sandbox="a", provider="p", client=claim), **fields))  # type: ignore[arg-type]

    def run(self, **later: float) -> None:
        """Let that much time go by, and do all that is due then."""
        self.clock.moment += timedelta(**later)
        while self.completion.complete_due():
            pass

    def advancing(self, is_so: bool) -> None:
        """Let the advance of the sandbox's clock begin or end."""
        with self.store.transaction() as tx:
            tx.save_clock("a", WALL_TIME, advancing=is_so)

    def state(self, case: Case) -> tuple[State, Outcome | None]:
        with self.store.reading() as read:
            found = read.case_even_expired("a", "p", case.id, self.clock.now())
        assert found
        return found.state, found.outcome

    def webhooks(self) -> int:
        return self.cases.inbox("a")[0]


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.store.close()


def test_a_case_is_worked_on_and_then_ends(office: Office) -> None:
    case = office.open()
    office.run(seconds=0.5)
    assert office.state(case) == (State.OPEN, None)
    office.run(seconds=0.6)
    assert office.state(case) == (State.PROCESSING, None)
    office.run(seconds=1)
    assert office.state(case) == (State.COMPLETED, Outcome.APPROVED)
    assert office.webhooks() == 1


def test_a_case_that_expired_before_it_could_end_ends_all_the_same(office: Office) -> None:
    for _ in range(120):  # more than are taken in one go
        office.open(retention_days=1)
    office.run(days=2)
    assert office.webhooks() == 120
    fresh = office.open()
    office.run(seconds=2)
    assert office.state(fresh) == (State.COMPLETED, Outcome.APPROVED)


def test_a_case_that_cannot_end_now_is_tried_again_and_holds_up_nobody(office: Office) -> None:
    stuck = office.open()
    office.broken = True
    office.run(seconds=2)
    office.broken = False
    other = office.open()
    office.run(seconds=2)
    assert office.state(stuck) == (State.PROCESSING, None)
    assert office.state(other)[0] is State.COMPLETED
    office.run(minutes=1)
    assert office.state(stuck) == (State.COMPLETED, Outcome.APPROVED)
    assert office.webhooks() == 2


def test_how_a_case_ends_is_decided_when_it_is_opened(office: Office) -> None:
    first = office.open("Ada Lovelace", key="one")
    stuck = office.open("Ada Stuck", key="one")
    denied = office.open("Ada Denied", key="one")
    office.run(days=1)
    assert office.state(first) == (State.COMPLETED, Outcome.APPROVED)
    assert office.state(stuck) == (State.OPEN, None)
    assert office.state(denied) == (State.COMPLETED, Outcome.DENIED)


def test_a_slow_case_takes_ten_times_as_long(office: Office) -> None:
    slow = office.open("Ada Slow")
    office.run(seconds=19.9)
    assert office.state(slow)[0] is State.PROCESSING
    office.run(seconds=0.1)
    assert office.state(slow)[0] is State.COMPLETED


def test_a_case_that_was_reset_meanwhile_sends_nothing(office: Office) -> None:
    office.open()
    office.sandboxes.reset("a")
    office.run(seconds=2)
    assert office.webhooks() == 0


def test_a_due_case_is_left_to_the_advance_of_its_clock_that_begins_meanwhile(office: Office) -> None:
    case = office.open()
    office.clock.moment += timedelta(seconds=2)
    office.meanwhile = lambda: office.advancing(True)
    assert office.completion.complete_due() == [None]
    assert office.state(case) == (State.OPEN, None)
    office.meanwhile = lambda: None
    office.advancing(False)
    office.run()
    assert office.state(case) == (State.COMPLETED, Outcome.APPROVED)


def test_a_due_case_is_left_to_the_advance_of_its_clock_that_began_before_it_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, read = office.open(), Completion._read

    def read_late(completion: Completion, due: Sequence[Key]) -> list[tuple[SandboxView, Case]]:
        office.advancing(True)
        return read(completion, due)

    office.clock.moment += timedelta(seconds=2)
    monkeypatch.setattr(Completion, "_read", read_late)
    office.completion.complete_due()
    assert office.state(case) == (State.OPEN, None)
    monkeypatch.undo()
    office.advancing(False)
    office.run()
    assert office.state(case) == (State.COMPLETED, Outcome.APPROVED)


def test_cases_that_can_end_do_so_in_one_transaction_and_in_order(office: Office) -> None:
    cases = [office.open() for _ in range(5)]
    office.clock.moment += timedelta(seconds=2)
    moved = [each.case.id for each in office.completion.complete_due() if each]
    assert moved == [case.id for case in cases]
    assert office.webhooks() == 5

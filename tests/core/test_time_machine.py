"""Time run step by step, where something else happens meanwhile."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from emulator.core.deliveries import Attempt, Delivery, RenderedWebhook
from emulator.core.outbox import Outbox
from emulator.core.retry import ONCE
from emulator.core.sandbox_clock import WALL_TIME
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.time_machine import TimeMachine
from tests.core.test_completion import Office
from tests.waiting import PATIENCE, wait_until


class Careless:
    """A sender during whose attempt the sandbox is reset and used again."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def send(self, delivery: Delivery) -> Attempt:
        with self.office.store.transaction() as tx:
            tx.drop_sandbox("a")
        self.office.open()
        return Attempt(status=200)


def test_a_sandbox_that_is_reset_while_it_is_advanced_is_a_newborn_on_wall_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def to_somebody(self: Office, *_: Any) -> RenderedWebhook:
        return RenderedWebhook(event="done", url="http://localhost:1/", headers={}, body=b"{}")

    monkeypatch.setattr(Office, "_render_webhook", to_somebody)
    office = Office()
    sandboxes = office.sandboxes
    parts: dict[str, Any] = {"store": office.store, "clock": office.clock, "wake": lambda _: None}
    outbox = Outbox(
        **parts,
        sandboxes=replace(sandboxes, defaults=SandboxSettings(retry=ONCE)),
        sender=Careless(office),
        owner="me",
    )
    time_machine = TimeMachine(**parts, sandboxes=sandboxes, completion=office.completion, outbox=outbox)
    office.open()
    time_machine.advance("a", timedelta(days=1))
    assert time_machine.read("a").clock is WALL_TIME
    office.store.close()


def test_an_advance_that_another_thread_ends_does_not_end_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    parts: dict[str, Any] = {"store": office.store, "clock": office.clock, "wake": lambda _: None}
    outbox = Outbox(**parts, sandboxes=office.sandboxes, sender=Careless(office), owner="me")
    time_machine = TimeMachine(**parts, sandboxes=office.sandboxes, completion=office.completion, outbox=outbox)
    office.open()
    before, _ = time_machine._begin("a", timedelta(days=1))
    time_machine.unfinished["a"] = before, before.now
    move, begun = TimeMachine._move, Event()

    def move_slowly(self: TimeMachine, *given: Any, **named: Any) -> Any:
        begun.set()
        wait_until(lambda: second.running())
        return move(self, *given, **named)

    monkeypatch.setattr(TimeMachine, "_move", move_slowly)
    with ThreadPoolExecutor(2) as pool:
        second: Future[Any] = Future()
        first = pool.submit(time_machine.finish)
        assert begun.wait(PATIENCE)
        second = pool.submit(time_machine.finish)
        first.result(PATIENCE)
        time_machine._begin("a", timedelta(days=1))  # the next advance
        second.result(PATIENCE)
    assert time_machine.read("a").advancing
    office.store.close()

"""The thread that notices what is due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from emulator.core.completion import Completion
from emulator.delivery.worker import Alarm
from tests.emulators import Emulator, served

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_cases_that_end_much_later_do_not_keep_it_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []
    look = Completion.complete_due
    monkeypatch.setattr(Completion, "complete_due", lambda self: turns.append(1) or look(self))
    with served(delay=3600) as emulator, ThreadPoolExecutor(8) as pool:
        mine = (Emulator(emulator.url) for _ in range(400))
        list(pool.map(lambda e: e.aplyid.open_case(), mine))
    assert len(turns) < 15  # once a second, and not once a case


def test_what_is_announced_while_it_looked_is_not_missed() -> None:
    alarm = Alarm()
    alarm.listen()
    alarm.wake(NOW)
    alarm.sleep(NOW + timedelta(days=1), lambda: NOW)  # would take a day


def test_it_is_woken_from_its_sleep_by_a_ring_before() -> None:
    alarm = Alarm()
    alarm.listen()
    alarm.ring()
    alarm.sleep(NOW + timedelta(days=1), lambda: NOW)

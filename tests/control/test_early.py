"""The fault `early`: the webhook arrives before the answer, whatever else is planned for the case."""

import pytest

from emulator.core import haste
from tests.emulators import Emulator
from tests.receivers import receiving


@pytest.fixture
def frozen(emulator: Emulator) -> Emulator:
    """A sandbox whose clock stands still, where cases take a minute."""
    emulator.control("PATCH", "", {"delay": 60})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    return emulator


def add_fault(emulator: Emulator, **said: object) -> None:
    assert emulator.control("POST", "faults", said).status_code == 201


@pytest.mark.parametrize("surname", ["Doe", "Slow", "Denied"])
def test_it_ends_a_case_however_long_that_would_take(frozen: Emulator, surname: str) -> None:
    add_fault(frozen, kind="early")
    with receiving() as receiver:
        frozen.sphinxhq.open_case(customer={"full_name": f"Jo {surname}"}, webhook_url=receiver.url)
        assert not receiver.nothing_came()


def test_it_ends_a_case_whose_duration_a_rule_decides(frozen: Emulator) -> None:
    add_fault(frozen, kind="early")
    frozen.control("POST", "outcomes/rules", {"delay": 3600})
    frozen.aplyid.open_case()
    assert [kept["case_id"] for kept in frozen.inbox()] == [1024]


def test_on_a_frozen_clock_nobody_waits_for_a_webhook_that_is_put_off(
    frozen: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(haste, "LONGEST", 3600.0)  # the call would not come back while anybody has patience
    add_fault(frozen, kind="early")
    add_fault(frozen, kind="delay", seconds=1)
    frozen.aplyid.open_case()
    frozen.control("POST", "clock/advance", {"seconds": 1})
    assert len(frozen.inbox()) == 1

"""The time of day never goes back, whatever happens to the clock of the machine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from emulator.core.clock import WallClock

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Machine(WallClock):
    """A machine whose clock is set by the test; `ran` is for how long it has been running."""

    set_to: datetime = START
    ran: float = 1000.0

    def __post_init__(self) -> None:
        super().__init__()

    def _machine(self) -> datetime:
        return self.set_to

    def stopwatch(self) -> float:
        return self.ran

    def run(self, seconds: float) -> None:
        self.ran += seconds
        self.set_to += timedelta(seconds=seconds)

    def passed(self) -> float:
        """Seconds since the start."""
        return (self.now() - START).total_seconds()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_the_time_is_that_of_the_machine(machine: Machine) -> None:
    machine.run(1.5)
    assert machine.passed() == 1.5


@pytest.mark.parametrize("back", [0.001, 3600, 86_400 * 365])
def test_the_time_goes_on_when_the_machine_s_clock_is_set_back(machine: Machine, back: float) -> None:
    machine.run(10)
    machine.now()
    machine.set_to -= timedelta(seconds=back)
    assert machine.passed() == 10
    machine.run(2)
    assert machine.passed() == 12


def test_the_time_goes_on_although_nobody_looked_before_the_clock_was_set_back(machine: Machine) -> None:
    machine.run(10)
    machine.set_to -= timedelta(hours=1)
    assert machine.passed() == 10


def test_the_time_is_that_of_the_machine_again_once_that_has_caught_up(machine: Machine) -> None:
    machine.set_to -= timedelta(seconds=30)
    machine.run(10)
    assert machine.passed() == 10
    machine.set_to += timedelta(seconds=60)  # somebody put it right, and more
    assert machine.passed() == 40
    machine.run(1)
    assert machine.passed() == 41


def test_the_time_follows_a_machine_that_slept(machine: Machine) -> None:
    machine.set_to += timedelta(hours=8)  # the stopwatch of many systems stands still meanwhile
    assert machine.passed() == 8 * 3600


def test_the_time_goes_on_from_what_is_stored(machine: Machine) -> None:
    machine.not_before(START + timedelta(hours=1))
    machine.run(1)
    assert machine.passed() == 3601
    machine.not_before(START)
    assert machine.passed() == 3601

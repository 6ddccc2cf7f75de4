"""Requests and what is due take turns; what is counted are turns, and no time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from emulator.core import turns as turns_module
from emulator.core.turns import AHEAD, SPARE, Turns
from tests.waiting import PATIENCE, wait_until


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that give way for as long as it takes."""
    monkeypatch.setattr(turns_module, "PATIENCE", PATIENCE)


class Requests:
    """Requests that give way, each in a thread of its own."""

    def __init__(self, turns: Turns, pool: ThreadPoolExecutor) -> None:
        self.turns, self.pool, self.gone = turns, pool, list[int]()

    def come(self, many: int) -> None:
        for number in range(many):
            self.pool.submit(self._request, number)
            wait_until(lambda number=number: len(self.turns._waiting) == number + 1)  # type: ignore[misc]

    def _request(self, number: int) -> None:
        self.turns.give_way()
        self.gone.append(number)


@pytest.fixture
def requests() -> Iterator[Requests]:
    turns = Turns()
    with ThreadPoolExecutor(8) as pool:
        yield Requests(turns, pool)


def test_a_request_goes_at_once_while_nothing_due_is_worked_on() -> None:
    Turns().give_way()  # would take a minute


def test_things_done_let_one_request_go_each_first_come_first_served_but_for_every_fourth(requests: Requests) -> None:
    with requests.turns.work():
        requests.come(7)
        for done in range(1, 9):
            requests.turns.done()
            wait_until(lambda done=done: len(requests.gone) == done - done // SPARE)  # type: ignore[misc]
            assert requests.gone == list(range(done - done // SPARE))


def test_all_requests_go_once_nothing_due_can_be_worked_on(requests: Requests) -> None:
    with requests.turns.work():
        requests.come(5)
    wait_until(lambda: len(requests.gone) == 5)


def test_work_that_waits_for_a_receiver_holds_up_no_request(requests: Requests) -> None:
    with requests.turns.work():
        requests.come(5)
        with requests.turns.away():
            wait_until(lambda: len(requests.gone) == 5)
            requests.turns.give_way()
        requests.come(1)
        assert len(requests.gone) == 5


def test_requests_that_went_while_all_receivers_were_waited_for_are_made_up_for(requests: Requests) -> None:
    with requests.turns.work():
        with requests.turns.away():
            for _ in range(2):
                requests.turns.give_way()
        requests.come(2)
        requests.turns.done()
        requests.turns.done()
        assert requests.gone == []
        requests.turns.done()
        wait_until(lambda: requests.gone == [0])


def test_what_was_done_before_lets_a_few_requests_go_ahead(requests: Requests) -> None:
    with requests.turns.work():
        for _ in range(3 * AHEAD):
            requests.turns.done()
        for _ in range(AHEAD):
            requests.turns.give_way()
        requests.come(1)
        assert requests.gone == []


def test_the_request_that_came_first_goes_in_the_end_though_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    with requests.turns.work():
        requests.come(2)  # these are patient
        monkeypatch.setattr(turns_module, "PATIENCE", 0.001)
        impatient = requests.pool.submit(requests.turns.give_way)
        for number in range(2):
            assert not impatient.done()
            requests.turns.done()
            wait_until(lambda number=number: len(requests.gone) == number + 1)  # type: ignore[misc]
        impatient.result(PATIENCE)
        assert not requests.turns._waiting


def test_one_request_goes_within_a_fiftieth_of_a_second_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert turns_module.PATIENCE == 0.02

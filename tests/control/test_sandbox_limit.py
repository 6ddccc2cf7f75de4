"""At the limit of sandboxes: whoever opens new ones never wipes those that have cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.core import sandboxes
from tests.emulators import Emulator, served

LIMIT = 5
MINE = "mine"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator with room for few sandboxes, one of which has a case."""
    monkeypatch.setattr(sandboxes, "MOST_SANDBOXES", LIMIT)
    monkeypatch.setattr(sandboxes, "SEARCH_PAUSE", 0.0)
    with served() as emulator:
        emulator.of(MINE).aplyid.open_case()
        yield emulator


def fill(emulator: Emulator) -> None:
    """Cases in as many sandboxes as there is room for."""
    for number in range(LIMIT - 1):
        emulator.of(f"flood{number}").sphinxhq.open_case()


def names(emulator: Emulator) -> set[str]:
    return set(emulator.http.get(f"{emulator.url}/_emulator/sandboxes").json()["sandboxes"])


def test_a_stranger_is_refused_in_the_shape_of_the_api_and_nothing_is_dropped(small: Emulator) -> None:
    fill(small)
    before, stranger = names(small), small.of("stranger")
    aplyid, sphinxhq = stranger.aplyid.create(), stranger.sphinxhq.create()
    assert (aplyid.status_code, aplyid.text) == (507, "")
    assert (sphinxhq.status_code, sphinxhq.json()) == (507, {"detail": "Insufficient Storage."})
    for answer in (aplyid, sphinxhq):
        assert "reset some of them" in answer.headers["X-Emulator-Advice"]
    assert names(small) == before
    assert MINE in before
    assert small.of(MINE).aplyid.create().status_code == 201


def test_the_control_api_refuses_one_more_in_its_own_shape_whatever_would_open_it(small: Emulator) -> None:
    fill(small)
    snapshot = small.of(MINE).control("GET", "snapshot").json()
    for method, path, body in (
        ("PATCH", "", {"delay": 1}),
        ("PATCH", "clock", {"mode": "frozen"}),
        ("POST", "faults", {"kind": "status", "status": 503}),
        ("POST", "outcomes/next", {"outcome": "denied"}),
        ("POST", "restore", snapshot),
    ):
        answer = small.of("stranger").control(method, path, body)
        assert (path, answer.status_code, answer.headers["Content-Type"]) == (path, 507, "application/problem+json")
        assert "reset some of them" in answer.json()["detail"]
    made = small.http.post(f"{small.url}/_emulator/sandboxes", json={"name": "stranger"})
    assert made.status_code == 507
    assert small.of(MINE).control("POST", "restore", snapshot).status_code == 200
    assert "stranger" not in names(small)


def test_sandboxes_without_cases_make_room(small: Emulator) -> None:
    for number in range(LIMIT - 1):
        small.of(f"empty{number}").control("PATCH", "", {"delay": 1})
    assert small.of("new").aplyid.create().status_code == 201
    assert names(small) == {MINE, "new"}


def test_a_reset_makes_room(small: Emulator) -> None:
    fill(small)
    assert small.of("stranger").aplyid.create().status_code == 507
    small.of("flood0").control("POST", "reset", {})
    assert small.of("stranger").aplyid.create().status_code == 201
    assert small.of(MINE).aplyid.create().json()["case_id"] == 1025


def test_a_kept_database_loses_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "MOST_SANDBOXES", LIMIT)
    with served(database=f"sqlite:///{tmp_path}/kept.sqlite") as emulator:
        emulator.of(MINE).aplyid.open_case()
        fill(emulator)
        for number in range(3):
            assert emulator.of(f"stranger{number}").aplyid.create().status_code == 507
        assert MINE in names(emulator)


def test_the_search_for_room_pauses_after_it_was_in_vain() -> None:
    search, looks = sandboxes.EmptySearch(), []

    def drop(found: int) -> int:
        looks.append(found)
        return found

    assert [search.run(lambda: drop(0), moment) for moment in (10.0, 10.5, 11.1)] == [0, 0, 0]
    assert len(looks) == 2
    assert [search.run(lambda: drop(3), moment) for moment in (12.2, 12.3)] == [3, 3]

"""Cases and webhooks are found by what somebody remembers of them, at a bounded cost."""

from itertools import pairwise

import pytest

from emulator.core.model import CaseFilter, CaseSearch
from emulator.core.sandbox_clock import EPOCH
from emulator.store import questions
from tests.emulators import Emulator, served


@pytest.fixture(scope="module")
def filled() -> "Emulator":
    """Three cases of one sandbox, of which nobody changes any."""
    with served() as emulator:
        emulator.control("PATCH", "", {"delay": 60})
        emulator.control("PATCH", "clock", {"mode": "frozen"})
        emulator.aplyid.open_case(client__name="Mary Denied", activity__external_id="order-17")
        emulator.sphinxhq.open_case(customer={"full_name": "Rangi Āwhina"})
        emulator.control("POST", "clock/advance", {"seconds": 60})
        emulator.aplyid.open_case(client__name="100% Pure_Ltd", activity__external_id="Order-18")
        yield emulator


def found(emulator: Emulator, what: str, **query: str) -> list[str]:
    """The ids of the cases that are found, newest first."""
    answer = emulator.http.get(f"{emulator.url}/_emulator/sandboxes/default/{what}", params=query)
    assert answer.status_code == 200, answer.text
    return [str(each["id" if what == "cases" else "case_id"]) for each in answer.json()[what]]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("mary", ["1024"]),
        ("ORDER-1", ["1025", "1024"]),
        ("1025", ["1025"]),
        ("Āwhina", ["1"]),
        ("%", ["1025"]),
        ("_", ["1025"]),
        ("!", []),
        ("102", []),
        ("9" * 200, []),
    ],
)
def test_a_text_is_looked_for_in_names_and_references_and_an_id_must_be_whole(
    filled: Emulator, text: str, ids: list[str]
) -> None:
    assert found(filled, "cases", search=text) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"state": "in_progress"}, ["1025"]),
        ({"state": "completed"}, ["1", "1024"]),
        ({"outcome": "denied"}, ["1024"]),
        ({"outcome": "denied", "search": "18"}, []),
        ({"state": "completed", "provider": "sphinxhq"}, ["1"]),
        ({"state": "completed", "limit": "1"}, ["1024"]),
    ],
)
def test_cases_are_filtered_by_state_and_outcome(filled: Emulator, query: dict[str, str], ids: list[str]) -> None:
    assert sorted(found(filled, "cases", **query)) == sorted(ids)


def test_the_count_is_of_all_that_fit_and_not_of_those_listed(filled: Emulator) -> None:
    answer = filled.control("GET", "cases?search=order&limit=1").json()
    assert (answer["count"], len(answer["cases"])) == (2, 1)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"search": "mary"}, ["1024"]),
        ({"search": "awhina"}, []),
        ({"state": "kept"}, ["1024", "1"]),
        ({"state": "waiting"}, []),
        ({"state": "kept", "search": "order-17"}, ["1024"]),
    ],
)
def test_webhooks_are_found_by_their_cases(filled: Emulator, query: dict[str, str], ids: list[str]) -> None:
    assert sorted(found(filled, "deliveries", **query)) == sorted(ids)


def test_a_webhook_says_whom_it_is_about_and_how_that_ended(filled: Emulator) -> None:
    [webhook] = filled.control("GET", "deliveries?search=mary").json()["deliveries"]
    assert (webhook["client_name"], webhook["outcome"], webhook["external_id"]) == ("Mary Denied", "denied", "order-17")


def test_a_case_comes_with_its_newest_webhook_if_that_is_asked_for(filled: Emulator) -> None:
    cases = filled.control("GET", "cases?webhooks=true").json()["cases"]
    assert {case["id"]: case["webhook"] and case["webhook"]["case_id"] for case in cases} == {
        1025: None,
        1: 1,
        1024: 1024,
    }
    assert "webhook" not in filled.control("GET", "cases").json()["cases"][0]


@pytest.mark.parametrize("query", ["cases?search=", "cases?state=odd", "cases?outcome=odd", "deliveries?state=odd"])
def test_a_filter_that_means_nothing_is_refused(filled: Emulator, query: str) -> None:
    assert filled.control("GET", query).status_code == 422


def test_only_the_newest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "SEARCHED", 2)
    monkeypatch.setattr(questions, "SEARCHED_DELIVERIES", 2)
    with served() as emulator:
        for _ in range(3):
            emulator.aplyid.open_case(client__name="Mary Old")
            emulator.wait("deliveries/wait?state=inbox")
        assert found(emulator, "cases", search="mary") == ["1026", "1025"]
        assert len(found(emulator, "deliveries", search="mary")) <= 2
        everywhere = [int(number) for number in found(emulator, "cases")]
        assert all(newer > older for newer, older in pairwise(everywhere))


def test_a_search_for_nothing_finds_all() -> None:
    from emulator.app import build_emulator
    from emulator.settings import Settings

    built = build_emulator(Settings())
    with built.store.reading() as read:
        assert read.search_cases("nobody", "p", CaseSearch(CaseFilter()), EPOCH, 10) == []
    built.store.close()

"""Faults by which the API says or does what it should not, and standing faults that no sandbox takes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from emulator.core.deviation import Deviation, Strikes, standing_fault
from emulator.running import RunningEmulator
from tests.emulators import LEAVE_OUT, Emulator, settings


def plan(emulator: Emulator, kind: str, **more: Any) -> None:
    answer = emulator.control("POST", "faults", {"kind": kind, **more})
    assert answer.status_code == 201, answer.text


def webhook(emulator: Emulator) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(emulator.wait("inbox/wait")["webhooks"][-1]["body"])
    return found


@pytest.fixture
def prompt(emulator: Emulator) -> Emulator:
    emulator.control("PATCH", "", {"delay": 0})
    return emulator


def test_an_invalid_request_is_answered_201(emulator: Emulator) -> None:
    plan(emulator, "lie", how="created_though_invalid")
    answer = emulator.aplyid.create(client__name=" ")
    assert answer.status_code == 201
    assert set(answer.json()) == {"case_id", "external_id", "guided_flow_id", "status", "case_url", "client"}


def test_a_valid_request_is_refused_in_the_words_of_its_api(emulator: Emulator) -> None:
    plan(emulator, "opening_lie", how="refused_though_valid", times=2)
    assert emulator.aplyid.create().status_code == 422
    assert emulator.sphinxhq.create().status_code == 400
    assert emulator.aplyid.open_case()["case_id"] == 1024  # and nothing was stored


def test_an_answer_lacks_its_fields(emulator: Emulator) -> None:
    plan(emulator, "lie", how="fields_missing", times=1)
    assert emulator.aplyid.create().json() == {}
    assert emulator.aplyid.open_case()["case_id"] == 1025


def test_200_stands_for_201(emulator: Emulator) -> None:
    plan(emulator, "lie", how="success_200")
    assert emulator.aplyid.create().status_code == 200
    assert emulator.sphinxhq.get().status_code == 200


def test_an_error_has_no_body(emulator: Emulator) -> None:
    plan(emulator, "lie", how="empty_error")
    answer = emulator.aplyid.create(client=LEAVE_OUT)
    assert (answer.status_code, answer.content) == (400, b"")


def test_the_id_of_another_case_is_told(emulator: Emulator) -> None:
    first = emulator.aplyid.open_case()
    plan(emulator, "opening_lie", how="foreign_case_id")
    assert emulator.aplyid.open_case()["case_id"] == first["case_id"]
    assert [case["id"] for case in emulator.control("GET", "cases").json()["cases"]] == [1025, 1024]


def test_a_known_client_is_not_reused(emulator: Emulator) -> None:
    first = emulator.aplyid.open_case(client__external_id="mary")
    plan(emulator, "opening_lie", how="no_reuse", times=1)
    second = emulator.aplyid.open_case(client__external_id="mary")
    assert first["client"]["id"] != second["client"]["id"]
    assert emulator.aplyid.open_case(client__external_id="mary")["client"]["id"] == first["client"]["id"]


def test_a_new_client_is_taken_for_the_one_before(emulator: Emulator) -> None:
    plan(emulator, "opening_lie", how="one_client")
    first, second = (emulator.aplyid.open_case(client__external_id=name) for name in ("mary", "jo"))
    assert first["client"]["id"] == second["client"]["id"]


def test_a_case_never_ends(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    plan(emulator, "opening_lie", how="never_ends")
    emulator.aplyid.open_case()
    assert emulator.control("POST", "clock/advance", {"duration": "P30D"}).json()["happened"] == []


@pytest.mark.parametrize(("of", "told", "word"), [("denied", "approved", "approved"), ("approved", "denied", "denied")])
def test_another_outcome_is_told(prompt: Emulator, of: str, told: str, word: str) -> None:
    plan(prompt, "told_outcome", of=of, told=told)
    prompt.control("POST", "outcomes/next", {"outcome": of})
    prompt.aplyid.open_case()
    assert webhook(prompt)["client"]["approval_status"] == word
    assert prompt.control("GET", "cases/aplyid/1024").json()["outcome"] == told


def test_other_outcomes_are_told_as_they_are(prompt: Emulator) -> None:
    plan(prompt, "told_outcome", of="denied", told="approved")
    prompt.control("POST", "outcomes/next", {"outcome": "undecided"})
    prompt.aplyid.open_case()
    assert webhook(prompt)["client"]["approval_status"] == "no_decision_yet"


def test_a_webhook_is_about_another_case(prompt: Emulator) -> None:
    plan(prompt, "told_case", how="other_case")
    case = prompt.aplyid.open_case()
    told = webhook(prompt)
    assert told["case_id"] != case["case_id"]
    assert told["external_id"] != case["external_id"]


def test_a_webhook_names_another_reference(prompt: Emulator) -> None:
    plan(prompt, "told_case", how="other_reference")
    case = prompt.aplyid.open_case()
    told = webhook(prompt)
    assert told["case_id"] == case["case_id"]
    assert told["external_id"] == "order-1-other"


def test_the_clock_jumps_before_a_case_ends(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 2})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    plan(emulator, "clock_jump", seconds=86_400)
    emulator.sphinxhq.open_case()
    now = emulator.control("POST", "clock/advance", {"seconds": 5}).json()["now"]
    assert now == "2030-01-02T00:00:00.000000Z"
    assert emulator.sphinxhq.get("1/").json()["updated_at"] == "2030-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("how", "fields"), [("keys_reversed", "client"), ("undocumented", "case_id"), ("whole_seconds", "case_id")]
)
def test_a_webhook_says_the_same_in_another_form(prompt: Emulator, how: str, fields: str) -> None:
    plan(prompt, "webhook_form", how=how)
    prompt.aplyid.open_case()
    told = webhook(prompt)
    assert next(iter(told)) == fields
    assert told["external_id"] == "order-1"
    assert ("undocumented" in told and "undocumented" in told["client"]) == (how == "undocumented")


def test_times_have_no_fraction(emulator: Emulator) -> None:
    plan(emulator, "answer_form", how="whole_seconds")
    assert "." not in emulator.sphinxhq.open_case()["created_at"]


def test_assumed_texts_have_other_words(emulator: Emulator) -> None:
    plan(emulator, "answer_form", how="other_words")
    assert emulator.aplyid.message(activity__status="odd") == "Status is invalid"


def test_a_wrong_key_opens_the_sandbox_of_the_path(emulator: Emulator) -> None:
    plan(emulator, "any_credential", times=1)
    url = f"{emulator.url}/s/{emulator.sandbox}/integrations/core/cases"
    answers = [emulator.http.post(url, json=emulator.aplyid.order()).status_code for _ in range(2)]
    assert answers == [201, 401]


@contextmanager
def deviating(kind: str, **how: Any) -> Iterator[tuple[Emulator, Strikes]]:
    """An emulator with a standing fault, and what counts how often it came to pass."""
    deviation = Deviation(faults=(standing_fault(kind, **how),), strikes=Strikes(frozenset([kind])))
    with RunningEmulator(settings(), deviation) as running:
        yield Emulator(running.address), deviation.strikes


def test_a_standing_fault_holds_in_every_sandbox_after_a_reset_and_when_faults_are_cleared() -> None:
    with deviating("lie", how="success_200") as (emulator, strikes):
        for name in ("one", "two"):
            sandbox = emulator.of(name)
            assert sandbox.aplyid.create().status_code == 200
            sandbox.control("DELETE", "faults")
            assert sandbox.aplyid.create().status_code == 200
            sandbox.control("POST", "reset")
            assert sandbox.aplyid.create().status_code == 200
            assert sandbox.control("GET", "faults").json()["count"] == 0
        assert strikes.count == 6
        assert len(strikes.exchanges) == 6


def test_a_standing_fault_does_not_count_where_it_makes_no_difference() -> None:
    with deviating("lie", how="empty_error") as (emulator, strikes):
        emulator.aplyid.open_case()
        assert strikes.count == 0
        answer = emulator.http.post(f"{emulator.url}/integrations/core/cases", json={})
        assert (answer.status_code, answer.content) == (401, b"")
        assert strikes.count == 1


def test_a_standing_lie_lets_anybody_in() -> None:
    with deviating("any_credential") as (emulator, strikes):
        assert emulator.of("no such key!").aplyid.create().status_code == 201
        assert strikes.count == 1

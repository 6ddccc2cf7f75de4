"""Checks that are added to a case of Sphinx, and the list of checks."""

from typing import Any

import pytest

from tests.emulators import Emulator
from tests.providers.around_cases import Office


@pytest.fixture
def office(emulator: Emulator) -> Office:
    return Office(emulator)


def complete(office: Office, case_id: int, **order: Any) -> None:
    answer = office.emulator.control("POST", f"cases/sphinxhq/{case_id}/complete", order)
    assert answer.ok, answer.text


def test_a_check_added_to_a_running_case_is_done_with_the_others(office: Office) -> None:
    office.open("PEP")
    office.advance(40)
    check = office.add_check(1, "IDV", input_details={"n": [1]}, delete_after=30)
    assert (check["status"], check["outcome"], check["case"]["risk_score"]) == ("PROCESSING", "PENDING", None)
    assert office.case(1)["status"] == "PROCESSING"
    office.advance(20)
    [webhook] = office.webhooks()
    assert [check["status"] for check in webhook["checks"]] == ["COMPLETED", "COMPLETED"]
    assert webhook == office.case(1)


def test_a_check_without_a_type_is_a_general_one(office: Office) -> None:
    office.open()
    assert office.add_check(1)["check_type"] is None
    office.advance()
    assert office.case(1)["checks"][0]["title"].startswith("General check")


def test_a_check_added_to_a_finished_case_opens_it_again_and_fires_again(office: Office) -> None:
    office.open("PEP")
    complete(office, 1, outcome="ACCEPTED", risk_score=0.9, checks=[{"id": 1, "risk_score": 0.2, "note": "kept"}])
    answer = office.ask("POST", "checks/", {"case_id": 1, "check_type": "SANCTION"})
    assert answer.json()["case"] == {**answer.json()["case"], "outcome": "PENDING", "risk_score": 0.2}
    assert "fires again" in answer.headers["X-Emulator-Advice"]
    opened = office.case(1)
    assert (opened["status"], opened["outcome"], opened["risk_score"]) == ("PROCESSING", "PENDING", 0.2)
    office.advance(SOON)
    assert office.case(1)["status"] == "PROCESSING"
    office.advance()
    first, second = office.emulator.control("GET", "deliveries").json()["deliveries"]
    assert first["id"] != second["id"]
    assert [webhook["id"] for webhook in office.webhooks()] == [1, 1]
    case = office.webhooks()[1]
    assert (case["status"], case["outcome"]) == ("COMPLETED", "ACCEPTED")
    assert (case["checks"][0]["note"], case["checks"][0]["risk_score"]) == ("kept", 0.2)
    assert case["risk_score"] == max(check["risk_score"] for check in case["checks"])


SOON = 59


@pytest.mark.parametrize(
    ("before", "after", "worst"),
    [
        ("REJECTED", "ACCEPTED", "REJECTED"),
        ("ACCEPTED", "REJECTED", "REJECTED"),
        ("PENDING", "ACCEPTED", "PENDING"),
        ("REJECTED", "PENDING", "REJECTED"),
        ("ACCEPTED", "ACCEPTED", "ACCEPTED"),
    ],
)
def test_a_case_is_as_bad_as_its_worst_check(office: Office, before: str, after: str, worst: str) -> None:
    office.open("PEP")
    complete(office, 1, outcome=before)
    assert office.emulator.control("POST", "outcomes/next", {"provider": "sphinxhq", "outcome": after}).ok
    office.add_check(1, "IDV")
    office.advance()
    case = office.case(1)
    assert case["outcome"] == worst
    assert [check["outcome"] for check in case["checks"]] == [before, after]


def test_a_failure_of_the_further_check_leaves_the_others_as_they_are(office: Office) -> None:
    office.open("PEP")
    complete(office, 1, outcome="ACCEPTED")
    office.emulator.control("POST", "outcomes/next", {"provider": "sphinxhq", "outcome": "failed"})
    office.add_check(1, "IDV")
    office.advance()
    case = office.case(1)
    assert (case["status"], [check["status"] for check in case["checks"]]) == ("ERROR", ["COMPLETED", "ERROR"])


@pytest.mark.parametrize("is_finished", [True, False])
def test_a_rule_looks_into_the_body_of_the_added_check(office: Office, is_finished: bool) -> None:
    when = {"check_type": "SANCTION", "input_details.country": "IRN"}
    rule = {"provider": "sphinxhq", "when": when, "outcome": "REJECTED", "risk_score": 0.97}
    assert office.emulator.control("POST", "outcomes/rules", rule).ok
    office.open("PEP")
    if is_finished:
        complete(office, 1, outcome="ACCEPTED")
    office.add_check(1, "SANCTION", input_details={"country": "IRN"})
    office.advance()
    assert office.case(1)["outcome"] == "REJECTED"


def test_a_case_completed_by_order_while_a_check_came_is_not_left_half_done(office: Office) -> None:
    office.open("PEP")
    office.add_check(1, "IDV")
    complete(office, 1, outcome="REJECTED", checks=[{"id": 2, "note": "by order"}])
    case = office.case(1)
    assert [check["status"] for check in case["checks"]] == ["COMPLETED", "COMPLETED"]
    assert case["checks"][1]["note"] == "by order"


def test_a_case_has_a_hundred_checks_at_most(office: Office) -> None:
    office.open(*["PEP"] * 99)
    office.add_check(1, "PEP")
    answer = office.ask("POST", "checks/", {"case_id": 1})
    assert (answer.status_code, answer.json()) == (400, {"case_id": ["A case has no more than 100 checks."]})
    assert office.ask("GET", "checks/?case_id=1").json()["count"] == 100


def test_checks_are_listed_by_what_is_asked_for(office: Office) -> None:
    office.open("PEP", "SANCTION", "PEP")
    office.open("IDV")
    complete(office, 1, outcome="REJECTED", checks=[{"id": i, "risk_score": i / 10} for i in (1, 2, 3)])
    assert office.listed("checks/") == [4, 3, 2, 1]
    assert office.listed("checks/?case_id=1&check_type=PEP") == [3, 1]
    assert office.listed("checks/?outcome=PENDING") == [4]
    assert office.listed("checks/?min_risk_score=0.2") == [3, 2]
    assert office.listed("checks/?min_risk_score=0.2&max_risk_score=0.2") == [2]
    assert office.listed("checks/?max_risk_score=%2B1e-1") == [1]
    assert office.listed("checks/?case_id=99") == []
    page = office.done("GET", "checks/?page_size=1&page=2&case_id=1")
    assert (page["count"], [each["id"] for each in page["results"]]) == (3, [2])
    assert page["next"].endswith("/api/checks/?case_id=1&page=3&page_size=1")


def test_wrong_filters_are_told_all_at_once(office: Office) -> None:
    query = "case_id=x&check_type=pep&outcome=DONE&min_risk_score=high&max_risk_score=nan"
    choice = "Select a valid choice. {} is not one of the available choices."
    assert office.ask("GET", f"checks/?{query}").json() == {
        "case_id": ["Enter a number."],
        "check_type": [choice.format("pep")],
        "outcome": [choice.format("DONE")],
        "min_risk_score": ["Enter a number."],
        "max_risk_score": ["Enter a number."],
    }
    answer = office.ask("GET", "checks/?colour=red&min_risk_score=")
    assert answer.status_code == 200
    assert "?colour is not a known key" in answer.headers["X-Emulator-Advice"]

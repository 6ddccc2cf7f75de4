"""A case of Sphinx that is started again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulators import Emulator, served
from tests.providers.around_cases import Office


@pytest.fixture
def office(emulator: Emulator) -> Office:
    return Office(emulator)


def test_a_running_case_comes_back_unchanged_whatever_is_sent_along(office: Office) -> None:
    case = office.open("PEP")
    answer = office.ask("POST", f"cases/{case['id']}/start/", {"allow_restart": "maybe"})
    assert (answer.status_code, answer.json()) == (200, case)
    assert "nothing was started" in answer.headers["X-Emulator-Advice"]
    assert office.ask("POST", "cases/1/start/", data="{bad").json() == case
    office.advance()
    assert len(office.webhooks()) == 1


def test_what_is_sent_along_is_not_read_but_bounded(office: Office) -> None:
    case, large = office.open("PEP"), b" " * (1024 * 1024 + 1)
    office.advance()
    for body in (large, iter([large])):  # with a length, and in chunks
        answer = office.ask("POST", "cases/1/start/", data=body)
        assert (answer.status_code, answer.json()) == (413, {"detail": "Request body exceeded 1048576 bytes."})
    assert office.ask("POST", "cases/9/start/", data=large).status_code == 404
    assert office.listed("cases/") == [case["id"]]
    assert office.ask("POST", "cases/1/start/", data=large[1:]).json()["id"] == 2


def test_a_finished_case_is_archived_and_replaced_by_one_with_the_same_payload(office: Office) -> None:
    details: dict[str, Any] = {"notes": "n", "rfi": "r", "webhook_url": "", "delete_after": 9}
    case = office.open("PEP", "IDV", **details)
    added = office.add_check(case["id"], "SANCTION", input_details={"a": 1})
    office.advance()
    again = office.start(case["id"])
    assert (again["id"], again["status"], again["risk_score"]) == (2, "PENDING", None)
    assert again["customer"] == case["customer"]
    assert {name: again[name] for name in details} == details
    assert [check["check_type"] for check in again["checks"]] == ["PEP", "IDV", "SANCTION"]
    assert again["checks"][2]["input_details"] == {"a": 1}
    assert min(check["id"] for check in again["checks"]) > added["id"]
    office.advance()
    assert [webhook["id"] for webhook in office.webhooks()] == [1, 2]
    assert office.case(2)["status"] == "COMPLETED"


def test_an_archived_case_is_read_and_neither_listed_nor_changed(office: Office) -> None:
    office.open("PEP")
    office.advance()
    office.start(1)
    assert office.case(1)["status"] == "COMPLETED"
    assert office.done("GET", "checks/1/")["case"]["id"] == 1
    assert office.listed("cases/") == [2]
    assert office.listed("checks/") == [2]
    assert office.ask("POST", "cases/1/start/").status_code == 404
    unknown = ['Invalid pk "1" - object does not exist.']
    assert office.ask("POST", "checks/", {"case_id": 1}).json() == {"case_id": unknown}
    upload = {"file": "YQ==", "original_name": "a"}
    assert office.ask("POST", "documents/", {**upload, "case_id": 1}).json() == {"case_id": unknown}
    assert office.ask("POST", "documents/", {**upload, "check_id": 1}).json() == {"check_id": unknown}


def test_the_switch_hides_archived_cases_and_their_checks() -> None:
    with served(switch=("sphinxhq.archived=hidden",)) as emulator:
        office = Office(emulator)
        office.open("PEP")
        office.advance()
        office.start(1)
        assert [office.status(path) for path in ("cases/1/", "checks/1/", "cases/2/")] == [404, 404, 200]


def test_the_documents_of_a_case_and_of_its_checks_go_along(office: Office) -> None:
    office.open("PEP")
    of_case, of_check = office.upload(case_id=1)["id"], office.upload(check_id=1)["id"]
    office.advance()
    office.start(1)
    assert office.done("GET", f"documents/{of_case}/")["case"] == 2
    assert office.done("GET", f"documents/{of_check}/")["check"] == 2


def test_how_a_rerun_ends_is_decided_anew(office: Office) -> None:
    office.open("PEP")
    office.advance()
    rule = {"when": {"checks.check_type": "PEP", "customer.full_name": "Mary Chen"}, "outcome": "REJECTED"}
    assert office.emulator.control("POST", "outcomes/rules", {"provider": "sphinxhq", **rule}).ok
    office.start(1)
    office.advance()
    assert (office.case(1)["outcome"], office.case(2)["outcome"]) == ("ACCEPTED", "REJECTED")
    assert office.emulator.control("POST", "outcomes/next", {"provider": "sphinxhq", "outcome": "PENDING"}).ok
    office.start(2)
    office.advance()
    assert office.case(3)["outcome"] == "PENDING"


def test_a_failed_case_is_replaced_and_an_unknown_one_is_not_found(office: Office) -> None:
    office.open("PEP", name="Mary Failed")
    office.advance()
    assert office.case(1)["status"] == "ERROR"
    assert office.start(1)["id"] == 2
    for case_id in ("9", "abc", str(2**70)):
        assert office.ask("POST", f"cases/{case_id}/start/").json() == {"detail": "Not found."}


def test_fifty_restarts_at_once_make_one_replacement(office: Office) -> None:
    office.open("PEP")
    office.advance()
    with ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(lambda _: office.ask("POST", "cases/1/start/").status_code, range(50)))
    assert sorted(statuses) == [200, *[404] * 49]
    assert office.listed("cases/") == [2]


def test_a_rerun_with_an_early_webhook_sends_it_before_the_answer(office: Office) -> None:
    office.open("PEP")
    office.advance()
    assert office.emulator.control("POST", "faults", {"kind": "early"}).ok
    office.start(1)
    assert [webhook["id"] for webhook in office.webhooks()] == [1, 2]

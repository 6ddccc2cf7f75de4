"""The life of a case of the current generation: it may wait, be started, and be started again."""

import pytest

from tests.emulators import Emulator
from tests.providers.newcomers import Newcomer, all_at_once

NO_CHECKS = {"detail": "A case needs at least one check to be started."}


@pytest.fixture
def office(emulator: Emulator) -> Newcomer:
    return Newcomer(emulator)


def test_a_case_that_does_not_start_by_itself_waits_until_it_is_started(office: Newcomer) -> None:
    answer = office.create("PEP", auto_start=False)
    assert "no webhook will come until it is started" in answer.headers["X-Emulator-Advice"]
    office.advance(days=1)
    assert office.case(1) == answer.json()
    assert office.forerunner.case(1)["status"] == "PENDING"
    assert office.action(1) == (200, "started")
    assert office.action(1) == (202, "noop_already_running")
    office.advance(59)
    assert not office.case(1)["is_complete"]
    office.advance(1)
    assert office.case(1)["is_complete"]
    assert [webhook["id"] for webhook in office.webhooks()] == [1]


def test_the_cookie_starts_a_case_that_waits_too(office: Newcomer) -> None:
    office.open("PEP", auto_start=False)
    assert office.forerunner.start(1)["status"] == "PENDING"
    office.advance()
    assert office.case(1)["is_complete"]


def test_a_case_without_checks_waits_and_begins_with_its_first_check(office: Newcomer) -> None:
    answer = office.create()
    assert "first check" in answer.headers["X-Emulator-Advice"]
    refused = office.ask("POST", "cases/1/start/", {})
    assert (refused.status_code, refused.json()) == (400, NO_CHECKS)
    waits = office.forerunner.ask("POST", "cases/1/start/")
    assert (waits.status_code, waits.json()["status"]) == (200, "PENDING")
    assert "waits for its first check" in waits.headers["X-Emulator-Advice"]
    office.advance(days=1)
    assert office.webhooks() == []
    office.add_check(1, "PEP")
    assert office.action(1) == (202, "noop_already_running")
    office.advance()
    assert office.webhooks() == [office.case(1)]
    assert office.case(1)["is_complete"]


def test_a_case_that_waits_to_be_started_waits_with_its_first_check_too(office: Newcomer) -> None:
    office.open(auto_start=False)
    office.add_check(1, "PEP")
    office.advance(days=1)
    assert not office.case(1)["is_complete"]
    assert office.action(1) == (200, "started")
    office.advance()
    assert office.case(1)["is_complete"]


def test_a_first_generation_case_without_checks_still_ends_by_itself(office: Newcomer) -> None:
    office.forerunner.open()
    office.advance()
    assert office.forerunner.case(1)["status"] == "COMPLETED"
    assert office.case(1)["is_complete"]


def test_a_finished_case_is_replaced_only_where_that_is_allowed(office: Newcomer) -> None:
    office.open("PEP", external_id="o-1", metadata={"a": 1}, assignee="ada@example.com", webhook_url="")
    office.add_check(1, "SANCTION")
    office.advance()
    finished = office.case(1)
    status, same = office.restart(1)
    assert (status, same.pop("action_taken")) == (202, "noop_already_started")
    assert same == finished
    status, new = office.restart(1, allow_restart=True)
    assert (status, new["action_taken"], new["id"]) == (200, "restarted", 2)
    assert list(new)[-1] == "action_taken"
    assert [new[name] for name in ("external_id", "metadata", "assignee")] == ["o-1", {"a": 1}, "ada@example.com"]
    assert [check["check_type"] for check in new["checks"]] == ["PEP", "SANCTION"]
    assert office.case(1) == finished
    assert office.ask("PATCH", "cases/1/", {}).status_code == 404
    assert office.restart(1, allow_restart=True)[0] == 404
    office.advance()
    assert [webhook["id"] for webhook in office.webhooks()] == [1, 2]
    assert "is_complete" in office.webhooks()[1]


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("?allow_restart=true", {}, 200),
        ("?allow_restart=true", {"allow_restart": False}, 202),
        ("?allow_restart=", {}, 202),
        ("", {"allow_restart": "yes"}, 200),
        ("?allow_restart=maybe", {}, 400),
        ("", {"allow_restart": None}, 400),
    ],
)
def test_the_body_says_whether_to_restart_and_else_the_query(
    office: Newcomer, query: str, body: dict[str, object], status: int
) -> None:
    office.open("PEP")
    office.advance()
    assert office.ask("POST", f"cases/1/start/{query}", body).status_code == status


def test_a_rerun_keeps_the_generation_of_its_case_whoever_asks_for_it(office: Newcomer) -> None:
    office.open("PEP", external_id="o-1")
    office.forerunner.open("PEP")
    office.advance()
    assert office.forerunner.start(1)["status"] == "PENDING"
    key = office.case(2)["external_id"]
    assert office.restart(2, allow_restart=True)[1]["external_id"] == key
    office.advance()
    assert [("status" in sent, sent["id"]) for sent in office.webhooks()] == [
        *((False, 1), (True, 2), (False, 3), (True, 4)),
    ]
    assert office.case(3)["external_id"] == "o-1"
    assert office.case(4)["external_id"] == key


def test_fifty_simultaneous_restarts_make_one_replacement(office: Newcomer) -> None:
    office.open("PEP")
    office.advance()
    answers = all_at_once(lambda: office.ask("POST", "cases/1/start/", {"allow_restart": True}))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 49
    assert office.listed("cases/") == [2]


def test_fifty_simultaneous_starts_of_a_case_that_waits_start_it_once(office: Newcomer) -> None:
    office.open("PEP", auto_start=False)
    answers = all_at_once(lambda: office.ask("POST", "cases/1/start/", {}))
    assert sorted(answer.status_code for answer in answers) == [200] + [202] * 49
    office.advance()
    assert len(office.webhooks()) == 1


def test_a_case_that_is_unfinished_after_half_an_hour_begins_again_in_place(office: Newcomer) -> None:
    office.open("PEP", name="Mary Stuck")
    office.advance(1799)
    assert office.action(1, allow_restart=True) == (202, "noop_already_running")
    office.advance(1)
    office.emulator.control("POST", "outcomes/next", {"outcome": "approved"})
    status, begun = office.restart(1)
    assert (status, begun["action_taken"], begun["id"], begun["checks"][0]["id"]) == (200, "restarted", 1, 1)
    office.advance()
    assert office.case(1)["is_complete"]
    assert len(office.webhooks()) == 1


def test_how_a_case_that_waits_ends_was_decided_when_it_was_opened(office: Newcomer) -> None:
    rule = {"provider": "sphinxhq", "when": {"metadata.vip": True}, "outcome": "REJECTED", "delay": 7}
    assert office.emulator.control("POST", "outcomes/rules", rule).ok
    office.open("PEP", auto_start=False, metadata={"vip": True})
    office.open("PEP", auto_start=False, name="Mary Stuck")
    office.action(1)
    office.action(2)
    office.advance(7)
    assert office.case(1)["outcome"] == "REJECTED"
    office.advance(600)
    assert not office.case(2)["is_complete"]


def test_the_control_api_completes_a_case_that_waits(office: Newcomer) -> None:
    office.open("PEP", auto_start=False)
    answer = office.emulator.control("POST", "cases/sphinxhq/1/complete", {"outcome": "REJECTED"})
    assert answer.ok, answer.text
    assert (office.case(1)["is_complete"], office.case(1)["outcome"]) == (True, "REJECTED")
    assert len(office.webhooks()) == 1


def test_a_further_check_of_a_finished_case_opens_it_again(office: Newcomer) -> None:
    office.open("PEP")
    office.advance()
    added = office.add_check(1, "NAME_CHECK")
    assert (added["status"], added["case"]["outcome"]) == ("DECIDING", "PENDING")
    assert not office.case(1)["is_complete"]
    office.advance()
    assert [check["status"] for check in office.case(1)["checks"]] == ["DECIDED", "DECIDED"]
    assert len(office.webhooks()) == 2


def test_a_snapshot_holds_what_the_current_generation_adds_and_no_token(office: Newcomer) -> None:
    token = office.token().json()["access_token"]
    office.open("PEP", auto_start=False, external_id="o-1", metadata={"a": 1})
    waiting = office.case(1)
    snapshot = office.emulator.control("GET", "snapshot").json()
    assert token not in str(snapshot)
    assert office.emulator.control("POST", "restore", snapshot).ok
    assert office.case(1) == waiting
    assert office.create("PEP", external_id="o-1").status_code == 400
    assert office.action(1) == (200, "started")
    office.advance()
    assert office.case(1)["is_complete"]
    assert office.ask("GET", "cases/", token=token).status_code == 401

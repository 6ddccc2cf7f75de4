"""The current generation of Sphinx: create, read, list, change and webhook."""

from typing import Any
from uuid import UUID

import pytest

from tests.emulators import Emulator
from tests.providers.newcomers import Newcomer, all_at_once

TAKEN = {"external_id": ["This field must be unique."]}
PLATFORMS = [{"domain": "crm.example.com", "id": "15"}]


@pytest.fixture
def office(emulator: Emulator) -> Newcomer:
    return Newcomer(emulator)


def test_a_case_holds_what_was_sent_and_reads_back_the_same(office: Newcomer) -> None:
    sent: dict[str, Any] = {
        "external_id": " order-1 ",
        "metadata": {"a": {"b": [1, None]}},
        "assignee": "ada@example.com",
        "sync_platforms": [{**PLATFORMS[0], "more": 1}],
        "delete_after": 30,
    }
    case = office.open("NAME_CHECK", "PEP", **sent)
    assert list(case) == [
        *("id", "external_id", "customer", "webhook_url", "note", "risk_score", "outcome", "is_complete", "failed"),
        *("rfi", "created_at", "updated_at", "delete_after", "metadata", "assignee", "sync_platforms", "checks"),
    ]
    assert {name: case[name] for name in sent} == {**sent, "external_id": "order-1", "sync_platforms": PLATFORMS}
    assert (case["is_complete"], case["failed"], case["note"], case["rfi"]) == (False, False, None, None)
    assert [(check["status"], check["reasoning"]) for check in case["checks"]] == [("PENDING", [])] * 2
    assert office.case(case["id"]) == case
    assert office.done("GET", "cases/")["results"] == [case]


def test_progress_is_told_by_flags_and_by_the_status_of_checks(office: Newcomer) -> None:
    office.open("PEP")
    office.advance(30)
    [check] = office.case(1)["checks"]
    assert check["status"] == office.done("GET", "checks/1/")["status"] == "DECIDING"
    assert office.forerunner.case(1)["checks"][0]["status"] == "PROCESSING"
    office.advance(30)
    case = office.case(1)
    assert (case["is_complete"], case["failed"], case["outcome"]) == (True, False, "ACCEPTED")
    [check] = case["checks"]
    assert check["status"] == "DECIDED"
    assert all(isinstance(reason, str) for reason in check["reasoning"])
    assert office.forerunner.case(1)["checks"][0]["reasoning"] == "\n\n".join(check["reasoning"])
    assert office.webhooks() == [case]


def test_a_failed_case_says_so(office: Newcomer) -> None:
    office.open("PEP", name="Mary Failed")
    office.advance()
    case = office.case(1)
    assert (case["is_complete"], case["failed"], case["note"]) == (False, True, None)
    assert case["checks"][0]["status"] == "ERROR"


@pytest.mark.parametrize(
    ("surname", "outcome"), [("Chen", "ACCEPTED"), ("Denied", "REJECTED"), ("Undecided", "PENDING")]
)
def test_the_note_is_an_analyst_s_and_an_open_end_asks_for_information(
    office: Newcomer, surname: str, outcome: str
) -> None:
    office.open("PEP", "SANCTION", name=f"Mary {surname}")
    office.advance()
    case = office.case(1)
    assert case["outcome"] == outcome
    assert f"Mary {surname}" in case["note"]
    assert (case["rfi"] is not None) == (outcome == "PENDING")
    if case["rfi"]:
        assert list(case["rfi"]) == ["title", "body", "details"]
        assert f"Dear Mary {surname}" in case["rfi"]["body"]
        assert all(case["rfi"].values())
    assert office.forerunner.case(1)["rfi"] is None


def test_a_case_without_an_external_id_gets_a_uuid_that_is_taken_from_then_on(office: Newcomer) -> None:
    key = office.open("PEP")["external_id"]
    assert UUID(key).version == 4
    assert office.create("PEP", external_id=key).json() == TAKEN
    assert office.open("PEP")["external_id"] != key


def test_an_external_id_is_taken_once_and_told_together_with_other_problems(office: Newcomer) -> None:
    office.open("PEP", external_id="order-1")
    refused = office.create("PEP", external_id="order-1", delete_after="x")
    assert refused.json() == {**TAKEN, "delete_after": ["A valid integer is required."]}
    assert office.create("PEP", external_id="ORDER-1").status_code == 201
    other = Newcomer(office.emulator.of(f"{office.emulator.sandbox}-2"))
    assert other.create("PEP", external_id="order-1").status_code == 201


def test_of_fifty_simultaneous_creates_with_one_external_id_one_succeeds_and_nothing_else_is_stored(
    office: Newcomer,
) -> None:
    answers = all_at_once(lambda: office.create("PEP", external_id="order-1"))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 49
    assert {answer.text for answer in answers if answer.status_code == 400} == {
        '{"external_id":["This field must be unique."]}'
    }
    assert len(office.listed("cases/")) == len(office.listed("checks/")) == 1
    assert office.create_customer()["id"] == 125  # those of the refused cases left no trace


def test_an_external_id_is_free_again_once_its_case_is_deleted_or_archived(office: Newcomer) -> None:
    office.open("PEP", external_id="order-1", delete_after=1)
    office.advance(days=1)
    second = office.open("PEP", external_id="order-1")
    office.advance()
    assert office.create("PEP", external_id="order-1").json() == TAKEN
    status, third = office.restart(second["id"], allow_restart=True)
    assert (status, third["external_id"]) == (200, "order-1")
    assert office.create("PEP", external_id="order-1").json() == TAKEN


def test_the_id_that_was_made_up_for_a_case_of_the_cookie_is_taken_too(office: Newcomer) -> None:
    office.forerunner.open("PEP")
    made_up = office.case(1)["external_id"]
    assert office.create("PEP", external_id=made_up).json() == TAKEN
    assert office.change(1, external_id=made_up)["external_id"] == made_up  # its own
    office.advance()
    assert office.forerunner.start(1)["id"] == 2
    assert office.case(2)["external_id"] == made_up
    other = office.emulator.of(f"{office.emulator.sandbox}-2")
    assert Newcomer(other).create("PEP", external_id=made_up).status_code == 201


def test_an_id_that_was_made_up_is_free_once_its_case_has_another(office: Newcomer) -> None:
    office.forerunner.open("PEP")
    made_up = office.case(1)["external_id"]
    office.change(1, external_id="order-1")
    assert office.create("PEP", external_id=made_up).status_code == 201


def test_a_config_makes_the_checks(office: Newcomer) -> None:
    case = office.open(case_config="aml-individual", checks=[])
    assert [check["check_type"] for check in case["checks"]] == ["SANCTION", "PEP", "ADVERSE_MEDIA"]
    both = office.create("PEP", case_config="kyb-company")
    assert both.json() == {"non_field_errors": ["Provide either case_config or checks, not both."]}
    unknown = office.create(case_config="ours")
    assert unknown.json() == {"case_config": ["Object with slug=ours does not exist."]}
    assert "case_configs" in unknown.headers["X-Emulator-Advice"]


def test_a_sandbox_declares_configs_of_its_own(office: Newcomer) -> None:
    declared = {"ours": ["NAME_CHECK", "CRA"], "kyb-company": ["PEP"]}
    answer = office.emulator.control("PATCH", "", {"case_configs": declared})
    assert answer.json()["settings"]["case_configs"] == declared
    assert [check["check_type"] for check in office.open(case_config="ours")["checks"]] == ["NAME_CHECK", "CRA"]
    assert [check["check_type"] for check in office.open(case_config="kyb-company")["checks"]] == ["PEP"]
    other = Newcomer(office.emulator.of(f"{office.emulator.sandbox}-2"))
    assert other.create(case_config="ours").status_code == 400
    wrong = office.emulator.control("PATCH", "", {"case_configs": {"ours": ["NAME_CHEK"]}})
    assert (wrong.status_code, "NAME_CHECK" in wrong.text) == (422, True)
    assert office.emulator.control("PATCH", "", {"case_configs": None}).json()["settings"]["case_configs"] == {}


def test_a_check_type_may_be_null_missing_or_renamed(office: Newcomer) -> None:
    answer = office.create(checks=[{"check_type": None}, {}, {"check_type": "INCORPORATION_DOC"}])
    assert [check["check_type"] for check in answer.json()["checks"]] == [None, None, "INCORPORATION_DOC"]
    assert "INCORPORATION_DOCUMENT" in answer.headers["X-Emulator-Advice"]
    office.advance()
    assert office.case(1)["checks"][0]["title"].startswith("General check")
    assert office.create(checks=[{"check_type": "X"}]).json() == {
        "checks": [{"check_type": ['"X" is not a valid choice.']}]
    }


def test_what_the_first_generation_sends_is_ignored_with_advice(office: Newcomer) -> None:
    answer = office.create("PEP", notes=5, rfi=[], start=False)
    advice = answer.headers["X-Emulator-Advice"]
    assert answer.status_code == 201
    assert all(word in advice for word in ("notes", "rfi", "auto_start"))
    ignored = office.forerunner.ask("POST", "cases/", {"customer_id": 123, "external_id": 5, "auto_start": "x"})
    assert ignored.status_code == 201


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("auto_start", "maybe", ["Must be a valid boolean."]),
        ("auto_start", None, ["This field may not be null."]),
        ("external_id", "x" * 513, ["Ensure this field has no more than 512 characters."]),
        ("external_id", " ", ["This field may not be blank."]),
        ("metadata", [], ['Expected a dictionary of items but got type "list".']),
        ("metadata", {"a": "\0"}, ["Null characters are not allowed."]),
        ("assignee", "nobody", ["Enter a valid email address."]),
        ("assignee", "", ["This field may not be blank."]),
        ("sync_platforms", [{}], [{"domain": ["This field is required."], "id": ["This field is required."]}]),
        ("case_config", "", ["This field may not be null."]),
    ],
)
def test_each_new_field_is_judged_as_the_framework_does(
    office: Newcomer, field: str, value: object, problem: object
) -> None:
    answer = office.create("PEP", **{field: value})
    assert (answer.status_code, answer.json()) == (400, {field: problem})
    assert office.listed("cases/") == []


def test_a_customer_keeps_its_platforms_when_a_case_uses_it_again(office: Newcomer) -> None:
    customer = office.create_customer(external_id="c-1", sync_platforms=PLATFORMS)
    assert customer["sync_platforms"] == PLATFORMS
    again = {"full_name": "Grace", "external_id": "c-1", "sync_platforms": []}
    office.done("POST", "cases/", {"customer": again})
    office.forerunner.done("POST", "cases/", {"customer": {"full_name": "Ann", "external_id": "c-1"}})
    read = office.done("GET", f"customers/{customer['id']}/")
    assert (read["full_name"], read["sync_platforms"]) == ("Ann", PLATFORMS)
    changed = office.done("PATCH", "customers/update/", {"external_id": "c-1", "sync_platforms": []})
    assert (changed["sync_platforms"], changed["full_name"]) == ([], "Ann")
    assert "sync_platforms" not in office.forerunner.done("GET", f"customers/{customer['id']}/")


def test_a_change_keeps_what_is_not_sent_and_replaces_metadata_whole(office: Newcomer) -> None:
    before = office.open("PEP", metadata={"a": 1}, webhook_url="http://h/x", assignee="ada@example.com")
    office.advance(1)
    after = office.change(1, metadata={"b": 2})
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == {**before, "metadata": {"b": 2}}
    assert office.change(1) == office.case(1)
    changed = office.change(1, webhook_url=None, external_id="o-1", sync_platforms=PLATFORMS, delete_after=9)
    assert [changed[name] for name in ("webhook_url", "external_id", "sync_platforms", "delete_after")] == [
        *(None, "o-1", PLATFORMS, 9),
    ]
    ignored = office.ask("PATCH", "cases/1/", {"assignee": "b@example.com", "note": "x", "outcome": "REJECTED"})
    assert ignored.json() == changed
    assert "assignee" in ignored.headers["X-Emulator-Advice"]


def test_a_change_of_the_external_id_takes_it_and_frees_the_old_one(office: Newcomer) -> None:
    office.open("PEP", external_id="a")
    office.open("PEP", external_id="b")
    assert office.ask("PATCH", "cases/1/", {"external_id": "b"}).json() == TAKEN
    assert office.change(1, external_id="a")["external_id"] == "a"
    office.change(1, external_id="c")
    assert office.create("PEP", external_id="a").status_code == 201
    first = office.forerunner.open("PEP")
    assert office.ask("PATCH", f"cases/{first['id']}/", {"external_id": "c"}).json() == TAKEN
    assert office.change(first["id"], external_id="d")["external_id"] == "d"


def test_of_fifty_simultaneous_changes_to_one_external_id_one_succeeds(office: Newcomer) -> None:
    ids = iter([office.open("PEP")["id"] for _ in range(50)])
    answers = all_at_once(lambda: office.ask("PATCH", f"cases/{next(ids)}/", {"external_id": "one"}))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49


def test_a_changed_receiver_and_retention_hold_from_then_on(office: Newcomer) -> None:
    office.open("PEP", webhook_url="http://127.0.0.1:9/old")
    office.change(1, webhook_url=None)
    office.advance()
    [sent] = office.webhooks()
    assert (sent["id"], sent["webhook_url"]) == (1, None)
    assert office.change(1, metadata={"after": "the end"})["is_complete"]
    office.change(1, delete_after=0)
    assert office.status("cases/1/") == 404


def test_the_cookie_knows_no_patch(office: Newcomer) -> None:
    office.open("PEP")
    answer = office.forerunner.ask("PATCH", "cases/1/", {})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert office.ask("DELETE", "cases/1/").headers["Allow"] == "GET, PATCH, HEAD, OPTIONS"
    assert office.forerunner.ask("PATCH", "customers/update/", {}).status_code == 405
    assert office.ask("PATCH", "cases/9/", {"metadata": 5}).status_code == 404

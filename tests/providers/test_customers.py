"""Customers of Sphinx that stand on their own, and how long they stay."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.emulators import Emulator, served
from tests.providers.around_cases import Office

TAKEN = {"external_id": ["This field must be unique."]}


@pytest.fixture
def office(emulator: Emulator) -> Office:
    return Office(emulator)


def test_a_customer_is_created_read_and_used_by_a_case(office: Office) -> None:
    customer = office.create_customer(external_id="c-1", customer_type="COMPANY", input_details=[1], delete_after=30)
    assert customer["id"] == 124
    assert office.done("GET", "customers/124/") == customer
    case = office.done("POST", "cases/", {"customer_id": 124})
    assert case["customer"]["full_name"] == "Ada Lovelace"
    assert office.done("GET", "customers/123/")["full_name"] == "Sample Customer"


def test_a_new_sandbox_shows_its_newborn_customer_and_document_and_stores_nothing(emulator: Emulator) -> None:
    for path in ("customers/123", "documents/123"):
        cookies = {"sessionid": f"test_{emulator.sandbox}"}
        assert emulator.http.get(f"{emulator.url}/api/{path}/", cookies=cookies).status_code == 200
    assert emulator.sandbox not in emulator.http.get(f"{emulator.url}/_emulator/sandboxes").json()["sandboxes"]


def test_an_external_id_that_is_taken_is_refused_and_uses_no_id(office: Office) -> None:
    office.create_customer(external_id="c-1")
    answer = office.ask("POST", "customers/", {"full_name": "Grace", "external_id": " c-1 "})
    assert (answer.status_code, answer.json()) == (400, TAKEN)
    assert office.create_customer(external_id="C-1")["id"] == 125
    assert [office.create_customer(external_id="")["id"] for _ in range(2)] == [126, 127]


def test_the_switch_updates_a_customer_that_exists() -> None:
    with served(switch=("sphinxhq.customer-exists=update",)) as emulator:
        office = Office(emulator)
        office.create_customer(external_id="c-1", customer_type="COMPANY", delete_after=9)
        answer = office.ask("POST", "customers/", {"full_name": "Grace", "external_id": "c-1"})
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["id"], shown["full_name"], shown["customer_type"], shown["delete_after"]) == (124, "Grace", None, 9)


def test_an_update_changes_what_is_sent_and_shows_in_every_case(office: Office) -> None:
    office.create_customer(external_id="c-1", customer_type="COMPANY", input_details={"a": 1}, delete_after=30)
    case = office.done("POST", "cases/", {"customer_id": 124})
    update = {"external_id": "c-1", "full_name": "Grace", "customer_type": None}
    changed = office.done("POST", "customers/update/", update)
    assert (changed["full_name"], changed["customer_type"]) == ("Grace", None)
    assert (changed["input_details"], changed["delete_after"]) == ({"a": 1}, 30)
    assert (
        office.done("POST", "customers/update/", {"external_id": "c-1", "input_details": None})["input_details"] is None
    )
    assert office.case(case["id"])["customer"]["full_name"] == "Grace"


def test_update_is_no_id_and_other_verbs_are_told_so(office: Office) -> None:
    for method, path, allowed in (
        ("GET", "customers/update/", "POST, OPTIONS"),
        ("PATCH", "customers/update/", "POST, OPTIONS"),
        ("GET", "customers/", "POST, OPTIONS"),
        ("GET", "documents/", "POST, OPTIONS"),
        ("DELETE", "customers/123/", "GET, HEAD, OPTIONS"),
        ("PUT", "checks/", "GET, POST, HEAD, OPTIONS"),
    ):
        answer = office.ask(method, path, {})
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed), path


def test_the_object_is_looked_up_before_the_body_is_read(office: Office) -> None:
    assert office.ask("POST", "cases/9/start/", data="{bad").status_code == 404
    assert office.ask("POST", "customers/update/", {"external_id": "x", "full_name": ""}).status_code == 400
    assert office.ask("POST", "customers/update/", {"external_id": "x"}).json() == {"detail": "Not found."}


def test_fifty_creates_with_one_external_id_make_one_customer(office: Office) -> None:
    body = {"full_name": "Ada", "external_id": "same"}
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: office.ask("POST", "customers/", body), range(50)))
    assert sorted(answer.status_code for answer in answers) == [201, *[400] * 49]
    assert all(answer.json() == TAKEN for answer in answers if answer.status_code == 400)
    assert office.create_customer()["id"] == 125  # the refused ones used no id


def test_a_customer_stays_while_a_case_of_it_exists_and_is_then_unknown(office: Office) -> None:
    office.create_customer(external_id="c-1", delete_after=2)
    office.done("POST", "cases/", {"customer_id": 124, "delete_after": 5})
    office.advance(days=3)
    assert office.status("customers/124/") == 200
    office.advance(days=3)
    assert office.status("customers/124/") == 404
    unknown = {"customer_id": ['Invalid pk "124" - object does not exist.']}
    assert office.ask("POST", "cases/", {"customer_id": 124}).json() == unknown
    assert office.ask("POST", "customers/update/", {"external_id": "c-1"}).status_code == 404


def test_the_external_id_of_a_deleted_customer_is_free_again(office: Office) -> None:
    office.create_customer(external_id="c-1", delete_after=1)
    office.create_customer(external_id="c-2", delete_after=1)
    office.advance(days=2)
    assert office.create_customer(external_id="c-1")["id"] == 126
    case = office.done("POST", "cases/", {"customer": {"full_name": "Grace", "external_id": "c-2"}})
    assert case["customer"]["id"] == 127


def test_delete_after_0_of_a_customer_waits_for_its_last_case(office: Office) -> None:
    office.create_customer(delete_after=0)
    assert office.status("customers/124/") == 200
    office.done("POST", "cases/", {"customer_id": 124, "delete_after": 0})
    assert office.status("customers/124/") == 200
    office.advance()
    assert office.status("customers/124/") == 404

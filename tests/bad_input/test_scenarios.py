"""Rows that are a story: tenants, references used twice, many at once, deletion, shutdown."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from emulator.running import RunningEmulator
from tests.bad_input.answers import send, until
from tests.bad_input.table import body, post
from tests.emulators import Emulator, settings
from tests.receivers import receiving

LOOK_ALIKES = [
    "order-1",
    "Order-1",
    "ORDER-1",
    "order-1 ",
    " order-1",
    "order-１",
    "order\u20101",
    "ordеr-1",
    "order-1\u200b",
]


def test_references_that_look_alike_are_different(emulator: Emulator) -> None:
    cases = [emulator.aplyid.open_case(activity__external_id=x, client__external_id=x) for x in LOOK_ALIKES]
    assert [case["external_id"] for case in cases] == LOOK_ALIKES
    assert [case["client"]["external_id"] for case in cases] == LOOK_ALIKES
    assert len({case["client"]["id"] for case in cases}) == len(LOOK_ALIKES)


def test_customers_that_look_alike_are_different_but_for_outer_blanks(emulator: Emulator) -> None:
    found = {
        x: emulator.sphinxhq.open_case(customer={"full_name": "A Stuck", "external_id": x})["customer"]
        for x in LOOK_ALIKES
    }
    trimmed = {x.strip() for x in LOOK_ALIKES}
    assert {customer["external_id"] for customer in found.values()} == trimmed
    assert len({customer["id"] for customer in found.values()}) == len(trimmed)


def test_a_reference_used_twice_makes_two_cases_of_one_client(emulator: Emulator) -> None:
    first, second = (emulator.aplyid.open_case(client__external_id="cust-1") for _ in range(2))
    assert (first["external_id"], second["external_id"]) == ("order-1", "order-1")
    assert second["case_id"] == first["case_id"] + 1
    assert second["client"]["id"] == first["client"]["id"]


def test_fifty_at_once_make_fifty_cases_of_one_client(emulator: Emulator) -> None:
    def create(_: int) -> dict[str, Any]:
        other = Emulator(emulator.url, emulator.sandbox)
        with other.http:
            return other.aplyid.open_case(client__external_id="cust-1", client__name="John Stuck")

    with ThreadPoolExecutor(50) as pool:
        cases = list(pool.map(create, range(50)))
    assert sorted(case["case_id"] for case in cases) == list(range(1024, 1074))
    assert {case["client"]["id"] for case in cases} == {8843}


def test_fifty_at_once_make_fifty_cases_of_one_customer(emulator: Emulator) -> None:
    def create(i: int) -> dict[str, Any]:
        other = Emulator(emulator.url, emulator.sandbox)
        with other.http:
            return other.sphinxhq.open_case(customer={"full_name": f"{i} Stuck", "external_id": "x"})

    with ThreadPoolExecutor(50) as pool:
        cases = list(pool.map(create, range(50)))
    assert sorted(case["id"] for case in cases) == list(range(1, 51))
    assert {case["customer"]["id"] for case in cases} == {124}


def test_a_reference_can_be_used_again_after_its_case_was_deleted(emulator: Emulator) -> None:
    customer = {"full_name": "Mary Chen", "external_id": "x"}
    with receiving() as receiver:
        first = emulator.sphinxhq.open_case(customer=customer, delete_after=0, webhook_url=receiver.url)
        told = receiver.next().json
    assert (told["id"], told["delete_after"], told["status"]) == (first["id"], 0, "COMPLETED")
    until(lambda: emulator.sphinxhq.get(f"{first['id']}/").status_code == 404)
    assert emulator.sphinxhq.get().json()["count"] == 0
    second = emulator.sphinxhq.open_case(customer=customer)
    assert second["id"] == first["id"] + 1
    assert second["customer"]["id"] == first["customer"]["id"]


def test_a_case_deleted_at_once_still_leaves_its_webhook_in_the_inbox(emulator: Emulator) -> None:
    case = emulator.sphinxhq.open_case(delete_after=0)
    until(lambda: emulator.sphinxhq.get(f"{case['id']}/").status_code == 404)
    (kept,) = emulator.inbox()
    assert (kept["state"], kept["case_id"]) == ("inbox", case["id"])


def test_tenants_never_meet(emulator: Emulator) -> None:
    mine, yours = emulator.of(f"{emulator.sandbox[:60]}-a"), emulator.of(f"{emulator.sandbox[:60]}-b")
    for one in (mine, yours):
        case = one.aplyid.open_case(client__external_id="same", client__name=f"{one.sandbox[-1]} Stuck")
        assert (case["case_id"], case["client"]["id"]) == (1024, 8843)
        assert case["client"]["name"] == f"{one.sandbox[-1]} Stuck"
        customer = one.sphinxhq.open_case(customer={"full_name": f"{one.sandbox[-1]} Stuck", "external_id": "same"})
        assert (customer["id"], customer["customer"]["id"]) == (1, 124)
        assert customer["customer"]["full_name"] == f"{one.sandbox[-1]} Stuck"
    theirs = mine.sphinxhq.open_case(customer={"full_name": "Only Stuck"})
    assert yours.sphinxhq.get(f"{theirs['id']}/").status_code == 404
    assert yours.sphinxhq.get().json()["count"] == 1
    refused = yours.sphinxhq.post({"customer_id": theirs["customer"]["id"]})
    assert refused.json() == {"customer_id": [f'Invalid pk "{theirs["customer"]["id"]}" - object does not exist.']}


@pytest.mark.parametrize("kind", ["nonsense", None, 5, True, ["individual"], {}, "\x00", "\ud800"])
def test_the_type_of_a_known_client_is_not_read(emulator: Emulator, kind: Any) -> None:
    first = emulator.aplyid.open_case(client__external_id="cust-1")
    changes = {"client__client_type": kind, "client__name": "Another", "client__clientable_attributes": None}
    second = emulator.aplyid.open_case(client__external_id="cust-1", **changes)
    assert second["client"] == first["client"]


def test_the_activity_of_a_known_client_is_still_judged(emulator: Emulator) -> None:
    first = emulator.aplyid.open_case(client__external_id="cust-1")
    assert emulator.aplyid.message(client__external_id="cust-1", activity__name="") == "Name can't be blank"
    assert emulator.aplyid.open_case()["case_id"] == first["case_id"] + 1


@pytest.mark.parametrize("path", ["/api/cases", "/api/cases?x=%2F%0d%0aX:y", "/api/cases?next=//evil.example"])
def test_a_redirect_stays_on_this_host_and_in_one_line(emulator: Emulator, path: str) -> None:
    answer = send(emulator, post("sphinxhq", body("sphinxhq"), path=path))
    assert answer.status == 301
    assert answer.headers["location"].startswith("/api/cases/")
    assert "x" not in {name for name in answer.headers if len(name) == 1}


def test_a_create_during_shutdown_is_answered_or_refused_a_connection() -> None:
    running = RunningEmulator(settings())
    running.start()
    emulator = Emulator(running.address)
    with emulator.http, ThreadPoolExecutor(2) as pool:
        try:
            answers = [pool.submit(_create_until_closed, emulator) for _ in range(2)]
            emulator.aplyid.open_case()
        finally:
            running.stop()
        statuses = {status for answer in answers for status in answer.result()}
    assert statuses <= {201}


def _create_until_closed(emulator: Emulator) -> set[int]:
    statuses = set()
    with requests.Session() as session:
        session.trust_env = False
        alone = Emulator(emulator.url, http=session)
        try:
            for _ in range(10_000):
                statuses.add(alone.aplyid.create(client__name="John Stuck").status_code)
        except requests.ConnectionError:
            pass  # it has closed, as it was told to
    return statuses

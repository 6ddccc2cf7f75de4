"""Sphinx, in the verbs of its user."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from emulator.core.model import Outcome
from emulator.core.randomness import SeededRandom
from emulator.providers.sphinxhq import analyst
from tests.emulators import Emulator, compact, fixture, served
from tests.receivers import receiving
from tests.waiting import wait_until
from tests.wire import request_bytes

SAMPLES = [fixture("sphinxhq", name) for name in ("create_case_full", "create_case_short")]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_printed_samples_are_accepted_with_every_documented_field(
    emulator: Emulator, sample: dict[str, Any]
) -> None:
    answer = emulator.sphinxhq.post(sample["request"]["body"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    assert MOMENT.search(answer.text)
    assert MOMENT.sub("2026-01-01T00:00:00Z", answer.text) == compact(sample["answer"]["body"])


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_webhook_has_the_same_shape_as_the_answer(emulator: Emulator, sample: dict[str, Any]) -> None:
    with receiving() as receiver:
        emulator.sphinxhq.post({**sample["request"]["body"], "webhook_url": receiver.url})
        webhook = receiver.next()
    expected, body = {**sample["webhook"]["body"], "webhook_url": receiver.url}, webhook.json
    assert webhook.header("Content-Type") == sample["webhook"]["headers"]["Content-Type"]
    assert list(body) == list(expected)
    drawn = ("risk_score", "created_at", "updated_at", "checks")
    assert {k: v for k, v in body.items() if k not in drawn} == {k: v for k, v in expected.items() if k not in drawn}
    assert [list(check) for check in body["checks"]] == [list(check) for check in expected["checks"]]


def test_a_case_moves_from_pending_over_processing_to_completed(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 60})
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    seen = [emulator.sphinxhq.open_case(checks=[{"check_type": "IDV"}])["status"]]
    for seconds in (29, 1, 29, 1):
        emulator.control("POST", "clock/advance", {"seconds": seconds})
        seen.append(emulator.sphinxhq.get("1/").json()["status"])
    assert seen == ["PENDING", "PENDING", "PROCESSING", "PROCESSING", "COMPLETED"]


def test_the_same_external_id_updates_the_customer_and_what_is_left_out_becomes_null(emulator: Emulator) -> None:
    first = emulator.sphinxhq.open_case(
        customer={"full_name": "Ada", "external_id": "a-1", "customer_type": "COMPANY", "input_details": {"x": 1}}
    )
    again = emulator.sphinxhq.open_case(customer={"full_name": "Ada L.", "external_id": "a-1"})
    updated = {"id": first["customer"]["id"], "full_name": "Ada L.", "external_id": "a-1", "customer_type": None}
    assert again["customer"] == updated
    assert emulator.sphinxhq.get(f"{first['id']}/").json()["customer"] == updated


def test_a_customer_named_by_id_stays_as_it_is(emulator: Emulator) -> None:
    customer = emulator.sphinxhq.open_case(customer={"full_name": "Ada", "external_id": "a-1"})["customer"]
    answer = emulator.sphinxhq.post({"customer_id": customer["id"], "customer": {"full_name": "Other"}})
    assert answer.json()["customer"] == customer


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_blank_external_id_never_reuses(emulator: Emulator, blank: object) -> None:
    customers = [{"full_name": "Ada", "external_id": blank} for _ in range(2)]
    ids = {emulator.sphinxhq.open_case(customer=c)["customer"]["id"] for c in customers}
    assert ids == {124, 125}


def test_fifty_simultaneous_creates_make_fifty_cases_and_one_customer(emulator: Emulator) -> None:
    customer = {"full_name": "Ada", "external_id": "one"}
    with ThreadPoolExecutor(50) as pool:
        mine = (Emulator(emulator.url, emulator.sandbox) for _ in range(50))
        cases = list(pool.map(lambda e: e.sphinxhq.open_case(customer=customer), mine))
    assert sorted(case["id"] for case in cases) == list(range(1, 51))
    assert {case["customer"]["id"] for case in cases} == {124}


def test_an_unknown_customer_or_document_is_named(emulator: Emulator) -> None:
    answer = emulator.sphinxhq.post(
        {
            "customer_id": 9,
            "notes": "",
            "checks": [{"check_type": "PEP"}, {"check_type": "PEP", "document_ids": [9, 123, 8]}],
            "document_ids": [9],
        }
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "customer_id": ['Invalid pk "9" - object does not exist.'],
            "notes": ["This field may not be blank."],
            "checks": [{}, {"document_ids": ["Documents not found: 9, 8"]}],
            "document_ids": ["Documents not found: 9"],
        },
    )


def test_neither_customer_is_refused(emulator: Emulator) -> None:
    assert emulator.sphinxhq.post({}).json() == {
        "non_field_errors": ["Either customer_id or customer must be provided."]
    }


def test_a_refused_request_stores_nothing(emulator: Emulator) -> None:
    emulator.sphinxhq.problems(checks=[{"check_type": "NOPE"}], customer={"full_name": "A", "external_id": "x"})
    assert emulator.sphinxhq.get().json()["count"] == 0
    case = emulator.sphinxhq.open_case(customer={"full_name": "A", "external_id": "x"})
    assert (case["id"], case["customer"]["id"]) == (1, 124)


def test_a_bound_on_checks_and_documents_is_told(emulator: Emulator) -> None:
    many = [{"check_type": "PEP"}] * 101
    told = ["Ensure this field has no more than 100 elements."]
    assert emulator.sphinxhq.problems(checks=many) == {"checks": {"non_field_errors": told}}
    told = ["Ensure this field has no more than 1000 elements."]
    assert emulator.sphinxhq.problems(document_ids=[123] * 1001) == {"document_ids": told}
    assert len(emulator.sphinxhq.open_case(checks=many[:100])["checks"]) == 100


# Reads


def test_a_case_reads_as_it_was_answered(shared_emulator: Emulator) -> None:
    with served(delay=3600) as emulator:
        case = emulator.sphinxhq.open_case(checks=[{"check_type": "PEP", "input_details": [1, None]}], notes="n")
        assert emulator.sphinxhq.get("1/").json() == case


@pytest.mark.parametrize("key", ["2", "0", "-1", "abc", "9" * 30, "1e1", "None"])
def test_an_unknown_case_is_not_found(emulator: Emulator, key: str) -> None:
    answer = emulator.sphinxhq.get(f"{key}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_a_case_of_another_sandbox_is_not_found(emulator: Emulator) -> None:
    emulator.sphinxhq.open_case()
    other = emulator.of(f"{emulator.sandbox[:50]}-other")
    assert other.sphinxhq.get("1/").status_code == 404
    assert other.sphinxhq.get().json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_the_list_is_paged_and_its_links_can_be_followed(emulator: Emulator) -> None:
    for _ in range(5):
        emulator.sphinxhq.open_case()
    seen, path = [], "?page_size=2"
    while path:
        page = emulator.sphinxhq.get(path).json()
        assert page["count"] == 5
        seen.append([case["id"] for case in page["results"]])
        path = "?" + urlsplit(page["next"]).query if page["next"] else ""
    assert seen == [[5, 4], [3, 2], [1]]
    assert urlsplit(page["previous"]).query == "page=2&page_size=2"
    assert page["previous"].startswith(emulator.url)
    assert [c["id"] for c in emulator.sphinxhq.get("?page=last&page_size=2").json()["results"]] == [1]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "2", "1.5", "99999999999999999999999"])
def test_a_page_that_is_not_there_is_told(emulator: Emulator, page: str) -> None:
    answer = emulator.sphinxhq.get(f"?page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_the_list_is_filtered(emulator: Emulator) -> None:
    emulator.sphinxhq.open_case(customer={"full_name": "Jo Denied"}, webhook_url="http://localhost:1/")
    emulator.sphinxhq.open_case(customer={"full_name": "Jo Approved"})
    emulator.sphinxhq.open_case(customer={"full_name": "Jo Undecided"}, webhook_url="")
    emulator.sphinxhq.post({"customer_id": 123})

    def ids(query: str) -> list[int]:
        return [case["id"] for case in emulator.sphinxhq.get(query).json()["results"]]

    wait_until(lambda: all(c["status"] == "COMPLETED" for c in emulator.sphinxhq.get().json()["results"]))
    assert ids("?outcome=REJECTED") == [1]
    assert ids("?outcome=ACCEPTED") == [4, 2]
    assert ids("?outcome=PENDING") == [3]
    assert ids("?customer_id=123") == [4]
    assert ids("?customer_id=125&outcome=REJECTED") == []
    assert ids("?has_webhook=true") == [1]
    assert ids("?has_webhook=false") == [4, 3, 2]
    assert emulator.sphinxhq.get("?customer_id=x&outcome=x").json() == {
        "customer_id": ["Enter a number."],
        "outcome": ["Select a valid choice. x is not one of the available choices."],
    }


def test_a_parameter_sent_twice_counts_as_the_last_and_links_keep_both(emulator: Emulator) -> None:
    for _ in range(3):
        emulator.sphinxhq.open_case()
    page = emulator.sphinxhq.get("?page_size=9&page_size=1&zz=1&zz=%ff&page=2").json()
    assert [case["id"] for case in page["results"]] == [2]
    assert urlsplit(page["next"]).query == "page=3&page_size=9&page_size=1&zz=1&zz=%EF%BF%BD"
    assert emulator.sphinxhq.get("?outcome=ACCEPTED&outcome=x").status_code == 400
    assert emulator.sphinxhq.get("?has_webhook=maybe").json()["count"] == 3


def test_free_json_nested_too_deep_is_told_the_same_wherever_it_stands(emulator: Emulator) -> None:
    deep: list[object] = []
    for _ in range(64):
        deep = [deep]
    told = {"detail": "JSON parse error - nested more than 64 deep"}
    assert emulator.sphinxhq.problems(customer={"full_name": "A", "input_details": deep}) == told
    assert emulator.sphinxhq.problems(checks=[{"check_type": "PEP", "input_details": deep}]) == told
    assert emulator.sphinxhq.create(checks=[{"check_type": "PEP", "input_details": deep[0]}]).status_code == 201


def test_only_answers_to_somebody_vary_with_the_cookie(emulator: Emulator) -> None:
    url = f"{emulator.url}/api/cases/"
    assert emulator.http.get(url).headers["Vary"] == "Cookie"
    assert "Vary" not in emulator.http.get(url, headers={"Accept": "text/html"}).headers


def test_without_its_slash_the_path_is_redirected_before_anyone_asks_who_is_there(emulator: Emulator) -> None:
    for prefix in ("", "/s/other"):
        for path, location in (("/api/cases", "/api/cases/"), ("/api/cases/1@?a=%20b", "/api/cases/1@/?a=%20b")):
            answer = emulator.raw(request_bytes("POST", prefix + path))
            assert (answer.status, answer.headers["location"]) == (301, prefix + location)


def test_a_verb_that_is_not_allowed_is_told_after_the_login(emulator: Emulator) -> None:
    url = f"{emulator.url}/api/cases/"
    answer = emulator.http.put(url, cookies=emulator.sphinxhq.cookies)
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "PUT" not allowed.'})
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert emulator.http.put(url).status_code == 401
    assert emulator.http.options(url, cookies=emulator.sphinxhq.cookies).json()["name"] == "Case List"


def test_the_switch_gives_403_without_a_session() -> None:
    with served(switch=["sphinxhq.unauthorized=403"]) as emulator:
        answer = emulator.http.post(f"{emulator.url}/api/cases/")
    assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (403, False)


def test_the_names_of_headers_are_spelled_as_the_service_spells_them(emulator: Emulator) -> None:
    url = f"{emulator.url}/api/cases/"
    for sent in ({}, {"Authorization": "Bearer wrong"}):
        assert "WWW-Authenticate" in list(emulator.http.get(url, headers=sent).headers)  # a list knows no other case


def test_an_unknown_key_gets_advice(emulator: Emulator) -> None:
    answer = emulator.sphinxhq.create(webhookurl="x", checks=[{"check_type": "PEP", "input_detail": 1}])
    advice = answer.headers["X-Emulator-Advice"]
    assert "webhookurl is not a known key and was ignored, did you mean webhook_url?" in advice
    assert "checks[0].input_detail" in advice


@pytest.mark.parametrize("url", ["nonsense", "https://hooks.acme.com/x", "https://example.com/"])
def test_a_webhook_url_that_will_not_be_dialled_gets_advice(emulator: Emulator, url: str) -> None:
    assert "kept, not sent" in emulator.sphinxhq.create(webhook_url=url).headers["X-Emulator-Advice"]
    fine = emulator.sphinxhq.create(webhook_url="http://localhost:3000/")
    assert "X-Emulator-Advice" not in fine.headers


@pytest.mark.parametrize("kind", [*analyst.texts()])
def test_only_a_search_by_name_closes_with_who_the_found_one_is(kind: str) -> None:
    by_name = kind in ("PEP", "SANCTION", "BLACKLIST", "ADVERSE_MEDIA")
    title, _, reasoning = analyst.write(kind, Outcome.DENIED, "Mary Chen", SeededRandom(1, "", "x"), is_company=False)
    assert ("Name and details agree" in reasoning) == by_name
    assert ("match found" in title) == by_name
    assert "risk is too high" in reasoning

"""What is accepted but not used as it was sent, and what a refusal would have needed, is told by advice."""

import json
import logging
from typing import Any

import pytest
import requests

from emulator.core.sandbox_clock import EPOCH, MICROSECOND
from emulator.providers.sphinxhq.drf import moment_text
from tests.emulators import APLYID_PATH, CREATE_CASE, LEAVE_OUT, SPHINXHQ_PATH, Emulator, fixture
from tests.wire import request_bytes

ADDRESS = CREATE_CASE["request"]["body"]["activity"]["address_attributes"]
PHONE = {"phone_country_code": "64", "phone_number": "210123456"}
PERSON = {"firstname": "John", "lastname": "Doe"}
KNOWN = {"client__external_id": "known"}


def advice_of(answer: requests.Response, status: int = 201) -> list[str]:
    """Return each piece of advice that an answer of this status carries."""
    assert answer.status_code == status, answer.text
    return [text for text in answer.headers.get("X-Emulator-Advice", "").split("; ") if text]


# APLYiD: what is not used as it was sent

UNUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"activity__address_attributes": "22 Pollen Street"},
        "activity.address_attributes is a text here, which was ignored",
    ),
    ({"activity__address_attributes": [ADDRESS]}, "activity.address_attributes is an array here, which was ignored"),
    ({"activity__address_attributes": 5}, "activity.address_attributes is a number here, which was ignored"),
    ({"activity__max_transaction_value": [1]}, "activity.max_transaction_value is an array here, which was ignored"),
    ({"activity__max_transaction_value": {}}, "activity.max_transaction_value is an object here, which was ignored"),
    ({"activity__max_transaction_value": "10"}, "activity.max_transaction_value is a text and is used as a number"),
    ({"activity__status": ["completed"]}, "activity.status is an array here, which was ignored"),
    ({"activity__status": {"x": 1}}, "activity.status is an object here, which was ignored"),
    ({"activity__name": 5}, "activity.name is a number and is used as a text"),
    ({"activity__nature": True}, "activity.nature is a truth value and is used as a text"),
    ({"activity__external_id": ["x"]}, "activity.external_id is an array here, which was ignored"),
    ({"client__email": ["a@b.co"]}, "client.email is an array here, which was ignored"),
    ({"client__contact_phone_attributes": "x"}, "client.contact_phone_attributes is a text here, which was ignored"),
    (
        {"client__contact_phone_attributes": [PHONE]},
        "client.contact_phone_attributes is an array here, which was ignored",
    ),
    ({"client__client_type": "company"}, "client.clientable_attributes is an object here, which was ignored"),
    ({"client__clientable_attributes__middle_name": {}}, "client.clientable_attributes.middle_name is an object here"),
    ({"client__clientable_attributes__date_of_birth": "1/15"}, "date_of_birth is no date that can be read"),
    ({"client__clientable_attributes__date_of_birth": "15.01.1990"}, "date_of_birth is no ISO 8601 date"),
    (
        {"client__contact_phone_attributes": PHONE | {"phone_number": "0210123456"}},
        "phone_number is used without its leading 0",
    ),
    ({"client__contact_phone_attributes": PHONE | {"phone_number": "abc"}}, "phone_number is no phone number"),
    ({"activity__status": "in_review"}, "activity.status is in_review: the case waits until somebody completes it"),
    ({"activity__status": "cancelled"}, "activity.status is cancelled: such a case is final, and no webhook is sent"),
]


@pytest.mark.parametrize(("changes", "advice"), UNUSED)
def test_aplyid_tells_what_is_not_used_as_it_was_sent(emulator: Emulator, changes: dict[str, Any], advice: str) -> None:
    assert any(advice in text for text in advice_of(emulator.aplyid.create(**changes)))


@pytest.mark.parametrize(
    ("changes", "ignored"),
    [
        ({"client__name": "Someone Else"}, "client.name ignored"),
        ({"client__client_type": "company"}, "client.client_type ignored"),
        ({"client__client_type": "nonsense"}, "client.client_type ignored"),
        ({"client__name": "x" * 51}, "client.name ignored"),
        ({"client__email": "a@b.co"}, "client.email ignored"),
        ({"client__clientable_attributes__lastname": "Roe"}, "client.clientable_attributes ignored"),
        ({"client__contact_phone_attributes": PHONE}, "client.contact_phone_attributes ignored"),
        ({"client__client_type": "company", "client__clientable_attributes": LEAVE_OUT}, "client.client_type ignored"),
    ],
)
def test_what_differs_from_a_reused_client_is_told(emulator: Emulator, changes: dict[str, Any], ignored: str) -> None:
    emulator.aplyid.open_case(**KNOWN)
    advice = advice_of(emulator.aplyid.create(**KNOWN, **changes))
    assert f"{ignored}, because client.external_id names a client that is reused as it is stored" in advice


def test_a_reused_client_that_is_named_alone_or_unchanged_needs_no_advice(emulator: Emulator) -> None:
    phone = {"client__contact_phone_attributes": PHONE}
    emulator.aplyid.open_case(**KNOWN, **phone)
    assert advice_of(emulator.aplyid.create(**KNOWN, **phone)) == []
    assert advice_of(emulator.aplyid.create(client={"external_id": "known"})) == []


@pytest.mark.parametrize(
    "place",
    [
        "activity.address_attributes",
        "client.clientable_attributes",
        "client.contact_phone_attributes",
        "activity",
        "client",
    ],
)
@pytest.mark.parametrize("is_refused", [False, True])
def test_an_unknown_key_is_told_at_every_level(emulator: Emulator, place: str, is_refused: bool) -> None:
    order = emulator.aplyid.order(
        activity__address_attributes=dict(ADDRESS), client__contact_phone_attributes=dict(PHONE)
    )
    part = order
    for step in place.split("."):
        part = part[step]
    part["colour"] = "x"
    if is_refused:
        part.pop(next(iter(part)))
        order["client"].pop("name", None)
        order["activity"].pop("name", None)
    answer = emulator.aplyid.post(order)
    assert f"{place}.colour is not a known key and was ignored" in advice_of(answer, 422 if is_refused else 201)


def test_an_unknown_key_at_the_top_is_told(emulator: Emulator) -> None:
    advice = advice_of(emulator.aplyid.post(emulator.aplyid.order() | {"clientt": {}, "zz": 1}))
    assert "clientt is not a known key and was ignored, did you mean client?" in advice
    assert "zz is not a known key and was ignored" in advice


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("NZ", ", as NZL or AUS is"),
        ("nzl", ": did you mean NZL?"),
        ("1", ", as"),
        ("XXX", ", as"),
        ("Nz", ", as"),
        (1, ", as"),
    ],
)
def test_a_country_code_that_is_none_is_taken_with_advice(emulator: Emulator, code: object, hint: str) -> None:
    advice = advice_of(emulator.aplyid.create(activity__address_attributes=ADDRESS | {"country_code": code}))
    told = f"activity.address_attributes.country_code is no country code of ISO 3166-1 alpha-3{hint}"
    assert any(text.startswith(told) for text in advice)


@pytest.mark.parametrize("code", ["NZL", "AUS", "GBR", "ALA", "ZWE"])
def test_a_country_code_needs_no_advice(emulator: Emulator, code: str) -> None:
    case = {"activity__address_attributes": ADDRESS | {"country_code": code}, **KNOWN}
    assert advice_of(emulator.aplyid.create(**case)) == []


@pytest.mark.parametrize("number", ["0", "0 ", "0\u00a0", 0])
def test_a_phone_number_is_judged_without_its_leading_0(emulator: Emulator, number: object) -> None:
    phone = PHONE | {"phone_number": number}
    message = emulator.aplyid.message(client__contact_phone_attributes=phone)
    assert message == "Contact phone phone number can't be blank"
    assert emulator.aplyid.open_case(client__contact_phone_attributes=PHONE | {"phone_number": "00"})["case_id"] == 1024


def test_a_client_that_cannot_be_reused_is_told_once_a_sandbox(emulator: Emulator) -> None:
    told = "without client.external_id the service can never reuse this client, and duplicates cannot be merged"
    emulator.aplyid.message(client__name="")
    advices = [
        advice_of(emulator.aplyid.create(**changes)) for changes in (KNOWN, {}, {}, {"client__external_id": " "}, KNOWN)
    ]
    assert [told in advice for advice in advices] == [False, True, False, False, False]
    assert emulator.control("POST", "reset", {}).ok
    assert told in advice_of(emulator.aplyid.create(client__external_id=" "))


# Sphinx: what is not used as it was sent

CUSTOMER = {"full_name": "Ada"}
NOT_UTF_8 = "needed: a body in JSON, encoded as UTF-8: 'utf-8' codec can't decode byte"


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ({"customer_id": 123, "customer": CUSTOMER}, "customer was ignored, because customer_id wins"),
        ({"customer_id": 123.5}, "customer_id is no whole number and is used without its fraction"),
        ({"customer_id": "123"}, "customer_id is a text and is used as a number"),
        ({"customer": CUSTOMER, "notes": " n "}, "notes is used without the blanks around it"),
        ({"customer": CUSTOMER, "notes": 5}, "notes is a number and is used as a text"),
        ({"customer": {"full_name": " Ada"}}, "customer.full_name is used without the blanks around it"),
        ({"customer": CUSTOMER, "webhook_url": " "}, "webhook_url is blank: no webhook is sent"),
        ({"customer": CUSTOMER, "delete_after": "30"}, "delete_after is a text and is used as a number"),
        (
            {"customer": CUSTOMER, "checks": [{"check_type": "PEP", "delete_after": 0}]},
            "delete_after 0 of a check and no webhook to send: the check is deleted as soon as its case has finished",
        ),
        ({"customer": {**CUSTOMER, "colour": 1}}, "customer.colour is not a known key and was ignored"),
    ],
)
def test_sphinx_tells_what_is_not_used_as_it_was_sent(emulator: Emulator, body: dict[str, Any], advice: str) -> None:
    assert any(text.startswith(advice) for text in advice_of(emulator.sphinxhq.post(body)))


def test_what_is_used_as_it_was_sent_needs_no_advice(emulator: Emulator) -> None:
    fields = {"input_details": {"a": [1, None, 2**70, " x "]}, "document_ids": [123]}
    body = {
        "customer": {**CUSTOMER, "external_id": None, "customer_type": "", "input_details": "x"},
        "webhook_url": "http://localhost:3000/",
        "checks": [{"check_type": "PEP", **fields}],
        "delete_after": 30.0,
        "notes": "n",
        "rfi": None,
    }
    assert advice_of(emulator.sphinxhq.post(body)) == []
    assert advice_of(emulator.aplyid.post(CREATE_CASE["request"]["body"])) == []


def test_an_unknown_key_of_a_refused_request_is_told(emulator: Emulator) -> None:
    advice = advice_of(emulator.sphinxhq.post({"custommer": CUSTOMER, "checks": [{"chek_type": "PEP"}]}), 400)
    assert "custommer is not a known key and was ignored, did you mean customer?" in advice
    assert "checks[0].chek_type is not a known key and was ignored, did you mean check_type?" in advice


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("?customerid=1", "?customerid is not a known key and was ignored, did you mean customer_id?"),
        ("?has_webhook=maybe", "?has_webhook is neither true nor false and was ignored"),
        ("?page_size=101", "?page_size is no number from 1 to 100: 100 is used"),
        ("?page_size=x", "?page_size is no number from 1 to 100: 20 is used"),
        ("?page=1&page=1", "?page was sent more than once: the last one counts"),
    ],
)
def test_a_parameter_that_is_not_used_as_it_was_sent_is_told(emulator: Emulator, query: str, advice: str) -> None:
    assert advice in advice_of(emulator.sphinxhq.get(query), 200)
    assert (
        advice_of(emulator.sphinxhq.get("?page=1&page_size=9&has_webhook=true&outcome=PENDING&format=json"), 200) == []
    )


def test_a_query_beside_a_body_is_told(emulator: Emulator) -> None:
    send, key = emulator.http.post, {"X-Workflow-Access-Key": f"test_{emulator.sandbox}"}
    aplyid = send(f"{emulator.url}{APLYID_PATH}?a=1", json=emulator.aplyid.order(), headers=key)
    assert "the query is not read: parameters are only read from the body" in advice_of(aplyid)
    url = f"{emulator.url}{SPHINXHQ_PATH}?notes=1"
    sphinx = send(url, json={"customer": CUSTOMER}, cookies=emulator.sphinxhq.cookies)
    assert "?notes is not a known key and was ignored" in advice_of(sphinx)


# Both


def test_a_key_that_stands_twice_is_told(emulator: Emulator) -> None:
    headers = {"Content-Type": "application/json", "X-Workflow-Access-Key": f"test_{emulator.sandbox}"}
    text = json.dumps(emulator.aplyid.order(activity__nature='a "name": b'))
    url = emulator.url + APLYID_PATH
    assert not any("twice" in text for text in advice_of(emulator.http.post(url, data=text, headers=headers)))
    doubled = text.replace('"activity": {', '"activity" : {"name" : "First",')
    advice = advice_of(emulator.http.post(url, data=doubled, headers=headers))
    assert "the key name stands twice in one object: the last one counts" in advice


def test_an_idempotency_key_is_told_to_have_no_effect(emulator: Emulator) -> None:
    answer = emulator.aplyid.post(emulator.aplyid.order(), Idempotency_Key="1")
    assert "the header Idempotency-Key is not read: every request opens a case of its own" in advice_of(answer)


@pytest.mark.parametrize(
    ("request_line", "headers", "body", "advice"),
    [
        (("POST", APLYID_PATH), {}, b'"\xff"', NOT_UTF_8),
        (("POST", APLYID_PATH), {}, b"{bad", "needed: a body in JSON, encoded as UTF-8: Expecting property name"),
        (("POST", f"{APLYID_PATH}?x=%ff"), {}, b"{}", "needed: a query whose escapes can be decoded as UTF-8"),
        (("POST", APLYID_PATH), {"Accept": "nonsense"}, b"{}", "needed: Content-Type and Accept headers"),
        (("GET", APLYID_PATH), {}, b"", f"needed: POST {APLYID_PATH}"),
        (("POST", f"{APLYID_PATH}/x"), {}, b"{}", f"needed: POST {APLYID_PATH}"),
        (("POST", SPHINXHQ_PATH), {}, b'"\xff"', NOT_UTF_8),
        (("GET", "/api/case/"), {}, b"", "needed: POST /api/cases/"),
        (("GET", "/api/cases/9/"), {}, b"", "needed: case 9, which does not exist in this sandbox"),
        (("PUT", SPHINXHQ_PATH), {}, b"{}", "needed: POST /api/cases/"),
    ],
)
def test_every_refusal_has_advice(
    emulator: Emulator, request_line: tuple[str, str], headers: dict[str, str], body: bytes, advice: str
) -> None:
    usual = {
        "X-Workflow-Access-Key": f"test_{emulator.sandbox}",
        "Cookie": f"sessionid=test_{emulator.sandbox}",
        "Content-Type": "application/json",
    }
    answer = emulator.raw(request_bytes(*request_line, usual | headers, body))
    assert 400 <= answer.status < 500
    assert answer.headers["x-emulator-advice"].startswith(advice)


def test_the_redirect_to_the_slash_says_that_the_body_may_be_lost(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told = (
        "the path lacks its last slash; most clients follow this redirect with a GET that has no body: "
        "send to /api/cases/"
    )
    answer = emulator.raw(request_bytes("POST", "/api/cases", {}, b"{}"))
    assert (answer.status, answer.body) == (301, b"")
    assert answer.headers["x-emulator-advice"] == told
    assert told in caplog.text


@pytest.mark.parametrize("url", [None, "", "https://hooks.acme.com/x"])
def test_a_case_that_no_read_will_ever_show_completed_is_told(emulator: Emulator, url: str | None) -> None:
    told = (
        "delete_after 0 and no webhook to send: the case is deleted as soon as it has finished, and no read "
        "ever shows it COMPLETED: they answer 404"
    )
    fields = {} if url is None else {"webhook_url": url}
    assert told in emulator.sphinxhq.create(delete_after=0, **fields).headers["X-Emulator-Advice"]
    assert advice_of(emulator.sphinxhq.create(delete_after=1)) == []
    assert advice_of(emulator.sphinxhq.create(delete_after=0, webhook_url="http://localhost:9/")) == []


def test_a_moment_on_a_whole_second_has_no_fraction(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    case = emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    assert {case["created_at"], case["updated_at"], case["checks"][0]["created_at"]} == {"2030-01-01T00:00:00Z"}
    assert moment_text(EPOCH + 100 * MICROSECOND) == "1970-01-01T00:00:00.000100Z"


def test_the_printed_sample_of_sphinx_is_told_what_has_no_effect(emulator: Emulator) -> None:
    body = fixture("sphinxhq", "create_case_full")["request"]["body"]
    assert "customer was ignored, because customer_id wins" in advice_of(emulator.sphinxhq.post(body))

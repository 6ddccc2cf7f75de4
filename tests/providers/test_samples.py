"""Samples make sense to somebody of the trade, whatever the seed."""

from collections.abc import Mapping
from typing import Any

import pytest

from emulator.core.countries import COUNTRIES
from emulator.core.randomness import SeededRandom
from emulator.providers.aplyid.samples import AplyidSamples
from emulator.providers.sphinxhq.current_samples import CONFIGS, CurrentSamples
from emulator.providers.sphinxhq.samples import SphinxSamples
from emulator.providers.sphinxhq.schemas import BUSINESS_CHECKS, CHECK_TYPES
from emulator.web.extras import Sample
from tests.emulators import Emulator

SEEDS = range(500)
OF_A_PERSON = {"PEP", "IDV", "PROOF_OF_ADDRESS"}
PROPERTY = 300_000  # less than any property costs


def bodies(samples: AplyidSamples | SphinxSamples) -> list[Any]:
    return [samples.draw(SeededRandom(seed, "", "sample"), "any").body for seed in SEEDS]


def drawn(operation: str) -> list[Sample]:
    return [SphinxSamples().draw(SeededRandom(seed, "", "sample"), "any", operation, 7) for seed in SEEDS]


SPHINX, APLYID = bodies(SphinxSamples()), bodies(AplyidSamples())


def checks_of(body: Mapping[str, Any]) -> list[str]:
    return [check["check_type"] for check in body["checks"]]


def test_a_person_gets_no_check_of_a_business_and_a_company_none_of_a_person() -> None:
    for body in SPHINX:
        wrong = BUSINESS_CHECKS | {"WEB_PRESENCE"} if body["customer"]["customer_type"] == "INDIVIDUAL" else OF_A_PERSON
        assert set(checks_of(body)) & wrong == set(), body


def test_every_check_is_drawn_and_none_twice_in_a_case() -> None:
    assert {check for body in SPHINX for check in checks_of(body)} == set(CHECK_TYPES)
    assert all(len(set(checks_of(body))) == len(body["checks"]) for body in SPHINX)


def test_only_a_person_has_a_date_of_birth() -> None:
    for body in SPHINX:
        is_person = body["customer"]["customer_type"] == "INDIVIDUAL"
        assert ("date_of_birth" in body["customer"]["input_details"]) == is_person
    for body in APLYID:
        assert ("clientable_attributes" in body["client"]) == (body["client"]["client_type"] == "individual")


def test_a_client_of_aplyid_lives_where_the_service_is_sold_and_the_phone_is_of_that_country() -> None:
    for body in APLYID:
        phone = body["client"]["contact_phone_attributes"]
        assert body["activity"]["address_attributes"]["country_code"] == "AUS"
        assert (phone["phone_country_code"], phone["phone_number"][0], len(phone["phone_number"])) == ("61", "4", 9)


def test_the_name_of_a_company_ends_in_the_legal_form_of_its_country() -> None:
    companies = [body["client"]["name"] for body in APLYID if body["client"]["client_type"] == "company"]
    assert companies
    assert all(name.endswith(" Pty Ltd") for name in companies)
    forms = {country.code: country.company for country in COUNTRIES}
    for customer in (body["customer"] for body in SPHINX if body["customer"]["customer_type"] == "COMPANY"):
        assert customer["full_name"].endswith(f" {forms[customer['input_details']['country']]}")


def test_a_postcode_is_of_its_state() -> None:
    first = {"New South Wales": "2", "Victoria": "3", "Queensland": "4", "Western Australia": "6", "Tasmania": "7"}
    found = set()
    for address in (body["activity"]["address_attributes"] for body in APLYID):
        assert len(address["postcode"]) == 4
        if address["state"] in first:
            found.add(address["state"])
            assert address["postcode"][0] == first[address["state"]], address
    assert found == set(first)


def test_name_nature_and_value_of_an_activity_fit() -> None:
    for activity in (body["activity"] for body in APLYID):
        assert (activity["max_transaction_value"] > PROPERTY) == activity["nature"].startswith(("Sale", "Purchase"))
        assert (activity["name"] == "Review") == ("review" in activity["nature"])
        assert (activity["name"] == "Settlement") == activity["nature"].startswith("Purchase")


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_a_phone_of_any_country_has_the_length_of_its_numbers(country: Any) -> None:
    for seed in range(50):
        person = SeededRandom(seed, "", "sample").person("x", (country,))
        assert (len(person.phone), person.phone.isdecimal()) == (len(country.mobile), True)
        assert 8 <= len(person.phone) <= 10
        assert person.address.state in dict(country.postcodes)


def test_a_check_that_is_added_suits_a_person_and_a_company_and_names_the_case() -> None:
    kinds = {str(sample.body["check_type"]) for sample in drawn("add_check")}
    assert kinds & (OF_A_PERSON | BUSINESS_CHECKS | {"WEB_PRESENCE"}) == set()
    assert len(kinds) > 1
    assert {sample.body["case_id"] for sample in drawn("add_check")} == {7}


def test_no_customer_that_is_created_has_the_reference_of_one_that_a_case_creates() -> None:
    created = {str(sample.body["external_id"]) for sample in drawn("create_customer")}
    assert len(created) == len(SEEDS)
    assert created & {body["customer"]["external_id"] for body in SPHINX} == set()


CURRENT = [CurrentSamples().draw(SeededRandom(seed, "", "sample"), "any") for seed in SEEDS]


def test_the_current_generation_s_checks_fit_the_customer_too_and_configs_are_drawn_as_well() -> None:
    for body in (sample.body for sample in CURRENT):
        kind = body["customer"]["customer_type"]  # type: ignore[index]
        if "case_config" in body:
            assert body["case_config"] == CONFIGS[kind]
        elif kind == "INDIVIDUAL":
            assert set(checks_of(body)) & BUSINESS_CHECKS == set()
        else:
            assert set(checks_of(body)) & {*OF_A_PERSON, "NAME_CHECK", "PROOF_OF_IDENTITY"} == set()
    assert {"case_config" in sample.body for sample in CURRENT} == {True, False}


@pytest.mark.parametrize("operation", CurrentSamples.operations)
def test_each_sample_of_the_current_generation_is_taken(emulator: Emulator, operation: str) -> None:
    case_id = emulator.sphinxhq.open_case()["id"]
    emulator.wait("inbox/wait")  # a case that still runs is answered 202
    random = SeededRandom(7, "", "sample")
    sample = CurrentSamples().draw(random, emulator.sandbox, operation, case_id)
    url = emulator.url + sample.path
    answer = emulator.http.request(sample.method, url, json=sample.body, headers=dict(sample.headers))
    assert answer.status_code in (200, 201), answer.text
    asked = emulator.control(
        "GET", f"samples/sphinxhq?current=true&operation={operation}&case_id={case_id}&seed=7"
    ).json()
    assert (asked["headers"], asked["body"]) == (sample.headers, sample.body)
    assert emulator.control("GET", "samples/aplyid?current=true").status_code == 404

"""Requests that are made up, and the list of cases."""

import pytest

from tests.emulators import Emulator


@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_a_sample_is_accepted_as_it_stands(emulator: Emulator, provider: str) -> None:
    sample = emulator.control("GET", f"samples/{provider}?seed=5").json()
    answer = emulator.http.request(sample["method"], sample["url"], headers=sample["headers"], json=sample["body"])
    assert (answer.status_code, answer.headers.get("X-Emulator-Advice")) == (201, None)
    assert emulator.control("GET", "cases").json()["count"] == 1


@pytest.mark.parametrize("operation", ["create_customer", "upload_document", "add_check", "start"])
def test_what_stands_around_a_case_has_samples_too_each_accepted_twice(emulator: Emulator, operation: str) -> None:
    case = emulator.sphinxhq.open_case()
    emulator.control("POST", "clock/advance", {"seconds": 60})
    sent = [emulator.control("POST", "samples/sphinxhq", {"operation": operation}).json() for _ in range(2)]
    drawn = emulator.control("GET", f"samples/sphinxhq?operation={operation}&case_id={case['id']}").json()
    assert [one["status"] in (200, 201) for one in sent] == [True, True], sent
    assert drawn["path"].startswith("/api/")
    if operation in ("add_check", "start"):
        assert str(case["id"]) in drawn["path"] + str(drawn["body"])


@pytest.mark.parametrize(
    ("provider", "operation", "status", "word"),
    [
        ("aplyid", "add_check", 422, "no sample of aplyid is called add_check"),
        ("sphinxhq", "ad_check", 422, "did you mean add_check"),
        ("sphinxhq", "start", 409, "there is none yet"),
    ],
)
def test_an_operation_that_cannot_be_drawn_is_refused(
    emulator: Emulator, provider: str, operation: str, status: int, word: str
) -> None:
    for refused in (
        emulator.control("GET", f"samples/{provider}?operation={operation}"),
        emulator.control("POST", f"samples/{provider}", {"operation": operation}),
    ):
        assert (refused.status_code, word in refused.text) == (status, True), refused.text


def test_the_same_seed_draws_the_same_sample_and_another_another(emulator: Emulator) -> None:
    first, again, other = (emulator.control("GET", f"samples/aplyid?seed={seed}").json() for seed in (5, 5, 6))
    assert first == again != other


def test_an_unknown_provider_or_seed_is_refused(emulator: Emulator) -> None:
    assert emulator.control("GET", "samples/nobody").status_code == 404
    assert emulator.control("GET", "samples/aplyid?seed=-1").status_code == 422


def test_cases_are_listed_newest_first_and_by_their_reference(emulator: Emulator) -> None:
    for number in range(3):
        emulator.aplyid.open_case(activity__external_id=f"order-{number}")
    emulator.sphinxhq.open_case()
    told = emulator.control("GET", "cases?limit=2").json()
    assert (told["count"], [(c["provider"], c["id"]) for c in told["cases"]]) == (
        4,
        [("sphinxhq", 1), ("aplyid", 1026)],
    )
    [found] = emulator.control("GET", "cases?external_id=order-1").json()["cases"]
    assert (found["provider"], found["id"]) == ("aplyid", 1025)
    assert emulator.control("GET", "cases?provider=sphinxhq").json()["count"] == 1
    assert emulator.control("GET", "cases?provider=nobody").status_code == 422

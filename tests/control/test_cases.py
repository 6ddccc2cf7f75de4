"""How cases end, decided through the control API."""

import json

import pytest

from tests.emulators import Emulator


def told(emulator: Emulator, query: str) -> dict[str, object]:
    """The body of the one webhook that fits, once it was kept."""
    [found] = emulator.wait(f"deliveries/wait?{query}")["deliveries"]
    body: dict[str, object] = json.loads(found["body"])
    return body


@pytest.fixture
def patient(emulator: Emulator) -> Emulator:
    """A sandbox whose cases take an hour unless somebody ends them."""
    emulator.control("PATCH", "", {"delay": 3600})
    return emulator


@pytest.mark.parametrize("outcome", ["approved", "denied", "no_decision_yet"])
def test_a_case_of_aplyid_s_is_ended_as_ordered(patient: Emulator, outcome: str) -> None:
    patient.aplyid.open_case(client__name="Jo Stuck")
    ended = patient.control("POST", "cases/aplyid/1024/complete", {"outcome": outcome}).json()
    assert (ended["state"], ended["rule"]) == ("completed", "explicit")
    assert told(patient, "case_id=1024")["client"]["approval_status"] == outcome  # type: ignore[index]
    [delivery] = patient.control("GET", "deliveries").json()["deliveries"]
    assert delivery["rule"] == "explicit"


@pytest.mark.parametrize("status", ["in_review", "on_hold", "to_do"])
def test_a_case_that_waits_for_somebody_can_be_ended(patient: Emulator, status: str) -> None:
    patient.aplyid.open_case(activity__status=status)
    assert patient.control("POST", "cases/aplyid/1024/complete", {"outcome": "denied"}).status_code == 200
    assert told(patient, "case_id=1024")["status"] == "completed"


def test_a_case_of_sphinx_s_is_ended_with_risk_and_check_results(patient: Emulator) -> None:
    checks = [{"check_type": kind} for kind in ("PEP", "IDV")]
    patient.sphinxhq.open_case(checks=checks)
    order = {
        "outcome": "REJECTED",
        "risk_score": 0.9,
        "checks": [{"id": 2, "outcome": "REJECTED", "risk_score": 0.87, "note": "Forged."}],
    }
    assert patient.control("POST", "cases/sphinxhq/1/complete", order).status_code == 200
    case = patient.sphinxhq.get("1/").json()
    assert (case["status"], case["outcome"], case["risk_score"]) == ("COMPLETED", "REJECTED", 0.9)
    forged = case["checks"][1]
    assert (forged["outcome"], forged["risk_score"], forged["note"]) == ("REJECTED", 0.87, "Forged.")
    assert told(patient, "provider=sphinxhq") == case


def test_the_risk_of_a_case_is_the_highest_of_its_checks_unless_ordered(patient: Emulator) -> None:
    patient.sphinxhq.open_case(checks=[{"check_type": "PEP"}, {"check_type": "IDV"}])
    order = {"checks": [{"id": 1, "risk_score": 0.99}]}
    patient.control("POST", "cases/sphinxhq/1/complete", order)
    assert patient.sphinxhq.get("1/").json()["risk_score"] == 0.99


def test_a_case_of_sphinx_s_can_end_in_an_error(patient: Emulator) -> None:
    patient.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    patient.control("POST", "cases/sphinxhq/1/complete", {"status": "ERROR"})
    case = patient.sphinxhq.get("1/").json()
    assert (case["status"], case["outcome"], case["risk_score"]) == ("ERROR", "PENDING", None)


def test_a_case_that_ended_cannot_end_again(patient: Emulator) -> None:
    patient.aplyid.open_case()
    patient.aplyid.open_case(activity__status="cancelled")
    patient.control("POST", "cases/aplyid/1024/complete", {"outcome": "denied"})
    for case_id in (1024, 1025):
        answer = patient.control("POST", f"cases/aplyid/{case_id}/complete", {"outcome": "approved"})
        assert (answer.status_code, "already" in answer.json()["detail"]) == (409, True)
    assert patient.control("GET", "deliveries").json()["count"] == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("cases/aplyid/9/complete", {"outcome": "denied"}, 404),
        ("cases/nobody/9/complete", {"outcome": "denied"}, 404),
        ("cases/aplyid/1024/complete", {"outcome": "REJECTED"}, 422),
        ("cases/aplyid/1024/complete", {}, 422),
        ("cases/aplyid/1024/complete", {"outcom": "denied"}, 422),
        ("cases/sphinxhq/1/complete", {"outcome": "denied"}, 422),
        ("cases/sphinxhq/1/complete", {"risk_score": 1.5}, 422),
        ("cases/sphinxhq/1/complete", {"status": "ERROR", "risk_score": 0.5}, 422),
        ("cases/sphinxhq/1/complete", {"checks": [{"outcome": "REJECTED"}]}, 422),
        ("outcomes/next", {"outcome": "maybe"}, 422),
        ("outcomes/next", {"outcome": "no_decision_yet", "provider": "sphinxhq"}, 422),
        ("outcomes/next", {"outcome": "denied", "times": 0}, 422),
        ("outcomes/next", {"outcome": "denied", "provider": "nobody"}, 422),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(patient: Emulator, path: str, body: object, status: int) -> None:
    patient.aplyid.open_case()
    patient.sphinxhq.open_case()
    answer = patient.control("POST", path, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert patient.control("GET", "cases/aplyid/1024").json()["state"] == "open"


def test_the_next_cases_end_as_planned_and_then_as_usual(emulator: Emulator) -> None:
    planned = emulator.control("POST", "outcomes/next", {"provider": "aplyid", "outcome": "denied", "times": 2})
    assert (planned.status_code, planned.json()["next"][0]["times"]) == (201, 2)
    for reference in ("a", "b", "c"):
        emulator.aplyid.open_case(activity__external_id=reference)
    decided = [told(emulator, f"external_id={r}")["client"]["approval_status"] for r in "abc"]  # type: ignore[index]
    assert decided == ["denied", "denied", "approved"]
    rules = [d["rule"] for d in emulator.control("GET", "deliveries").json()["deliveries"]]
    assert sorted(rules) == ["default", "next outcome", "next outcome"]


def test_a_plan_for_any_provider_is_used_by_whoever_comes_and_beats_the_surname(emulator: Emulator) -> None:
    emulator.control("POST", "outcomes/next", {"outcome": "REJECTED"})
    emulator.aplyid.open_case(client__name="Jo Approved")
    emulator.sphinxhq.open_case()
    assert told(emulator, "provider=aplyid")["client"]["approval_status"] == "denied"  # type: ignore[index]
    assert told(emulator, "provider=sphinxhq")["outcome"] == "ACCEPTED"


def test_a_refused_request_does_not_use_a_plan_up(emulator: Emulator) -> None:
    emulator.control("POST", "outcomes/next", {"outcome": "denied"})
    emulator.aplyid.message(client__name="")
    assert [p["times"] for p in emulator.control("GET", "outcomes").json()["next"]] == [1]
    emulator.control("DELETE", "outcomes/next", {})
    assert emulator.control("GET", "outcomes").json()["next"] == []


def test_a_case_says_which_rule_fired(patient: Emulator) -> None:
    patient.aplyid.open_case(client__name="Jo Denied")
    read = patient.control("GET", "cases/aplyid/1024").json()
    assert (read["rule"], read["state"], read["client"]["name"]) == ("surname Denied", "open", "Jo Denied")
    assert patient.control("GET", "cases/aplyid/1").status_code == 404


def test_a_case_tells_where_its_applicant_goes_through_it(emulator: Emulator) -> None:
    opened = emulator.aplyid.open_case()
    emulator.sphinxhq.open_case()
    told = emulator.control("GET", "cases").json()["cases"]
    assert {case["provider"]: case["link"] for case in told} == {"aplyid": opened["case_url"], "sphinxhq": None}


def test_a_guided_flow_is_found_by_the_number_in_its_link(emulator: Emulator) -> None:
    opened = emulator.aplyid.open_case(client__name="John Denied", client__clientable_attributes__firstname="Jo")
    told = emulator.control("GET", f"flows/aplyid/{opened['guided_flow_id']}").json()
    assert (told["case"]["id"], told["applicant"]["first_name"]) == (opened["case_id"], "Jo")
    assert told["endings"][told["planned_outcome"]] == "denied"


@pytest.mark.parametrize("path", ["flows/aplyid/5567", "flows/aplyid/1", f"flows/aplyid/{10**30}", "flows/sphinxhq/1"])
def test_what_is_no_guided_flow_is_not_found(emulator: Emulator, path: str) -> None:
    emulator.sphinxhq.open_case()
    assert emulator.control("GET", path).status_code == 404
    assert emulator.control("GET", f"cases/aplyid/{10**30}").status_code == 404


def test_the_checks_of_a_case_say_what_an_analyst_found(emulator: Emulator) -> None:
    emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    emulator.wait("inbox/wait")
    [check] = emulator.control("GET", "cases/sphinxhq/1/checks").json()["checks"]
    assert (check["kind"], check["outcome"]) == ("PEP", "approved")
    assert all(check[name] for name in ("title", "note", "reasoning"))


@pytest.mark.parametrize("path", ["cases/aplyid/{}", "cases/sphinxhq/{}/checks", "flows/aplyid/{}"])
def test_a_number_that_no_store_can_hold_names_nothing(emulator: Emulator, path: str) -> None:
    for number in (2**63 - 1, 2**63, 50307270807454710786686976):
        assert emulator.control("GET", path.format(number)).status_code == 404
    for page in ("cases/aplyid", "requests", "analyst/sphinxhq"):
        assert emulator.http.get(f"{emulator.url}/_emulator/ui/{emulator.sandbox}/{page}/{2**63}").status_code == 404


def test_a_case_that_was_started_again_says_so_and_names_its_successor_s_place(patient: Emulator) -> None:
    case = patient.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    patient.control("POST", f"cases/sphinxhq/{case['id']}/complete", {"outcome": "ACCEPTED"})
    start = f"{patient.url}/api/cases/{case['id']}/start/"
    assert patient.http.post(start, cookies=patient.sphinxhq.cookies).status_code == 200
    old, new = (patient.control("GET", f"cases/sphinxhq/{number}").json() for number in (1, 2))
    assert [(one["archived"], one["replaces"]) for one in (old, new)] == [(True, None), (False, 1)]

    def listed(query: str) -> list[int]:
        answer = patient.control("GET", f"cases?{query}").json()
        assert answer["count"] == len(answer["cases"])
        return [one["id"] for one in answer["cases"]]

    assert (listed(""), listed("archived=false"), listed("archived=true")) == ([2, 1], [2], [1])
    assert patient.control("POST", "cases/sphinxhq/1/complete", {"outcome": "ACCEPTED"}).status_code == 409


def test_the_documents_of_a_case_are_listed_without_their_bytes(patient: Emulator) -> None:
    patient.sphinxhq.open_case(document_ids=[123], checks=[{"check_type": "IDV", "document_ids": [123]}])
    [document] = patient.control("GET", "cases/sphinxhq/1/documents").json()["documents"]
    assert (document["id"], document["name"], document["check_id"]) == (123, "sample.pdf", 1)
    assert patient.control("GET", "cases/nobody/1/documents").status_code == 404


def test_a_case_says_how_it_ended_in_the_word_of_its_provider(patient: Emulator) -> None:
    words: dict[str, dict[str, str | None]] = {
        "aplyid": {"approved": "approved", "denied": "denied", "undecided": "no_decision_yet", "failed": None},
        "sphinxhq": {"approved": "ACCEPTED", "denied": "REJECTED", "undecided": "PENDING", "failed": "ERROR"},
    }
    for provider, opened in (("aplyid", patient.aplyid), ("sphinxhq", patient.sphinxhq)):
        for outcome, word in words[provider].items():
            patient.control("POST", "outcomes/next", {"outcome": outcome, "provider": provider})
            opened.open_case()
            newest = patient.control("GET", f"cases?provider={provider}&limit=1").json()["cases"][0]
            assert newest["outcome_word"] is None
            patient.control("POST", "clock/advance", {"seconds": 3600})
            told = patient.control("GET", f"cases/{provider}/{newest['id']}").json()
            assert told["outcome_word"] == word
            for check in patient.control("GET", f"cases/{provider}/{newest['id']}/checks").json()["checks"]:
                assert check["outcome_word"] == word

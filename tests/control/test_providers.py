"""What is emulated, samples that are sent, and counts."""

import json

import pytest

from tests.emulators import Emulator, served


def test_the_providers_say_key_first_request_and_endings(emulator: Emulator) -> None:
    told = emulator.control("GET", "providers").json()
    assert told["address"] == emulator.url
    one, other = told["providers"]
    assert (one["name"], one["key"]) == ("aplyid", {"X-Workflow-Access-Key": f"test_{emulator.sandbox}"})
    assert one["endings"] == [{"outcome": "approved"}, {"outcome": "denied"}, {"outcome": "no_decision_yet"}]
    assert {"status": "ERROR"} in other["endings"]
    assert (one["has_flow"], other["has_flow"]) == (True, False)
    assert all(f"test_{emulator.sandbox}" in provider["curl"] for provider in told["providers"])


def test_each_document_tells_the_header_that_its_requests_need(emulator: Emulator) -> None:
    _, sphinx = emulator.control("GET", "providers").json()["providers"]
    keys = {document["name"]: document["key"] for document in sphinx["documents"]}
    assert [*map(list, keys.values())] == [["Cookie"], ["Cookie"], ["Authorization"]]
    emulator.sphinxhq.open_case()
    for name, key in keys.items():
        [case] = emulator.http.get(f"{emulator.url}/api/cases/", headers=key).json()["results"]
        assert ("is_complete" in case) == (name == "sphinxhq-current")


@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_each_sample_that_is_sent_opens_another_case(emulator: Emulator, provider: str) -> None:
    sent = [emulator.control("POST", f"samples/{provider}", {}).json() for _ in range(2)]
    assert [one["status"] for one in sent] == [201, 201]
    assert sent[0]["body"] != sent[1]["body"]
    assert emulator.control("GET", "cases").json()["count"] == 2
    found = emulator.control("GET", f"requests?provider={provider}").json()["requests"]
    assert [exchange["answer"]["body"] for exchange in found] == [one["answer"] for one in sent]
    assert [json.loads(exchange["body"]) for exchange in found] == [one["body"] for one in sent]


def test_a_sample_ends_as_it_is_told_to_whatever_was_planned_for_the_next_case(emulator: Emulator) -> None:
    plan = {"provider": None, "outcome": "denied", "times": 2}
    emulator.control("POST", "outcomes/next", plan)
    told = emulator.control("POST", "samples/aplyid", {"outcome": "stuck", "body": {"unknown": 1}}).json()
    assert (told["status"], told["case_id"], told["body"]["unknown"]) == (201, 1024, 1)
    assert emulator.control("GET", "cases/aplyid/1024").json()["next_step_at"] is None
    emulator.control("POST", "faults", {"kind": "status", "status": 503, "times": 1})
    refused = emulator.control("POST", "samples/aplyid", {"outcome": "stuck"}).json()
    assert (refused["status"], refused["case_id"]) == (503, None)
    assert emulator.control("GET", "outcomes").json()["next"] == [plan]
    assert emulator.control("POST", "samples/aplyid", {"outcome": "odd"}).status_code == 422


def test_only_a_demo_has_a_receiver_of_its_own_which_is_switched_off_and_on(emulator: Emulator) -> None:
    path = "/_emulator/receiver"
    assert emulator.http.get(f"{emulator.url}{path}").status_code == 404
    with served(demo=True) as demo:
        asked = [demo.http.patch(f"{demo.url}{path}", json={"is_on": is_on}).json() for is_on in (True, False)]
        assert [told["is_on"] for told in asked] == [True, False]
        assert demo.http.get(f"{demo.url}{path}").json() == asked[1]
        assert demo.http.patch(f"{demo.url}{path}", json={"is_on": "on"}).status_code == 422


def test_a_sample_that_a_fault_cuts_off_says_so(emulator: Emulator) -> None:
    emulator.control("POST", "faults", {"kind": "connection_reset", "times": 1})
    sent = emulator.control("POST", "samples/aplyid", {"seed": 3}).json()
    assert (sent["status"], sent["answer"]) == (None, "")
    assert emulator.control("POST", "samples/nobody", {}).status_code == 404


def test_states_are_counted(emulator: Emulator) -> None:
    assert emulator.control("GET", "counts").json() == {"cases": {}, "deliveries": {}}
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.control("PATCH", "", {"delay": 60})
    emulator.aplyid.open_case()
    emulator.aplyid.open_case(activity__external_id="other")
    emulator.control("POST", "cases/aplyid/1024/complete", {"outcome": "denied"})
    assert emulator.control("GET", "counts").json() == {
        "cases": {"completed": 1, "open": 1},
        "deliveries": {"inbox": 1},
    }
    assert emulator.control("GET", "deliveries?limit=0").json()["count"] == 0


def test_a_case_says_when_it_starts_and_ends_by_itself(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    emulator.control("PATCH", "", {"delay": 60})
    emulator.aplyid.open_case()
    case = emulator.control("GET", "cases/aplyid/1024").json()
    assert (case["starts_at"], case["ends_at"]) == ("2030-01-01T00:00:30.000000Z", "2030-01-01T00:01:00.000000Z")

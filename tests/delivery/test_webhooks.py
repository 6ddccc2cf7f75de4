"""Webhooks, from the end of a case to a real receiver."""

import json
import re
import uuid
from typing import Any

import pytest

from tests.emulators import CREATE_CASE, LEAVE_OUT, Emulator, served
from tests.receivers import receiving, status
from tests.waiting import wait_until

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_aplyid_s_webhook_is_the_documented_one_byte_for_byte() -> None:
    with receiving() as receiver, served(webhook_url=receiver.url + "/hooks?from=aplyid") as emulator:
        assert emulator.aplyid.post(CREATE_CASE["request"]["body"]).status_code == 201
        webhook = receiver.next()
    documented = CREATE_CASE["webhook"]
    expected = json.dumps(documented["body"], separators=(",", ":")).replace("http://127.0.0.1:8642", emulator.url)
    assert webhook.body.decode() == expected
    assert webhook.path == "/hooks?from=aplyid"
    assert webhook.header("Content-Type") == "application/json"
    assert webhook.header("X-Workflow-Event-Type") == "case.completed"
    assert UUID4.fullmatch(webhook.header("X-Workflow-Webhook-Id") or "")
    assert {name.lower() for name, _ in webhook.headers} == {
        *(name.lower() for name in documented["headers"]),
        *("host", "content-length", "user-agent", "accept", "accept-encoding", "connection"),
    }


def test_sphinx_s_webhook_is_the_case_as_a_read_returns_it(emulator: Emulator) -> None:
    with receiving() as receiver:
        case = emulator.sphinxhq.open_case(
            webhook_url=receiver.url + "/done", checks=[{"check_type": "PEP", "input_details": {"big": 2**70}}]
        )
        webhook = receiver.next()
    assert webhook.body == emulator.sphinxhq.get(f"{case['id']}/").content
    assert webhook.path == "/done"
    assert webhook.header("Content-Type") == "application/json"
    assert (webhook.json["status"], webhook.json["outcome"]) == ("COMPLETED", "ACCEPTED")
    assert webhook.json["checks"][0]["input_details"] == {"big": 2**70}


def test_a_finished_check_reads_like_an_analyst_s_and_the_case_has_the_highest_risk(emulator: Emulator) -> None:
    checks = [{"check_type": kind} for kind in ("PEP", "SANCTION", "IDV")]
    with receiving() as receiver:
        emulator.sphinxhq.open_case(webhook_url=receiver.url, customer={"full_name": "Vic Denied"}, checks=checks)
        case = receiver.next().json
    assert case["outcome"] == "REJECTED"
    assert case["risk_score"] == max(check["risk_score"] for check in case["checks"])
    assert "REJECTED" in [check["outcome"] for check in case["checks"]]
    assert all(check[text] for check in case["checks"] for text in ("title", "note", "reasoning"))
    assert {check["status"] for check in case["checks"]} == {"COMPLETED"}


def test_without_a_receiver_the_inbox_keeps_exact_headers_and_bytes(emulator: Emulator) -> None:
    case = emulator.aplyid.open_case(activity__external_id="kept")
    emulator.sphinxhq.open_case()
    kept = wait_for_inbox(emulator, 2)
    aplyid = next(k for k in kept if k["provider"] == "aplyid")
    assert json.loads(aplyid["body"])["case_id"] == case["case_id"]
    assert list(aplyid["headers"]) == ["Content-Type", "X-Workflow-Event-Type", "X-Workflow-Webhook-Id"]
    assert {k["state"] for k in kept} == {"inbox"}


def test_without_an_external_id_there_is_no_webhook_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    with receiving() as receiver, served(webhook_url=receiver.url) as emulator:
        for missing in (LEAVE_OUT, None, "", "  "):
            answer = emulator.aplyid.create(activity__external_id=missing)
            assert "no webhook" in answer.headers["X-Emulator-Advice"]
        emulator.aplyid.open_case(activity__external_id="comes")
        assert receiver.next().json["external_id"] == "comes"
        assert receiver.nothing_came()
    assert "created without activity.external_id" in caplog.text


def test_final_and_waiting_cases_send_nothing_by_themselves() -> None:
    with receiving() as receiver, served(webhook_url=receiver.url) as emulator:
        for told in ("completed", "cancelled", "in_review", "on_hold", "to_do"):
            assert emulator.aplyid.open_case(activity__status=told)["status"] == told
        emulator.aplyid.open_case(activity__external_id="comes", client__name="Jo Stuck")
        emulator.aplyid.open_case(activity__external_id="comes")
        assert receiver.next().json["client"]["name"] == "John Doe"
        assert receiver.nothing_came()


def test_the_name_of_a_client_decides_the_outcome(emulator: Emulator) -> None:
    surnames = {"Approved": "approved", "Denied": "denied", "REJECTED": "denied", "undecided": "no_decision_yet"}
    for surname in surnames:
        emulator.aplyid.open_case(client__name=f"Jo {surname}")
    emulator.aplyid.open_case(client__name="Jo Failed")
    told = {k["client"]["name"].split()[1]: k["client"]["approval_status"] for k in bodies(emulator, 5)}
    assert told == {**surnames, "Failed": "no_decision_yet"}


def test_a_failed_sphinx_case_sends_its_webhook_too(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.sphinxhq.open_case(
            customer={"full_name": "Jo Failed"}, webhook_url=receiver.url, checks=[{"check_type": "PEP"}]
        )
        case = receiver.next().json
    assert (case["status"], case["outcome"], case["risk_score"]) == ("ERROR", "PENDING", None)
    assert case["checks"][0]["status"] == "ERROR"


def test_each_webhook_of_a_reused_client_carries_its_own_decision_and_stored_name(emulator: Emulator) -> None:
    emulator.aplyid.open_case(client__external_id="one", client__name="Jo Denied")
    emulator.aplyid.open_case(client__external_id="one", client__name="Jo Approved")
    assert [b["client"]["name"] for b in bodies(emulator, 2)] == ["Jo Denied", "Jo Denied"]


def test_the_same_event_keeps_its_id_on_every_attempt_and_events_differ() -> None:
    replies = (status(500), status(503), status(200))
    with receiving(*replies) as receiver, served(webhook_url=receiver.url, retry="0.01,0.01,0.01") as emulator:
        emulator.aplyid.open_case()
        ids = [receiver.next().header("X-Workflow-Webhook-Id") for _ in range(3)]
        emulator.aplyid.open_case()
        other = receiver.next().header("X-Workflow-Webhook-Id")
    assert len(set(ids)) == 1
    assert uuid.UUID(other or "") != uuid.UUID(ids[0] or "")


def test_two_starts_give_the_first_case_different_event_ids() -> None:
    ids = set()
    for _ in range(2):
        with served() as emulator:
            emulator.aplyid.open_case()
            ids.add(wait_for_inbox(emulator, 1)[0]["id"])
    assert len(ids) == 2


def test_a_case_kept_for_no_day_is_gone_once_its_webhook_is_settled(emulator: Emulator) -> None:
    with receiving() as receiver:
        case = emulator.sphinxhq.open_case(delete_after=0, webhook_url=receiver.url)
        webhook = receiver.next()
    assert webhook.json["id"] == case["id"]
    assert webhook.json["delete_after"] == 0
    wait_until(lambda: emulator.sphinxhq.get(f"{case['id']}/").status_code == 404)
    assert emulator.sphinxhq.get().json()["count"] == 0


def bodies(emulator: Emulator, many: int) -> list[dict[str, Any]]:
    return [json.loads(kept["body"]) for kept in wait_for_inbox(emulator, many)]


def wait_for_inbox(emulator: Emulator, many: int) -> list[dict[str, Any]]:
    wait_until(lambda: len(emulator.inbox()) >= many)
    return emulator.inbox()

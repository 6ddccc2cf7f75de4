"""Webhooks are sent on, receivers are tried out, and bodies are compared."""

import json
from typing import Any

import pytest

from emulator.core.differences import differences
from tests.emulators import Emulator
from tests.receivers import free_port, receiving, status


def kept(emulator: Emulator) -> dict[str, Any]:
    """A webhook in the inbox."""
    emulator.aplyid.open_case()
    webhook: dict[str, Any] = emulator.wait("inbox/wait")["webhooks"][-1]
    return webhook


def send_on(emulator: Emulator, webhook: dict[str, Any], url: str) -> Any:
    return emulator.control("POST", f"deliveries/{webhook['id']}/send-on", {"url": url})


def test_a_kept_webhook_is_sent_on_as_it_is_and_stays_kept(emulator: Emulator) -> None:
    webhook = kept(emulator)
    with receiving(status(201, Location="/there", Set_Cookie="session=abc")) as receiver:
        told = send_on(emulator, webhook, f"{receiver.url}/hook?token=s3cret").json()
        came = receiver.next()
    assert (came.body.decode(), came.path) == (webhook["body"], "/hook?token=s3cret")
    assert came.header("X-Workflow-Webhook-Id") == webhook["id"]
    assert (told["delivered"], told["status"], told["error"], told["answer"]) == (True, 201, None, "ok")
    assert told["headers"]["Location"] == "/there"
    assert "s3cret" not in told["url"]
    [still] = emulator.control("GET", "deliveries").json()["deliveries"]
    assert (still["state"], still["attempts"], still["url"]) == ("inbox", [], None)
    [sent] = emulator.control("GET", "requests?direction=out").json()["requests"]
    assert (sent["delivery_id"], sent["status"], sent["answer"]["headers"]["Location"]) == (
        webhook["id"],
        201,
        "/there",
    )


def test_sending_on_keeps_to_the_policy_on_targets(emulator: Emulator) -> None:
    webhook = kept(emulator)
    for url, why in (
        (f"{emulator.url}/x", "this emulator itself"),
        ("http://169.254.169.254/", "metadata"),
        ("https://hooks.shop.nz/", "--allow-target"),
    ):
        told = send_on(emulator, webhook, url).json()
        assert (told["blocked"], told["delivered"], told["status"]) == (True, False, None)
        assert why in told["error"]


def test_what_can_never_be_sent_on_is_refused(emulator: Emulator) -> None:
    webhook = kept(emulator)
    for body in ({}, {"url": "ftp://x"}, {"url": "http://"}, {"url": 1}, {"url": "http://localhost", "more": 1}):
        refused = emulator.control("POST", f"deliveries/{webhook['id']}/send-on", body)
        assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")
    assert send_on(emulator, {"id": "nobody"}, "http://localhost:1").status_code == 404


def test_a_url_that_was_copied_as_it_is_shown_is_meant_with_its_secret(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": f"{receiver.url}/hook?token=s3cret"})
        shown = emulator.control("GET", "").json()["settings"]["webhook_url"]
        assert "***" in shown
        emulator.aplyid.open_case()
        [webhook] = emulator.wait("deliveries/wait?state=delivered")["deliveries"]
        receiver.next()
        assert send_on(emulator, webhook, shown).json()["delivered"]
        assert receiver.next().path == "/hook?token=s3cret"
        assert emulator.control("POST", "webhook-test", {"url": shown}).json()["ok"]
        assert receiver.next().path == "/hook?token=s3cret"


def test_an_attempt_has_the_headers_of_its_answer_without_secrets(emulator: Emulator) -> None:
    with receiving(status(503, Retry_After="7", Set_Cookie="session=abc", X_Api_Key="s3cret")) as receiver:
        emulator.control("PATCH", "clock", {"mode": "frozen"})
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        emulator.control("POST", "clock/settle", {})
    [webhook] = emulator.control("GET", "deliveries").json()["deliveries"]
    [attempt] = webhook["attempts"]
    assert attempt["headers"]["Retry-After"] == "7"
    assert (attempt["headers"]["X-Api-Key"], "abc" in str(attempt["headers"])) == ("***", False)
    assert emulator.control("POST", "restore", emulator.control("GET", "snapshot").json()).status_code == 200
    assert emulator.control("GET", f"deliveries/{webhook['id']}").json()["attempts"] == [attempt]


def test_a_snapshot_of_schema_2_has_no_such_headers(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        emulator.wait("deliveries/wait")
    snapshot = emulator.control("GET", "snapshot").json() | {"schema": 2}
    for attempt in snapshot["attempts"]:
        del attempt["answer_headers"]
    assert emulator.control("POST", "restore", snapshot).status_code == 200
    [webhook] = emulator.control("GET", "deliveries").json()["deliveries"]
    assert [attempt["headers"] for attempt in webhook["attempts"]] == [{}]


def test_a_receiver_with_many_long_headers_takes_no_room(emulator: Emulator) -> None:
    many = {f"X-{number}": "x" * 2_000 for number in range(90)}
    with receiving(status(200, **many)) as receiver:
        told = send_on(emulator, kept(emulator), receiver.url).json()
    assert told["delivered"]
    assert len(json.dumps(told["headers"])) < 30_000


@pytest.mark.parametrize(
    ("code", "words"),
    [(204, "took it: 204 in"), (404, "is this the path"), (401, "a signature or a key"), (500, "answered 500")],
)
def test_a_test_says_what_the_receiver_did(emulator: Emulator, code: int, words: str) -> None:
    with receiving(status(code)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        told = emulator.control("POST", "webhook-test", {}).json()
        came = receiver.next()
    assert (told["ok"], told["status"]) == (code < 300, code)
    assert f"somebody listens at {receiver.url}" in told["told"]
    assert words in told["told"]
    assert (came.header("X-Case-Emulator-Test"), came.body.decode()) == ("true", told["body"])
    assert emulator.control("GET", "deliveries").json()["count"] == 0


def test_a_test_of_nobody_is_told_as_the_doctor_tells_it(emulator: Emulator) -> None:
    refused = emulator.control("POST", "webhook-test", {})
    assert (refused.status_code, "none is set for this sandbox" in refused.json()["detail"]) == (422, True)
    port = free_port()
    told = emulator.control("POST", "webhook-test", {"url": f"http://127.0.0.1:{port}/hook"}).json()
    assert told["told"].startswith(f"nothing listens on 127.0.0.1:{port}")
    assert (told["ok"], told["status"], told["latency_ms"]) == (False, None, None)
    told = emulator.control("POST", "webhook-test", {"url": "https://hooks.shop.nz/"}).json()
    assert "--allow-target" in told["told"]


def test_a_webhook_is_compared_with_the_answer_and_with_another_one(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.control("POST", "faults", {"kind": "duplicate", "times": 1})
    emulator.aplyid.open_case()
    emulator.control("POST", "clock/advance", {"seconds": 10})
    first, second = emulator.inbox()
    told = emulator.control("GET", f"deliveries/{first['id']}/differences").json()
    assert (told["against"], told["identical"]) == ("answer", False)
    changes = {change["place"]: change for change in told["changes"]}
    assert (changes["status"]["before"], changes["status"]["after"]) == ("in_progress", "completed")
    path = f"deliveries/{second['id']}/differences?against={first['id']}"
    told = emulator.control("GET", path).json()
    assert (told["identical"], told["same_headers"], told["changes"]) == (True, True, [])
    assert emulator.control("GET", f"deliveries/{second['id']}/differences?against=nobody").status_code == 404
    emulator.control("POST", "restore", emulator.control("GET", "snapshot").json())
    assert emulator.control("GET", f"deliveries/{first['id']}/differences").status_code == 404


def places(before: object, after: object) -> list[tuple[str, bool, bool]]:
    found = differences(json.dumps(before), json.dumps(after))
    assert found is not None
    return [(each.place, each.was_there, each.is_there) for each in found]


def test_differences_are_told_field_by_field() -> None:
    assert places({"a": 1, "b": [1, {"c": 2}]}, {"a": 1, "b": [1, {"c": 3}]}) == [("b.1.c", True, True)]
    assert places({"a": None}, {}) == [("a", True, False)]
    assert places({}, {"a": None}) == [("a", False, True)]
    assert places({"a": 1}, {"a": True}) == [("a", True, True)]
    assert places({"a": {}}, {"a": []}) == [("a", True, True)]
    assert places(1, 2) == [("", True, True)]
    assert places([1], [1, 2]) == [("1", False, True)]
    assert places({"a": {"b": 1}}, {"a": {"b": 1}}) == []
    assert len(places({}, {str(number): 1 for number in range(900)})) == 500


def test_what_is_no_json_is_not_compared() -> None:
    assert differences("{", "{}") is None
    assert differences("[" * 100_000, "{}") is None


def test_a_sandbox_tells_its_faults_and_its_clock_how_far_it_is_ahead(emulator: Emulator) -> None:
    assert emulator.control("GET", "").json()["faults"] == 0
    assert abs(emulator.control("GET", "clock").json()["ahead"]) < 1
    emulator.control("POST", "faults", {"kind": "drop"})
    assert emulator.control("GET", "").json()["faults"] == 1
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
    assert emulator.control("GET", "clock").json()["ahead"] > 86_400


def test_the_journal_tells_what_the_clock_of_the_sandbox_read(emulator: Emulator) -> None:
    emulator.aplyid.create(client__name="")
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
    emulator.aplyid.create(client__name="")
    emulator.control("POST", "clock/advance", {"seconds": 60})
    emulator.aplyid.create(client__name="")
    emulator.control("PATCH", "clock", {"mode": "scaled", "factor": 1})
    exchanges = emulator.control("GET", "requests").json()["requests"]
    assert exchanges[0]["sandbox_at"] == exchanges[0]["at"]
    assert [exchange["sandbox_at"] for exchange in exchanges[1:]] == [
        "2040-01-01T00:00:00.000000Z",
        "2040-01-01T00:01:00.000000Z",
    ]
    emulator.control("POST", "reset", {})
    emulator.aplyid.create(client__name="")
    [exchange] = emulator.control("GET", "requests").json()["requests"]
    assert exchange["sandbox_at"] == exchange["at"]


def test_a_preset_is_planned_as_it_stands(emulator: Emulator) -> None:
    presets = emulator.http.get(f"{emulator.url}/_emulator/faults").json()["presets"]
    assert [preset["name"] for preset in presets] == [
        "503 once",
        "Slow 5 s",
        "429",
        "Drop the next webhook",
        "Duplicate",
    ]
    for preset in presets:
        assert emulator.control("POST", "faults", preset["fault"]).status_code == 201, preset

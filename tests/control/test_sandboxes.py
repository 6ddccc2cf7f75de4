"""Sandboxes through the control API: looked at, set, made newborn again."""

import threading
from http.server import BaseHTTPRequestHandler

import pytest

from tests.emulators import Emulator, served
from tests.receivers import PATIENCE, receiving, status
from tests.waiting import wait_until


def test_a_sandbox_never_used_reads_as_a_newborn_and_is_not_made(emulator: Emulator) -> None:
    read = emulator.control("GET", "").json()
    assert (read["used"], read["settings"]["default_outcome"], read["set_here"]) == (False, "approved", [])
    assert emulator.sandbox not in emulator.http.get(f"{emulator.url}/_emulator/sandboxes").json()["sandboxes"]


def test_a_sandbox_behaves_as_it_was_set_and_no_other_does(emulator: Emulator) -> None:
    other = emulator.of(f"{emulator.sandbox[:50]}-other")
    with receiving() as receiver:
        changed = emulator.control("PATCH", "", {"webhook_url": receiver.url, "default_outcome": "denied"}).json()
        assert changed["set_here"] == ["default_outcome", "webhook_url"]
        emulator.aplyid.open_case()
        other.aplyid.open_case()
        assert receiver.next().json["client"]["approval_status"] == "denied"
        assert '"approved"' in other.wait("inbox/wait")["webhooks"][0]["body"]
        assert receiver.nothing_came()


def test_a_setting_set_to_null_is_the_emulator_s_again(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600, "seed": 7, "retry": "1,2"})
    read = emulator.control("PATCH", "", {"delay": None, "retry": None}).json()
    assert (read["settings"]["delay"], read["settings"]["seed"], read["set_here"]) == (0, 7, ["seed"])
    assert read["settings"]["retry"] == [5, 30, 120, 600, 3600]


def test_the_retry_profile_of_a_sandbox_counts(emulator: Emulator) -> None:
    with receiving(status(500)) as receiver:
        emulator.control("PATCH", "", {"retry": "once"})
        emulator.sphinxhq.open_case(webhook_url=receiver.url)
        receiver.next()
        wait_until(lambda: emulator.control("GET", "deliveries?state=failed").json()["count"] == 1)
        answer = emulator.control("GET", "deliveries/wait?timeout=0.1")
    assert answer.status_code == 408
    assert [d["state"] for d in answer.json()["deliveries"]] == ["failed"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"webhok_url": "http://localhost/"}, "did you mean webhook_url?"),
        ({"delay": -1}, "delay: seconds are needed"),
        ({"delay": "5m"}, "delay"),
        ({"delay": 1e18}, "delay: seconds are needed"),
        ({"delay": True}, "delay"),
        ({"seed": 1.5}, "seed"),
        ({"seed": -1}, "seed: a whole number"),
        ({"retry": "often"}, "retry: use standard, once"),
        ({"webhook_url": "localhost"}, "http:// or https:// and a host are needed"),
        ({"webhook_url": "http://u:p@localhost/"}, "no user, password or backslash"),
        ({"default_outcome": "maybe"}, "default_outcome: Must be one of"),
        ([], "a JSON object is needed"),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(emulator: Emulator, body: object, told: str) -> None:
    answer = emulator.control("PATCH", "", body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert told in answer.json()["detail"]
    assert emulator.control("GET", "").json()["used"] is False


def test_a_reset_leaves_a_newborn(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"default_outcome": "denied"})
    first = emulator.aplyid.open_case(client__external_id="one")
    emulator.sphinxhq.open_case()
    assert emulator.control("POST", "reset", {}).json()["used"] is False
    assert emulator.inbox() == []
    assert emulator.sphinxhq.get().json()["count"] == 0
    assert emulator.aplyid.open_case(client__external_id="one") == first


def test_no_webhook_of_the_old_life_starts_after_a_reset_has_answered() -> None:
    with receiving() as receiver, served(webhook_url=receiver.url) as emulator:
        for life in range(5):
            for number in range(40):
                emulator.aplyid.open_case(activity__external_id=f"{life}-{number}")
            emulator.control("POST", "reset", {})
            while not receiver.nothing_came():
                receiver.next()
            emulator.aplyid.open_case(activity__external_id="new life")
            assert receiver.next().json["external_id"] == "new life"
            emulator.control("POST", "reset", {})


def test_a_reset_waits_for_the_attempt_under_way() -> None:
    held, answered = threading.Event(), threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)
        answered.set()
        status(200)(handler)

    with receiving(hold) as receiver, served(webhook_url=receiver.url) as emulator:
        emulator.aplyid.open_case()
        receiver.next()
        reset = threading.Thread(target=lambda: Emulator(emulator.url).control("POST", "reset", {}))
        reset.start()
        reset.join(0.2)
        assert reset.is_alive()
        held.set()
        reset.join(PATIENCE)
        assert answered.is_set()
        assert emulator.control("GET", "deliveries").json()["count"] == 0


@pytest.mark.parametrize("path", ["reset", "deliveries/x/redeliver"])
def test_what_a_foreign_page_could_send_is_not_taken(emulator: Emulator, path: str) -> None:
    url = f"{emulator.url}/_emulator/sandboxes/{emulator.sandbox}/{path}"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert emulator.http.post(url, data="{}", headers={"Content-Type": kind}).status_code == 415
    assert emulator.http.post(url).status_code == 415
    assert emulator.http.post(url, json={"sure": True}).status_code == 422


def test_it_is_alive_and_ready(emulator: Emulator) -> None:
    for name, told in (("livez", "alive"), ("readyz", "ready")):
        assert emulator.http.get(f"{emulator.url}/_emulator/{name}").json() == {"status": told}

"""Deliveries through the control API: listed, waited for, sent again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from emulator.core.outbox import PER_TARGET
from emulator.web.wait_slots import MOST_WAITING
from tests.emulators import Emulator, served
from tests.receivers import PATIENCE, free_port, receiving, status
from tests.waiting import wait_until


def test_a_delivery_is_found_by_what_a_test_knows_of_it(emulator: Emulator) -> None:
    emulator.aplyid.open_case(activity__external_id="order-1")
    emulator.sphinxhq.open_case()
    emulator.wait("deliveries/wait?external_id=order-1")
    emulator.wait("deliveries/wait?provider=sphinxhq")
    for query, count in (
        ("", 2),
        ("?external_id=order-1", 1),
        ("?external_id=order-2", 0),
        ("?provider=sphinxhq&case_id=1", 1),
        ("?event=case.completed&state=inbox", 2),
        ("?state=delivered", 0),
    ):
        assert emulator.control("GET", f"deliveries{query}").json()["count"] == count


def test_waiting_answers_as_soon_as_it_is_delivered(emulator: Emulator) -> None:
    with receiving(status(503), status(200)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url + "/hook", "retry": "0.05"})
        emulator.aplyid.open_case(activity__external_id="order-1")
        [found] = emulator.wait("deliveries/wait?external_id=order-1&timeout=60")["deliveries"]
    assert (found["state"], found["url"]) == ("delivered", receiver.url + "/hook")
    assert [attempt["status"] for attempt in found["attempts"]] == [503, 200]
    assert [attempt["answer"] for attempt in found["attempts"]] == ["ok", "ok"]
    assert found["attempts"][0]["error"] == "the receiver answered 503"
    assert found["headers"]["X-Workflow-Webhook-Id"] == found["id"]


def test_waiting_is_woken_by_the_webhook_it_waits_for(emulator: Emulator) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(Emulator(emulator.url, emulator.sandbox).wait, "deliveries/wait?external_id=late")
        emulator.aplyid.open_case(activity__external_id="early")
        emulator.aplyid.open_case(activity__external_id="late")
        [found] = waiting.result(PATIENCE)["deliveries"]
    assert (found["external_id"], found["state"]) == ("late", "inbox")


def test_at_the_time_out_it_says_what_there_is(emulator: Emulator) -> None:
    port = free_port()
    emulator.control("PATCH", "", {"webhook_url": f"http://localhost:{port}/"})
    emulator.aplyid.open_case()
    wait_until(lambda: any(sent["attempts"] for sent in emulator.control("GET", "deliveries").json()["deliveries"]))
    answer = emulator.control("GET", "deliveries/wait?timeout=0.1")
    assert (answer.status_code, answer.headers["Content-Type"]) == (408, "application/problem+json")
    [there] = answer.json()["deliveries"]
    assert (there["state"], there["next_attempt_at"] is not None) == ("scheduled", True)
    assert f"nothing listens on localhost:{port}" in there["attempts"][0]["error"]


def test_expecting_nothing_is_fine_when_nothing_comes_and_409_when_something_does(emulator: Emulator) -> None:
    nothing = emulator.control("GET", "deliveries/wait?expect=none&timeout=0.1")
    assert (nothing.status_code, nothing.json()) == (200, {"count": 0, "deliveries": []})
    emulator.aplyid.open_case()
    something = emulator.control("GET", "deliveries/wait?expect=none&timeout=60")
    assert (something.status_code, len(something.json()["deliveries"])) == (409, 1)


def test_a_wait_for_a_state_ends_with_it(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"retry": "once"})
    emulator.sphinxhq.open_case(webhook_url=f"http://127.0.0.1:{free_port()}/")
    [failed] = emulator.wait("deliveries/wait?state=failed&timeout=60")["deliveries"]
    assert failed["state"] == "failed"
    none = emulator.control("GET", "deliveries/wait?state=delivered&timeout=0")
    assert (none.status_code, none.json()["deliveries"]) == (408, [])


def test_waiting_for_the_inbox_lists_webhooks_whatever_comes_of_it(emulator: Emulator) -> None:
    nothing = emulator.control("GET", "inbox/wait?expect=none&timeout=0.1")
    assert (nothing.status_code, nothing.json()) == (200, {"count": 0, "webhooks": []})
    missing = emulator.control("GET", "inbox/wait?timeout=0").json()
    assert (missing["status"], missing["webhooks"], "deliveries" in missing) == (408, [], False)
    emulator.aplyid.open_case()
    kept = emulator.wait("inbox/wait")["webhooks"]
    there = emulator.control("GET", "inbox/wait?expect=none&timeout=15").json()
    assert (there["status"], there["webhooks"], "deliveries" in there) == (409, kept, False)


def test_a_webhook_that_is_sent_is_none_that_the_inbox_keeps(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        emulator.wait("deliveries/wait")
    assert emulator.control("GET", "inbox/wait?expect=none&timeout=0").json() == {"count": 0, "webhooks": []}
    [sent] = emulator.control("GET", "inbox/wait?timeout=0").json()["webhooks"]  # 408: what there is instead
    assert sent["state"] == "delivered"


def test_a_webhook_is_sent_again_with_the_same_id_and_bytes(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        first = receiver.next()
        [found] = emulator.wait("deliveries/wait")["deliveries"]
        assert emulator.control("POST", f"deliveries/{found['id']}/redeliver", {}).status_code == 202
        again = receiver.next()
    assert again.body == first.body
    assert again.header("X-Workflow-Webhook-Id") == first.header("X-Workflow-Webhook-Id") == found["id"]


def test_what_cannot_be_sent_again_is_told(emulator: Emulator) -> None:
    assert emulator.control("POST", "deliveries/unknown/redeliver", {}).status_code == 404
    emulator.aplyid.open_case()
    [kept] = emulator.wait("inbox/wait")["webhooks"]
    answer = emulator.control("POST", f"deliveries/{kept['id']}/redeliver", {})
    assert (answer.status_code, "no receiver" in answer.json()["detail"]) == (409, True)
    assert emulator.control("GET", f"deliveries/{kept['id']}").json()["state"] == "inbox"


def test_a_webhook_that_is_being_sent_is_not_sent_twice_at_once(emulator: Emulator) -> None:
    held = threading.Event()
    with receiving(lambda handler: held.wait(15) and None) as receiver:
        emulator.sphinxhq.open_case(webhook_url=receiver.url)
        receiver.next()
        [found] = emulator.control("GET", "deliveries").json()["deliveries"]
        assert found["state"] == "in_flight"
        assert emulator.control("POST", f"deliveries/{found['id']}/redeliver", {}).status_code == 409
        held.set()


def test_what_was_given_up_is_sent_again_once_and_given_up_again(emulator: Emulator) -> None:
    with receiving(status(500), status(500), status(200)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "retry": "once"})
        emulator.aplyid.open_case()
        [found] = expect(emulator, "failed")
        for number, state in ((2, "failed"), (3, "delivered")):
            again = emulator.control("POST", f"deliveries/{found['id']}/redeliver", {})
            assert (again.status_code, again.json()["id"], again.json()["reason"]) == (202, found["id"], None)
            wait_until(lambda n=number: len(one(emulator, found["id"])["attempts"]) == n)
            assert one(emulator, found["id"])["state"] == state
        sent = [receiver.next() for _ in range(3)]
    assert {(w.header("X-Workflow-Webhook-Id"), w.body) for w in sent} == {(found["id"], found["body"].encode())}


def test_what_was_reset_away_cannot_be_sent_again(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        [found] = emulator.wait("deliveries/wait?timeout=60")["deliveries"]
        emulator.control("POST", "reset", {})
        answer = emulator.control("POST", f"deliveries/{found['id']}/redeliver", {})
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
        assert emulator.control("GET", f"deliveries/{found['id']}").status_code == 404
        assert receiver.received.qsize() == 1


@pytest.mark.slow
def test_a_hundred_sent_again_at_once_reach_their_receiver_a_few_at_a_time(emulator: Emulator) -> None:
    held = threading.Event()
    held.set()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)
        status(200)(handler)

    with receiving(hold) as receiver:
        for _ in range(100):
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
        first = {receiver.next().body for _ in range(100)}
        ids = [delivery["id"] for delivery in expect(emulator, "delivered", 100)]
        held.clear()
        again = [emulator.control("POST", f"deliveries/{name}/redeliver", {}).status_code for name in ids]
        assert again == [202] * 100
        wait_until(lambda: receiver.received.qsize() == PER_TARGET)
        assert emulator.control("GET", "deliveries?state=in_flight").json()["count"] == PER_TARGET
        held.set()
        assert {receiver.next().body for _ in range(100)} == first
        assert [len(d["attempts"]) for d in expect(emulator, "delivered", 100)] == [2] * 100


def expect(emulator: Emulator, state: str, many: int = 1) -> list[dict[str, Any]]:
    """So many deliveries in that state, once there are."""

    def listed() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = emulator.control("GET", f"deliveries?state={state}").json()["deliveries"]
        return found

    wait_until(lambda: len(listed()) == many)
    return listed()


def one(emulator: Emulator, delivery_id: str) -> dict[str, Any]:
    found: dict[str, Any] = emulator.control("GET", f"deliveries/{delivery_id}").json()
    return found


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("externalid=1", "did you mean external_id?"),
        ("timeout=x", "timeout"),
        ("timeout=61", "timeout"),
        ("timeout=nan", "timeout"),
        ("expect=maybe", "expect"),
        ("state=gone", "state"),
        ("case_id=9223372036854775808", "case_id"),
    ],
)
def test_a_query_that_is_not_known_is_refused(emulator: Emulator, query: str, told: str) -> None:
    answer = emulator.control("GET", f"deliveries/wait?{query}")
    assert (answer.status_code, told in answer.json()["detail"]) == (422, True)


def test_when_all_seats_are_taken_the_next_is_told_to_come_back_and_requests_still_run() -> None:
    with served() as emulator, ThreadPoolExecutor(MOST_WAITING) as pool:

        def wait_for_last() -> int:
            while True:  # our own question below may have the last seat for a moment
                answer = Emulator(emulator.url).control("GET", "deliveries/wait?external_id=last&timeout=60")
                if answer.status_code == 200:
                    return int(answer.json()["count"])
                assert answer.status_code == 503

        waiting = [pool.submit(wait_for_last) for _ in range(MOST_WAITING)]
        refusals = (emulator.control("GET", "deliveries/wait?timeout=0") for _ in range(100_000))
        refused = next(answer for answer in refusals if answer.status_code == 503)
        assert refused.headers["Retry-After"] == "1"
        emulator.aplyid.open_case(activity__external_id="last")
        assert {w.result(30) for w in waiting} == {1}

"""A receiver that misbehaves harms nobody else, through the served emulator."""

import threading

import pytest

from emulator.core.outbox import PER_TARGET
from tests.emulators import CREATE_CASE, served
from tests.receivers import Reply, bomb, drip_body, drip_headers, free_port, receiving, status
from tests.waiting import wait_until


@pytest.mark.parametrize("drip", [drip_headers, drip_body])
def test_a_dripping_receiver_holds_up_neither_other_webhooks_nor_requests(drip: type[drip_body]) -> None:
    held = threading.Event()
    with receiving(drip(held)) as slow, receiving() as kind, served(retry="once") as emulator:
        for _ in range(40):
            emulator.sphinxhq.open_case(webhook_url=slow.url)
        emulator.sphinxhq.open_case(webhook_url=kind.url)
        assert kind.next().json["id"] == 41
        wait_until(lambda: slow.received.qsize() >= PER_TARGET)
        assert slow.received.qsize() == PER_TARGET  # so many at once, the others wait
        held.set()


@pytest.mark.parametrize(
    "reply", [status(500), status(404), status(302, Location="http://127.0.0.1:1/"), status(429, Retry_After="0")]
)
def test_a_refused_webhook_comes_again_until_it_is_taken(reply: Reply) -> None:
    with receiving(reply, reply, status(204)) as receiver, served(webhook_url=receiver.url, retry="0,0,0") as emulator:
        emulator.aplyid.open_case()
        ids = {receiver.next().header("X-Workflow-Webhook-Id") for _ in range(3)}
        emulator.aplyid.open_case(activity__external_id="next")
        assert receiver.next().json["external_id"] == "next"
    assert len(ids) == 1


def test_gone_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    with receiving(status(410), status(200)) as receiver, served(webhook_url=receiver.url, retry="0,0") as emulator:
        emulator.aplyid.open_case()
        receiver.next()
        emulator.aplyid.open_case(activity__external_id="next")
        assert receiver.next().json["external_id"] == "next"
    assert "410 Gone" in caplog.text


def test_a_huge_answer_counts_as_taken(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[int] = []
    with receiving(bomb(100, sent)) as receiver, served(webhook_url=receiver.url) as emulator:
        emulator.aplyid.open_case()
        receiver.next()
        wait_until(lambda: "delivered: 200" in caplog.text)


def test_a_receiver_that_comes_up_later_gets_its_webhook(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    retry = ",".join(["0.05"] * 100)
    with served(webhook_url=f"http://127.0.0.1:{port}/", retry=retry) as emulator:
        emulator.aplyid.open_case()
        wait_until(lambda: "nothing listens on" in caplog.text)
        with receiving(port=port) as receiver:
            assert receiver.next().json["case_id"] == 1024


def test_a_public_host_is_kept_blocked_and_the_log_names_the_flag(caplog: pytest.LogCaptureFixture) -> None:
    with served(webhook_url="https://hooks.acme.com/aplyid") as emulator:
        emulator.aplyid.post(CREATE_CASE["request"]["body"])
        wait_until(lambda: [k["state"] for k in emulator.inbox()] == ["blocked"])
        [kept] = emulator.inbox()
    assert "--allow-target hooks.acme.com" in kept["reason"]
    assert "--allow-target hooks.acme.com" in caplog.text
    assert kept["headers"]["X-Workflow-Event-Type"] == "case.completed"
    assert '"external_id":"order-9281"' in kept["body"]


def test_the_emulator_is_never_its_own_receiver() -> None:
    with served() as emulator:
        for host in ("127.0.0.1", "localhost", "localhost.", "[::ffff:127.0.0.1]"):
            emulator.sphinxhq.open_case(webhook_url=f"http://{host}:{emulator.port}/api/cases/")
        wait_until(lambda: len(emulator.inbox()) == 4)
        assert all("this emulator itself" in kept["reason"] for kept in emulator.inbox())

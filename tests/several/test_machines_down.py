"""Machines that are killed, stopped and continued, or lose their database, while they share it."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
import requests

from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery, DeliveryState
from emulator.store.opening import open_store
from tests.postgres import Server
from tests.receivers import Receiver, receiving, status
from tests.several.processes import Machine, machine
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.slow
LEASE = 2.0  # seconds
# `make crash` sends 20,000, which takes a minute or two, and judges how they were shared out.
WEBHOOKS = int(os.environ.get("CRASH_WEBHOOKS", "400"))
ID = "X-Workflow-Webhook-Id"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def two(stack: ExitStack, folder: Path, url: str, *flags: str) -> tuple[Machine, Machine]:
    """Two machines on one database."""
    one = stack.enter_context(machine(folder, url, "one", *flags, lease=LEASE))
    return one, stack.enter_context(machine(folder, url, "other", *flags, lease=LEASE))


def write_webhooks(url: str, target: str, many: int) -> None:
    """Let so many webhooks be due at once, for the cases of a sandbox of their own."""
    store, now = open_store(None, url), WallClock().now()
    with store.transaction() as tx:
        tx.add_sandbox("many", [], now)
        for number in range(many):
            tx.add_delivery(webhook(f"webhook-{number}", f"http://{target}/", now))
    store.close()


def webhook(key: str, target: str, now: datetime) -> Delivery:
    return Delivery(
        id=key,
        sandbox="many",
        provider="aplyid",
        case_id=1,
        event="case.completed",
        url=target,
        headers={ID: key},
        body=b"{}",
        state=DeliveryState.SCHEDULED,
        created_at=now,
        due_at=now,
    )


def test_each_of_many_webhooks_is_sent_once_by_one_of_two_machines(
    url: str, tmp_path: Path, receiver: Receiver
) -> None:
    with ExitStack() as stack:
        machines = two(stack, tmp_path, url)
        write_webhooks(url, f"127.0.0.1:{receiver.port}", WEBHOOKS)
        ids = Counter(receiver.next().header(ID) for _ in range(WEBHOOKS))
        wait_until(lambda: sum(each.delivered() for each in machines) == WEBHOOKS)
        shares = [each.delivered() for each in machines]
        assert receiver.nothing_came()
    assert ids == Counter(f"webhook-{number}" for number in range(WEBHOOKS))
    assert min(shares) > 0, shares
    if WEBHOOKS >= 5_000:
        assert min(shares) >= WEBHOOKS / 4, shares


def test_a_machine_that_is_killed_loses_nothing_that_it_acknowledged(
    url: str, tmp_path: Path, receiver: Receiver
) -> None:
    opened: list[int] = []

    def open_cases(which: Machine) -> None:
        for number in range(40):
            try:
                answer = which.emulator.aplyid.create(activity__external_id=f"{which.emulator.port}-{number}")
            except requests.ConnectionError:
                return  # it was killed
            if answer.status_code == 201:
                opened.append(answer.json()["case_id"])

    with ExitStack() as stack:
        one, other = two(stack, tmp_path, url, "--webhook-url", receiver.url)
        with ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(open_cases, each) for each in (one, other) * 2]
            wait_until(lambda: len(opened) > 20)
            one.kill()
            [client.result(PATIENCE) for client in clients]
        assert len(opened) == len(set(opened))
        wait_until(lambda: set(opened) <= delivered_cases(other))
        found = other.emulator.wait("deliveries?limit=1000")["deliveries"]
    ids = Counter(delivery["id"] for delivery in found)
    assert max(ids.values()) == 1
    assert {delivery["state"] for delivery in found if delivery["case_id"] in opened} == {"delivered"}


def delivered_cases(which: Machine) -> set[int]:
    found = which.emulator.wait("deliveries?state=delivered&limit=1000")["deliveries"]
    return {int(delivery["case_id"]) for delivery in found}


def test_a_machine_that_stood_still_for_two_leases_sends_once_more_at_most_and_changes_nothing(
    url: str, tmp_path: Path
) -> None:
    held = threading.Event()
    late = lambda handler: held.wait(PATIENCE) and status(500)(handler)  # noqa: E731
    with receiving(late, status(200)) as receiver, ExitStack() as stack:
        flags = ("--webhook-url", receiver.url)
        one = stack.enter_context(machine(tmp_path, url, "one", *flags, lease=LEASE))
        one.emulator.aplyid.open_case()
        first = receiver.next()
        one.send(signal.SIGSTOP)
        other = stack.enter_context(machine(tmp_path, url, "other", *flags, lease=LEASE))
        second = receiver.next()
        held.set()
        wait_until(lambda: len(delivered_cases(other)) == 1)
        one.send(signal.SIGCONT)
        last = one.emulator.aplyid.open_case()["case_id"]
        wait_until(lambda: last in delivered_cases(one))
        assert first.header(ID) == second.header(ID)
        assert receiver.next().header(ID) != first.header(ID)
        assert receiver.nothing_came()
        [stored] = one.emulator.wait(f"deliveries?case_id={last - 1}")["deliveries"]
    assert stored["state"] == "delivered"
    assert [attempt["status"] for attempt in stored["attempts"]] == [200]


def test_while_the_database_is_away_each_api_says_so_in_its_words_and_then_goes_on(
    postgres: Server, url: str, tmp_path: Path, receiver: Receiver
) -> None:
    with machine(tmp_path, url, "one", "--webhook-url", receiver.url) as one, ThreadPoolExecutor(4) as pool:
        stop = threading.Event()
        load = [pool.submit(keep_creating, one, stop) for _ in range(4)]
        wait_until(lambda: len(delivered_cases(one)) > 0)
        postgres.stop()
        try:
            wait_until(lambda: one.emulator.aplyid.create().status_code == 503)
            aplyid = one.emulator.aplyid
            refused = [aplyid.post(aplyid.order(), Accept="application/json"), one.emulator.sphinxhq.create()]
            ready = one.emulator.http.get(f"{one.emulator.url}/_emulator/readyz")
        finally:
            postgres.start()
        wait_until(lambda: one.emulator.aplyid.create().status_code == 201)
        stop.set()
        answers = Counter(code for each in load for code in each.result(PATIENCE))
        assert all(answer.status_code == 503 and answer.headers["Retry-After"] for answer in refused)
        assert refused[0].json() == {"status": 503, "error": "Service Unavailable"}
        assert refused[1].json() == {"detail": "Service Unavailable."}
        assert ready.status_code == 503
        assert "postgresql://" in ready.text
        assert set(answers) <= {201, 503}
        wait_until(lambda: one.emulator.http.get(f"{one.emulator.url}/_emulator/readyz").status_code == 200)
        last = one.emulator.aplyid.open_case()["case_id"]
        wait_until(lambda: last in delivered_cases(one))


def keep_creating(which: Machine, stop: threading.Event) -> list[int]:
    codes = []
    while not stop.is_set():
        codes.append(which.emulator.aplyid.create().status_code)
        stop.wait(0.02)
    return codes

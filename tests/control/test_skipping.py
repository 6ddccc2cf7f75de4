"""A wait that moves time: from one moment at which something is due to the next."""

import threading
from collections.abc import Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler

import pytest

from emulator.client import CaseEmulator, WebhookMissing
from emulator.core.deliveries import DeliveryFilter, DeliveryReport
from emulator.core.delivery_queries import DeliveryQueries
from emulator.core.time_skip import TimeSkip
from tests.emulators import Emulator
from tests.receivers import free_port, receiving, status
from tests.waiting import PATIENCE, wait_until

FROZEN = {"mode": "frozen", "at": "2030-01-01T00:00:00Z"}


@pytest.fixture
def frozen(emulator: Emulator) -> Emulator:
    emulator.control("PATCH", "clock", FROZEN)
    return emulator


def test_a_wait_moves_a_frozen_clock_to_the_webhook_and_says_how_far(frozen: Emulator) -> None:
    frozen.control("PATCH", "", {"delay": 3600})
    frozen.aplyid.open_case()
    told = frozen.control("GET", "deliveries/wait?skip=1&timeout=0").json()
    assert (told["count"], told["skipped"]) == (1, 3600)
    assert frozen.control("GET", "clock").json()["now"] == "2030-01-01T01:00:00.000000Z"


def test_without_skip_a_frozen_clock_stays(frozen: Emulator) -> None:
    frozen.aplyid.open_case()
    frozen.control("PATCH", "", {"delay": 60})
    frozen.aplyid.open_case(activity__external_id="later")
    refused = frozen.control("GET", "deliveries/wait?timeout=0&external_id=later")
    assert refused.status_code == 408
    assert "skipped" not in refused.json()


def test_a_wait_goes_through_all_six_attempts_and_names_what_is_stuck(frozen: Emulator) -> None:
    frozen.control("PATCH", "", {"webhook_url": f"http://127.0.0.1:{free_port()}/", "retry": "standard", "delay": 25})
    frozen.aplyid.open_case()
    refused = frozen.control("GET", "deliveries/wait?skip=1")
    assert refused.status_code == 408
    told = refused.json()
    assert told["skipped"] == 25 + 5 + 30 + 120 + 600 + 3600
    assert "nothing more is due after 1:13:00" in told["detail"]
    assert "aplyid case 1024 is failed after 6 attempts" in told["detail"]
    assert len(told["deliveries"][0]["attempts"]) == 6


def test_a_wait_names_the_case_that_never_ends(frozen: Emulator) -> None:
    frozen.aplyid.open_case(client__name="Mary Stuck")
    assert "stuck: aplyid case 1024 is open" in frozen.control("GET", "deliveries/wait?skip=1").json()["detail"]


def test_a_webhook_that_is_tried_again_is_waited_for(frozen: Emulator) -> None:
    with receiving(status(503), status(503), status(200)) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url, "delay": 0})
        frozen.aplyid.open_case()
        told = frozen.control("GET", "deliveries/wait?skip=1").json()
    assert [each["status"] for each in told["deliveries"][0]["attempts"]] == [503, 503, 200]
    assert told["skipped"] == 35


def test_a_webhook_whose_attempt_ends_while_a_wait_looks_is_waited_for(
    frozen: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, next_moment = threading.Event(), TimeSkip.next_moment

    def look_too_early(self: TimeSkip) -> datetime | None:
        moment = next_moment(self)
        monkeypatch.undo()
        held.set()
        wait_until(lambda: next_moment(self) is not None and not self.is_busy)
        return moment

    def answer_late(handler: BaseHTTPRequestHandler) -> None:
        held.wait(PATIENCE)
        status(503)(handler)

    with receiving(answer_late, status(200)) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url, "delay": 0})
        frozen.aplyid.open_case()
        receiver.next()
        monkeypatch.setattr(TimeSkip, "next_moment", look_too_early)
        told = frozen.control("GET", "deliveries/wait?skip=1").json()
    assert [each["status"] for each in told["deliveries"][0]["attempts"]] == [503, 200]
    assert told["skipped"] == 5


def test_who_expects_nothing_comes_to_the_end_of_all_deletions_too(frozen: Emulator) -> None:
    case = frozen.sphinxhq.open_case(delete_after=30)
    frozen.control("GET", "inbox/wait?skip=1")
    assert frozen.sphinxhq.get(f"{case['id']}/").status_code == 200
    told = frozen.control("GET", "deliveries/wait?skip=1&expect=none&external_id=nobody").json()
    assert told["skipped"] == 30 * 86_400
    assert frozen.sphinxhq.get(f"{case['id']}/").status_code == 404


def test_what_comes_while_a_wait_looks_is_not_passed_by(frozen: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    find = DeliveryQueries.find

    def find_late(self: DeliveryQueries, sandbox: str, query: DeliveryFilter) -> Sequence[DeliveryReport]:
        found = find(self, sandbox, query)
        monkeypatch.undo()
        frozen.sphinxhq.open_case(delete_after=30)
        wait_until(lambda: bool(find(self, sandbox, query)))
        return found

    monkeypatch.setattr(DeliveryQueries, "find", find_late)
    assert frozen.control("GET", "inbox/wait?skip=1").json()["skipped"] == 0


def test_who_expects_nothing_is_told_what_came_instead(frozen: Emulator) -> None:
    frozen.control("PATCH", "", {"delay": 60})
    frozen.aplyid.open_case()
    assert frozen.control("GET", "deliveries/wait?skip=1&expect=none").status_code == 409


def test_a_clock_that_runs_is_waited_for_as_ever(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    told = emulator.wait("deliveries/wait?skip=1")
    assert told["count"] == 1
    assert "skipped" not in told


def test_the_handle_waits_so_where_it_is_told(shared_emulator: Emulator) -> None:
    with CaseEmulator(shared_emulator.url) as sandbox:
        sandbox.clock.freeze()
        sandbox.configure(delay=7200)
        sandbox.aplyid.create_case(activity={"external_id": "order-1"})
        assert sandbox.webhooks.wait(external_id="order-1", skip=True).skipped == 7200
        sandbox.skips_time = True
        sandbox.aplyid.create_case(activity={"external_id": "order-2"})
        assert sandbox.webhooks.wait(external_id="order-2").skipped == 7200
        with pytest.raises(WebhookMissing, match="nothing more is due"):
            sandbox.webhooks.wait(external_id="order-3")

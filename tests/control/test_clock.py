"""Time, moved by the control API: no test here sleeps."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

import pytest

from emulator.core.deliveries import DeliveryReport
from emulator.core.delivery_queries import DeliveryQueries
from tests.emulators import Emulator
from tests.receivers import free_port, receiving, status
from tests.waiting import PATIENCE

NEW_YEAR = "2030-01-01T00:00:00.000000Z"


@pytest.fixture
def frozen(emulator: Emulator) -> Emulator:
    """A sandbox at New Year 2030, where cases take two seconds."""
    emulator.control("PATCH", "", {"delay": 2})
    set_to = emulator.control("PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR}).json()
    assert set_to.pop("ahead") > 0
    assert set_to == {"mode": "frozen", "now": NEW_YEAR, "next_at": None}
    return emulator


def advance(emulator: Emulator, **step: Any) -> list[dict[str, Any]]:
    answer = emulator.control("POST", "clock/advance", step)
    assert answer.status_code == 200, answer.text
    happened: list[dict[str, Any]] = answer.json()["happened"]
    return happened


def seconds_after(happened: list[dict[str, Any]], kind: str = "delivery_attempted") -> list[float]:
    start = datetime.fromisoformat(NEW_YEAR)
    return [(datetime.fromisoformat(e["at"]) - start).total_seconds() for e in happened if e["kind"] == kind]


def test_on_a_frozen_clock_nothing_happens_until_it_is_advanced(frozen: Emulator) -> None:
    case = frozen.sphinxhq.open_case()
    assert case["created_at"] == "2030-01-01T00:00:00Z"
    assert frozen.control("POST", "clock/settle", {}).json() == {"now": NEW_YEAR, "happened": []}
    kinds = [(e["kind"], e["at"][17:23]) for e in advance(frozen, seconds=2)]
    assert kinds == [("case_processing", "01.000"), ("case_completed", "02.000"), ("webhook_kept", "02.000")]
    assert frozen.sphinxhq.get("1/").json()["updated_at"] == "2030-01-01T00:00:02Z"
    assert frozen.control("GET", "clock").json()["now"] == "2030-01-01T00:00:02.000000Z"


def test_the_whole_retry_schedule_is_run_in_one_go(frozen: Emulator) -> None:
    with receiving(status(500)) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url})
        frozen.aplyid.open_case()
        happened = advance(frozen, duration="P1D")
        ids = {receiver.next().header("X-Workflow-Webhook-Id") for _ in range(6)}
        assert receiver.nothing_came()
    assert seconds_after(happened) == [2, 7, 37, 157, 757, 4357]
    assert [e["state"] for e in happened[2:]] == ["scheduled"] * 5 + ["failed"]
    assert len(ids) == 1


def test_a_receiver_that_recovers_gets_the_webhook_at_its_next_attempt(frozen: Emulator) -> None:
    port = free_port()
    frozen.sphinxhq.open_case(webhook_url=f"http://127.0.0.1:{port}/")
    assert "nothing listens" in advance(frozen, seconds=2)[-1]["error"]
    with receiving(port=port) as receiver:
        assert advance(frozen, seconds=4.9) == []
        [event] = advance(frozen, seconds=0.1)
        assert (event["status"], event["state"]) == (200, "delivered")
        assert receiver.next().json["id"] == 1


def test_retry_after_is_waited_for_on_the_sandbox_s_clock(frozen: Emulator) -> None:
    with receiving(status(429, Retry_After="100"), status(200)) as receiver:
        frozen.sphinxhq.open_case(webhook_url=receiver.url)
        assert seconds_after(advance(frozen, seconds=3600)) == [2, 102]


def test_a_case_is_gone_after_its_ninety_days(frozen: Emulator) -> None:
    frozen.sphinxhq.open_case(delete_after=90)
    advance(frozen, duration="P89DT23H59M59S")
    assert frozen.sphinxhq.get("1/").status_code == 200
    advance(frozen, seconds=1)
    assert frozen.sphinxhq.get("1/").status_code == 404


def test_ten_years_with_a_hundred_deliveries_send_no_duplicate(frozen: Emulator) -> None:
    with receiving() as receiver:
        for _ in range(100):
            frozen.sphinxhq.open_case(webhook_url=receiver.url)
        happened = advance(frozen, duration="P3650D")
        ids = [receiver.next().json["id"] for _ in range(100)]
        assert receiver.nothing_came()
    assert sorted(ids) == list(range(1, 101))
    assert len(seconds_after(happened)) == 100


def test_advancing_a_running_clock_goes_on_from_there(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600})
    emulator.aplyid.open_case()
    before = datetime.now().astimezone()
    kinds = [e["kind"] for e in advance(emulator, duration="PT1H")]
    assert kinds == ["case_processing", "case_completed", "webhook_kept"]
    read = emulator.control("GET", "clock").json()
    assert read["mode"] == "real"
    assert datetime.fromisoformat(read["now"]) >= before + timedelta(hours=1)
    assert emulator.control("PATCH", "clock", {"mode": "real"}).status_code == 409
    emulator.control("POST", "reset", {})
    assert emulator.control("PATCH", "clock", {"mode": "real"}).status_code == 200


def test_an_advance_may_be_the_first_that_is_done_with_a_sandbox(emulator: Emulator) -> None:
    fresh = emulator.of(f"fresh-{emulator.sandbox[:20]}")
    advance(fresh, seconds=0)
    advance(fresh, seconds=5)
    assert fresh.control("GET", "clock").json()["mode"] == emulator.control("GET", "clock").json()["mode"]
    assert fresh.control("PATCH", "clock", {"mode": "frozen"}).status_code == 200
    advance(fresh, seconds=5)


def test_a_scaled_clock_runs_by_itself(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600})
    scaled = emulator.control("PATCH", "clock", {"mode": "scaled", "factor": 36000}).json()
    assert (scaled["mode"], scaled["factor"]) == ("scaled", 36000)
    emulator.aplyid.open_case()
    assert emulator.wait("deliveries/wait")["count"] == 1


def test_what_is_due_on_a_frozen_clock_runs_by_itself(frozen: Emulator) -> None:
    frozen.control("PATCH", "", {"delay": 0})
    frozen.aplyid.open_case()
    assert frozen.wait("deliveries/wait")["deliveries"][0]["created_at"] == NEW_YEAR


def test_on_a_frozen_clock_with_nothing_due_nobody_waits_for_nothing(frozen: Emulator) -> None:
    frozen.aplyid.open_case()
    asked = frozen.control("GET", "deliveries/wait?expect=none&timeout=60")  # would take a minute
    assert (asked.status_code, asked.json()["count"]) == (200, 0)
    advance(frozen, seconds=2)
    assert frozen.control("GET", "deliveries/wait?expect=none&timeout=60").status_code == 409


def test_on_a_frozen_clock_an_attempt_in_flight_is_waited_for_by_who_expects_nothing(
    frozen: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, find = Event(), DeliveryQueries.find

    def tell(self: DeliveryQueries, *query: Any) -> Sequence[DeliveryReport]:
        found = find(self, *query)
        looked.set()
        return found

    def answer_late(handler: BaseHTTPRequestHandler) -> None:
        looked.wait(PATIENCE)
        status(200)(handler)

    with receiving(answer_late) as receiver:
        frozen.control("PATCH", "", {"webhook_url": receiver.url, "delay": 0})
        frozen.aplyid.open_case()
        receiver.next()
        monkeypatch.setattr(DeliveryQueries, "find", tell)
        asked = frozen.control("GET", "deliveries/wait?expect=none&state=delivered&timeout=60")
    assert (asked.status_code, asked.json()["deliveries"][0]["state"]) == (409, "delivered")


def test_the_clock_never_goes_back(frozen: Emulator) -> None:
    answer = frozen.control("PATCH", "clock", {"mode": "frozen", "at": "2029-12-31T23:59:59Z"})
    assert (answer.status_code, "never goes back" in answer.json()["detail"]) == (409, True)
    assert frozen.control("PATCH", "clock", {"mode": "real"}).status_code == 409


def test_advancing_while_advancing_is_refused_and_others_go_on(frozen: Emulator) -> None:
    answers: list[int] = []

    def advance_too(handler: BaseHTTPRequestHandler) -> None:
        again = Emulator(frozen.url, frozen.sandbox).control("POST", "clock/advance", {"seconds": 1})
        answers.append(again.status_code)
        other = Emulator(frozen.url, f"{frozen.sandbox[:50]}-other").control("POST", "clock/advance", {"seconds": 1})
        answers.append(other.status_code)
        status(200)(handler)

    with receiving(advance_too) as receiver:
        frozen.sphinxhq.open_case(webhook_url=receiver.url)
        advance(frozen, seconds=2)
    assert answers == [409, 200]
    assert advance(frozen, seconds=1) == []


def test_eight_advances_whose_receivers_call_back_do_not_block_each_other(emulator: Emulator) -> None:
    def call_back(handler: BaseHTTPRequestHandler) -> None:
        assert Emulator(emulator.url, "callback").sphinxhq.get().status_code == 200
        status(200)(handler)

    def one(number: int) -> int:
        mine = Emulator(emulator.url, f"{emulator.sandbox[:50]}-{number}")
        mine.control("PATCH", "", {"delay": 2})
        mine.control("PATCH", "clock", {"mode": "frozen"})
        mine.sphinxhq.open_case(webhook_url=receiver.url)
        return len(seconds_after(advance(mine, seconds=2)))

    with receiving(call_back) as receiver, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(8))) == [1] * 8


def test_the_journal_tells_what_the_clock_read_then_however_it_was_changed_since(frozen: Emulator) -> None:
    def look() -> None:
        frozen.sphinxhq.get("9/")

    snapshot = frozen.control("GET", "snapshot").json()
    look()
    frozen.control("POST", "clock/advance", {"seconds": 60})
    look()
    frozen.control("POST", "faults", {"kind": "clock_jump", "seconds": 86_400})
    frozen.control("PATCH", "", {"delay": 5})
    frozen.aplyid.open_case()
    frozen.control("POST", "clock/advance", {"seconds": 5})
    look()
    assert frozen.control("POST", "restore?journal=keep", snapshot).status_code == 200
    look()
    told = [line["sandbox_at"][:16] for line in frozen.wait("requests?provider=sphinxhq")["requests"]]
    assert told == [f"2030-01-{moment}" for moment in ("01T00:00", "01T00:01", "02T00:01", "01T00:00")]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "clock", {"mode": "backwards"}),
        ("PATCH", "clock", {"mode": "scaled"}),
        ("PATCH", "clock", {"mode": "scaled", "factor": 0}),
        ("PATCH", "clock", {"mode": "frozen", "factor": 2}),
        ("PATCH", "clock", {"mode": "frozen", "at": "yesterday"}),
        ("PATCH", "clock", {"mode": "frozen", "at": "9999-12-31T00:00:00Z"}),
        ("PATCH", "clock", {"mode": "frozen", "att": NEW_YEAR}),
        ("POST", "clock/advance", {}),
        ("POST", "clock/advance", {"seconds": -1}),
        ("POST", "clock/advance", {"seconds": 1e18}),
        ("POST", "clock/advance", {"seconds": "nan"}),
        ("POST", "clock/advance", {"seconds": 1, "duration": "PT1S"}),
        ("POST", "clock/advance", {"duration": "1 hour"}),
        ("POST", "clock/advance", {"duration": "P"}),
        ("POST", "clock/advance", {"duration": "P99999999999999D"}),
        ("POST", "clock/settle", {"seconds": 1}),
    ],
)
def test_what_is_no_time_is_refused(frozen: Emulator, method: str, path: str, body: object) -> None:
    answer = frozen.control(method, path, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    clock = frozen.control("GET", "clock").json()
    assert clock == {"mode": "frozen", "now": NEW_YEAR, "next_at": None, "ahead": clock["ahead"]}

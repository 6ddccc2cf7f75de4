"""/metrics, read as Prometheus reads it: it counts what happened."""

import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from prometheus_client.parser import text_string_to_metric_families

from emulator.core.outbox import PER_TARGET
from tests.emulators import Emulator, served
from tests.receivers import PATIENCE, free_port, receiving, status
from tests.waiting import wait_until


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """One that counts for this test alone, and whose time stands still."""
    with served(delay=2) as emulator:
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
        yield emulator


def read(emulator: Emulator) -> dict[str, float]:
    """Every sample by its name and the values of its labels, as in `emulator_cases aplyid open`.

    But for the process: where several share a database, each names itself in what it served.
    """
    answer = emulator.http.get(f"{emulator.url}/_emulator/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    assert len({(sample.name, tuple(sample.labels.items())) for sample in samples}) == len(samples)
    return {
        " ".join(
            [sample.name, *(sample.labels[name] for name in sorted(sample.labels) if name != "process")]
        ): sample.value
        for sample in samples
    }


def advance(emulator: Emulator, seconds: float) -> None:
    assert emulator.control("POST", "clock/advance", {"seconds": seconds}).status_code == 200


def test_a_fresh_emulator_has_nothing_to_count() -> None:
    with served() as emulator:
        told = read(emulator)
    assert told.pop("emulator_loop_lag_seconds") > 0
    assert told == {
        "emulator_delivery_queue_depth": 0,
        "emulator_delivery_queue_lag_seconds": 0,
        "emulator_journal_evictions_total": 0,
    }


def test_requests_are_counted_by_provider_and_status(emulator: Emulator) -> None:
    for _ in range(3):
        emulator.aplyid.open_case()
    emulator.aplyid.post({})
    emulator.sphinxhq.open_case()
    emulator.sphinxhq.get("9/")
    emulator.control("POST", "faults", {"kind": "status", "status": 503})
    emulator.sphinxhq.get()
    emulator.http.get(f"{emulator.url}/nowhere")
    told = {name: many for name, many in read(emulator).items() if name.startswith("emulator_requests_total")}
    assert told == {
        "emulator_requests_total aplyid 201": 3,
        "emulator_requests_total aplyid 400": 1,
        "emulator_requests_total sphinxhq 201": 1,
        "emulator_requests_total sphinxhq 404": 1,
        "emulator_requests_total sphinxhq 503": 1,
        "emulator_requests_total emulator 200": 1,
        "emulator_requests_total emulator 201": 1,
        "emulator_requests_total emulator 404": 1,
    }


def test_how_long_creates_took_is_a_histogram(emulator: Emulator) -> None:
    emulator.control("POST", "faults", {"kind": "latency", "seconds": 0.06, "times": 1})
    for _ in range(4):
        emulator.aplyid.open_case()
    emulator.aplyid.post({})
    emulator.sphinxhq.get()
    told = read(emulator)
    buckets = [many for name, many in told.items() if name.startswith("emulator_create_seconds_bucket")]
    assert buckets == sorted(buckets)
    assert (buckets[-1], told["emulator_create_seconds_count aplyid"]) == (4, 4)
    assert told["emulator_create_seconds_bucket 0.05 aplyid"] <= 3
    assert 0.06 < told["emulator_create_seconds_sum aplyid"] < 10
    assert "emulator_create_seconds_count sphinxhq" not in told


def test_cases_and_webhooks_are_counted_by_state(emulator: Emulator) -> None:
    with receiving(status(200)) as receiver:
        emulator.sphinxhq.open_case(webhook_url=receiver.url)
        emulator.sphinxhq.open_case(webhook_url=f"http://127.0.0.1:{free_port()}/")
        emulator.sphinxhq.open_case(webhook_url="http://example.com/")
        emulator.aplyid.open_case()
        emulator.aplyid.open_case(activity__status="cancelled")
        advance(emulator, 2)
    emulator.sphinxhq.open_case(customer={"full_name": "Jo Failed"})
    emulator.aplyid.open_case()
    advance(emulator, 1)
    told = {name: many for name, many in read(emulator).items() if "cases" in name or "deliver" in name}
    assert told == {
        "emulator_cases aplyid cancelled": 1,
        "emulator_cases aplyid completed": 1,
        "emulator_cases aplyid processing": 1,
        "emulator_cases sphinxhq completed": 3,
        "emulator_cases sphinxhq processing": 1,
        "emulator_deliveries blocked": 1,
        "emulator_deliveries delivered": 1,
        "emulator_deliveries inbox": 1,
        "emulator_deliveries scheduled": 1,
        "emulator_delivery_queue_depth": 1,
        "emulator_delivery_queue_lag_seconds": 0,
    }
    emulator.control("POST", "reset", {})
    assert [name for name in read(emulator) if name.startswith(("emulator_cases", "emulator_deliveries"))] == []


def test_what_is_due_and_cannot_be_sent_is_late_and_what_waits_for_its_next_attempt_is_not() -> None:
    held, started = threading.Event(), monotonic()
    with receiving(lambda handler: held.wait(PATIENCE) and status(500)(handler)) as receiver, served() as emulator:
        emulator.control("PATCH", "", {"retry": "3600"})
        for _ in range(PER_TARGET + 1):
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
        wait_until(lambda: read(emulator).get("emulator_deliveries in_flight") == PER_TARGET)
        wait_until(lambda: read(emulator)["emulator_delivery_queue_depth"] == PER_TARGET + 1)
        first, second = read(emulator), read(emulator)
        lags = [read["emulator_delivery_queue_lag_seconds"] for read in (first, second)]
        assert 0 < lags[0] < lags[1] <= monotonic() - started
        held.set()
        wait_until(lambda: read(emulator)["emulator_delivery_queue_lag_seconds"] == 0)
        wait_until(lambda: read(emulator).get("emulator_deliveries scheduled") == PER_TARGET + 1)


@pytest.mark.slow
def test_what_the_journal_lost_is_counted(emulator: Emulator) -> None:
    for _ in range(1003):
        emulator.sphinxhq.get("9/")
    assert read(emulator)["emulator_journal_evictions_total"] == 3

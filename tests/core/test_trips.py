"""What one webhook and one `advance` cost the store: each statement is time that every other request waits."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from emulator.app import Built, build_emulator
from emulator.settings import Settings
from tests.receivers import receiving, status


class Trip:
    """An emulator without its threads, and the statements that its store is given."""

    def __init__(self, built: Built) -> None:
        self.built, self.client = built, built.app.test_client()

    def open_case(self) -> None:
        sample = self.client.get("/_emulator/sandboxes/default/samples/aplyid").json
        assert sample is not None
        answer = self.client.post(sample["path"], json=sample["body"], headers=sample["headers"])
        assert answer.status_code == 201, answer.text

    def statements(self, act: Callable[[], object]) -> list[str]:
        seen: list[str] = []
        self.built.store._db.set_trace_callback(seen.append)
        act()
        self.built.store._db.set_trace_callback(None)
        return seen

    def send_what_is_due(self) -> None:
        self.built.scheduler.completion.complete_due()
        outbox = self.built.scheduler.outbox
        [claimed] = outbox.claim({}, 10)
        settled = outbox.deliver(claimed)
        assert settled
        assert settled[1].ok

    def advance(self) -> None:
        answer = self.client.post("/_emulator/sandboxes/default/clock/advance", json={"seconds": 1})
        assert answer.json is not None
        assert [event["kind"] for event in answer.json["happened"]] == [
            "case_processing",
            "case_completed",
            "delivery_attempted",
        ]


@pytest.fixture
def trip() -> Iterator[Trip]:
    with receiving(status(200)) as receiver:
        built = build_emulator(Settings(delay=timedelta(), webhook_url=receiver.url))
        yield Trip(built)
        built.store.close()


def reads_of_the_sandbox(statements: list[str]) -> int:
    return sum(one.startswith("SELECT settings") for one in statements)


def test_a_webhook_reads_its_sandbox_twice_in_22_statements(trip: Trip) -> None:
    trip.built.scheduler.outbox.claim({}, 10)  # which looks for leases that ended, once a second
    trip.open_case()
    statements = trip.statements(trip.send_what_is_due)
    assert len(statements) <= 22, "\n".join(statements)
    assert reads_of_the_sandbox(statements) <= 2


def test_advancing_one_case_reads_its_sandbox_five_times_in_38_statements_at_most(trip: Trip) -> None:
    trip.client.patch("/_emulator/sandboxes/default/clock", json={"mode": "frozen"})
    trip.open_case()
    statements = trip.statements(trip.advance)
    assert len(statements) <= 38, "\n".join(statements)
    assert reads_of_the_sandbox(statements) <= 5

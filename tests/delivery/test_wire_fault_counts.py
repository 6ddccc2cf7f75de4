"""A fault on the wire counts as soon as the receiver has what it changes, whatever the receiver makes of it."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery, DeliveryState
from emulator.delivery.sender import HttpSender
from emulator.delivery.targets import Targets
from tests.receivers import Reply, abort, free_port, receiving, status

FORMS = ["chunked", "lower_case_headers", "slow_sender"]


def noted(kind: str, url: str, on_note: Callable[[], object] = lambda: None) -> list[str]:
    """What counts after one attempt with that fault."""
    counted: list[str] = []

    def note(name: str) -> None:
        counted.append(name)
        on_note()

    sender = HttpSender(Targets(frozenset()), WallClock(), "agent", total_seconds=5, note=note)
    sender.send(
        Delivery(
            id="1",
            sandbox="default",
            provider="aplyid",
            case_id=1,
            event="case.completed",
            url=url,
            headers={"X-Workflow-Event-Type": "case.completed"},
            body=b'{"case_id":1}',
            state=DeliveryState.IN_FLIGHT,
            created_at=datetime.now(UTC),
            due_at=None,
            faults=(f"{kind} (a world)",),
            slowly=0.05 if kind == "slow_sender" else None,
        )
    )
    return counted


@pytest.mark.parametrize("kind", [*FORMS, "eight_at_once", "stranger_first", "burst"])
@pytest.mark.parametrize("reply", [abort, status(204)])
def test_it_counts_once_whether_the_receiver_answers_or_drops_the_connection(kind: str, reply: Reply) -> None:
    with receiving(reply) as receiver:
        assert noted(kind, receiver.url) == [kind]


def test_a_second_copy_counts_that_is_not_answered() -> None:
    with receiving(status(204), abort) as receiver:
        assert noted("repeated", receiver.url) == ["repeated"]


@pytest.mark.parametrize("kind", [*FORMS, "eight_at_once", "repeated", "stranger_first", "burst"])
def test_nothing_counts_where_nobody_listens(kind: str) -> None:
    assert noted(kind, f"http://127.0.0.1:{free_port()}/") == []


@pytest.mark.parametrize("kind", FORMS)
def test_it_counts_before_the_attempt_is_over_so_that_a_receiver_may_hang(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def end() -> None:
            server.accept()[0].close()  # only now: until it is counted, nobody answers or ends the connection

        assert noted(kind, f"http://127.0.0.1:{server.getsockname()[1]}/", end) == [kind]

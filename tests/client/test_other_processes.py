"""A handle, its parts and its errors go to other processes, as those of multiprocessing."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from emulator.client import (
    CaseEmulator,
    NotCreated,
    NotDone,
    NotReached,
    Refusal,
    UnexpectedWebhook,
    WebhookMissing,
)
from tests.emulators import Emulator


@pytest.fixture
def handle(shared_emulator: Emulator) -> Iterator[CaseEmulator]:
    """A sandbox that nobody else uses, in which cases end at once."""
    with CaseEmulator(shared_emulator.url) as handle:
        yield handle


def try_in_another_process(handle: CaseEmulator) -> tuple[str, bool, int]:
    """What a process says that was handed the handle: the sandbox, whether it skips time, and the case it opens."""
    return handle.sandbox, handle.skips_time, int(handle.aplyid.create_case(activity={"external_id": "x"})["case_id"])


def test_a_handle_goes_to_another_process_and_drives_the_same_sandbox(handle: CaseEmulator) -> None:
    handle.skips_time = True
    handle.aplyid.create_case()  # the connection is open, and the API was asked for
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert processes.submit(try_in_another_process, handle).result() == (handle.sandbox, True, 1025)
    assert handle.webhooks.wait(external_id="x").case_id == 1025


@pytest.mark.parametrize("name", ["aplyid", "cases", "clock", "faults", "outcomes", "requests", "webhooks"])
def test_each_part_of_a_handle_can_be_pickled_by_itself(handle: CaseEmulator, name: str) -> None:
    part = pickle.loads(pickle.dumps(getattr(handle, name)))
    assert (type(part), part.address.sandbox) == (type(getattr(handle, name)), handle.sandbox)
    part.address.ask("GET")
    part.address.control.close()


@pytest.mark.parametrize(
    "error",
    [
        NotReached("http://127.0.0.1:1", "nothing answers"),
        Refusal(422, "no", {"detail": "no"}),
        NotCreated(422, {"message": "no"}),
        NotDone("start", 404, "no"),
        WebhookMissing("none"),
        UnexpectedWebhook("one"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_each_error_of_a_handle_arrives_where_the_result_of_a_process_is_awaited(error: Exception) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))

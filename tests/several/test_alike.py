"""What a test or a page can see is the same from every emulator that shares a database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.emulators import Emulator, served
from tests.postgres import Server
from tests.receivers import receiving, status
from tests.waiting import PATIENCE, wait_until


@pytest.fixture(scope="module")
def emulators(postgres: Server) -> Iterator[tuple[Emulator, Emulator]]:
    url = postgres.new_url()
    with served(database=url) as one, served(database=url) as other:
        yield one, other


@pytest.fixture
def pair(emulators: tuple[Emulator, Emulator], request: pytest.FixtureRequest) -> tuple[Emulator, Emulator]:
    """The two, in a sandbox that only this test uses."""
    name = request.node.name.replace("_", "-")[-40:].strip("-")
    return emulators[0].of(name), emulators[1].of(name)


def requests_of(emulator: Emulator) -> list[str]:
    found = emulator.wait("requests?direction=in")["requests"]
    return [f"{each['method']} {each['path']} {each['status']}" for each in found]


def test_cases_have_ids_in_one_row_and_are_read_on_either(pair: tuple[Emulator, Emulator]) -> None:
    ids = [emulator.sphinxhq.open_case()["id"] for emulator in pair * 3]
    assert ids == list(range(ids[0], ids[0] + 6))
    assert all(emulator.sphinxhq.get(f"{case}/").status_code == 200 for emulator in pair for case in ids)


def test_one_client_has_an_external_id_whoever_opened_its_case(pair: tuple[Emulator, Emulator]) -> None:
    def open_case(emulator: Emulator) -> int:
        return int(emulator.aplyid.open_case(client__external_id="same")["client"]["id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(open_case, pair * 8))) == 1


def test_the_journal_of_one_holds_what_the_other_answered(pair: tuple[Emulator, Emulator]) -> None:
    for emulator in pair:
        emulator.sphinxhq.get("9/")
    assert requests_of(pair[0]) == requests_of(pair[1]) == ["GET /api/cases/9/ 404"] * 2


def test_a_fault_that_holds_twice_strikes_twice_in_all(pair: tuple[Emulator, Emulator]) -> None:
    pair[0].control("POST", "faults", {"kind": "status", "status": 503, "times": 2})
    answers = [emulator.sphinxhq.get().status_code for emulator in (pair[1], pair[0], pair[1], pair[0])]
    assert answers == [503, 503, 200, 200]


def test_faults_that_are_taken_back_on_one_let_requests_go_on_that_they_delay_on_the_other(
    pair: tuple[Emulator, Emulator],
) -> None:
    pair[0].control("POST", "faults", {"kind": "latency", "seconds": 30})
    with ThreadPoolExecutor(1) as pool:
        delayed = pool.submit(pair[1].sphinxhq.get)
        wait_until(lambda: "faults" in pair[0].wait("faults"))
        pair[0].control("DELETE", "faults")
        assert delayed.result(PATIENCE).status_code == 200


def test_a_clock_that_is_set_on_one_is_read_on_the_other(pair: tuple[Emulator, Emulator]) -> None:
    assert pair[0].control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"}).status_code < 300
    assert pair[1].wait("clock")["now"] == "2040-01-01T00:00:00.000000Z"
    assert pair[1].control("POST", "clock/advance", {"seconds": 60}).status_code == 200
    assert pair[0].wait("clock")["now"] == "2040-01-01T00:01:00.000000Z"


def test_the_journal_tells_what_the_clock_read_then_whichever_changed_it_since(pair: tuple[Emulator, Emulator]) -> None:
    for emulator, now in zip(pair, ("2040-01-01T00:00:00.000000Z", "2041-01-01T00:00:00.000000Z"), strict=True):
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": now})
        for each in pair:
            each.sphinxhq.get("9/")
    assert pair[1].control("POST", "clock/advance", {"seconds": 60}).status_code == 200
    pair[0].sphinxhq.get("9/")
    told = [[line["sandbox_at"][:16] for line in each.wait("requests")["requests"]] for each in pair]
    assert told == [["2040-01-01T00:00"] * 2 + ["2041-01-01T00:00"] * 2 + ["2041-01-01T00:01"]] * 2


def test_while_one_advances_a_clock_the_other_may_not(pair: tuple[Emulator, Emulator]) -> None:
    held = threading.Event()
    with receiving(lambda handler: held.wait(PATIENCE) and status(200)(handler)) as receiver:
        pair[0].control("PATCH", "clock", {"mode": "frozen"})
        pair[0].control("PATCH", "", {"delay": 5})
        pair[0].sphinxhq.open_case(webhook_url=receiver.url)
        with ThreadPoolExecutor(1) as pool:
            advancing = pool.submit(pair[0].control, "POST", "clock/advance", {"seconds": 60})
            receiver.next()
            assert pair[1].control("POST", "clock/advance", {"seconds": 1}).status_code == 409
            held.set()
            assert advancing.result(PATIENCE).status_code == 200
    assert pair[1].control("POST", "clock/advance", {"seconds": 1}).status_code == 200


def test_whoever_waits_on_one_hears_of_what_the_other_sent(pair: tuple[Emulator, Emulator]) -> None:
    with receiving() as receiver, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(each.wait, "deliveries/wait?state=delivered") for each in pair]
        pair[0].sphinxhq.open_case(webhook_url=receiver.url)
        found = [each.result(PATIENCE)["deliveries"] for each in waiting]
    assert [[each["state"] for each in deliveries] for deliveries in found] == [["delivered"], ["delivered"]]


def test_no_webhook_of_the_old_life_starts_once_a_reset_has_answered(pair: tuple[Emulator, Emulator]) -> None:
    with receiving() as receiver:
        for _ in range(3):
            for emulator in pair * 4:
                emulator.sphinxhq.open_case(webhook_url=receiver.url)
            assert pair[1].control("POST", "reset", {}).status_code < 300
            while not receiver.nothing_came():
                receiver.next()
            assert pair[0].sphinxhq.get().json()["count"] == 0
        assert receiver.nothing_came()


def test_a_reset_waits_for_the_attempt_of_the_other(pair: tuple[Emulator, Emulator]) -> None:
    held = threading.Event()
    with receiving(lambda handler: held.wait(PATIENCE) and status(200)(handler)) as receiver:
        pair[0].sphinxhq.open_case(webhook_url=receiver.url)
        receiver.next()
        with ThreadPoolExecutor(2) as pool:
            resets = [pool.submit(each.control, "POST", "reset", {}) for each in pair]
            wait_until(lambda: pair[0].sphinxhq.get().json()["count"] == 0)
            assert not any(reset.done() for reset in resets)
            held.set()
            assert all(reset.result(PATIENCE).status_code < 300 for reset in resets)


def test_the_depth_of_the_queue_is_that_of_the_database(pair: tuple[Emulator, Emulator]) -> None:
    held = threading.Event()
    with receiving(lambda handler: held.wait(PATIENCE) and status(200)(handler)) as receiver:
        pair[0].sphinxhq.open_case(webhook_url=receiver.url)
        receiver.next()
        texts = [each.http.get(f"{each.url}/_emulator/metrics").text for each in pair]
        depths = [[line for line in text.splitlines() if "queue_depth " in line][-1] for text in texts]
        assert depths == ["emulator_delivery_queue_depth 1.0"] * 2
        held.set()


def test_what_each_served_is_counted_under_its_name(pair: tuple[Emulator, Emulator]) -> None:
    for emulator in pair:
        emulator.sphinxhq.get()
    texts = [each.http.get(f"{each.url}/_emulator/metrics").text for each in pair]
    lines = [line for text in texts for line in text.splitlines() if line.startswith("emulator_requests_total{")]
    assert len({line.partition('process="')[2].partition('"')[0] for line in lines}) == 2


def test_odd_values_are_kept_as_on_sqlite(pair: tuple[Emulator, Emulator]) -> None:
    deep: object = "x"
    for _ in range(50):
        deep = {"a": deep}
    odd = {"big": 2**70, "text": "\x1b0000 \u0000 \ud800", "deep": deep}
    with served() as alone:
        for body in (odd, {**odd, "huge": 1e308}):
            answers = [each.sphinxhq.post({"customer": {"full_name": "Mary Chen"}, **body}) for each in (*pair, alone)]
            assert len({answer.status_code for answer in answers}) == 1

"""What is quick is answered on the loop, all else in threads; and who holds the loop is told of."""

import gc
import logging
from threading import Barrier, Event

import pytest

from emulator.core.clock import WallClock
from emulator.server import limits, orders
from emulator.server.loop_health import LoopHealth, full_collections
from tests.server.serving import get, in_background, read_until, served
from tests.waiting import PATIENCE, wait_until


def test_what_is_quick_is_answered_on_the_loop_once_it_was_answered_well() -> None:
    with served(quick=("/quick",)) as made, made.connect() as line:
        for path, thread in (("/quick", "thread"), ("/quick", "loop"), ("/other", "thread"), ("/quick", "loop")):
            line.sendall(get(path))
            assert f"{path} 0 {thread}" in read_until(line, b"loop" if thread == "loop" else b"thread").decode()


def test_a_large_body_is_never_read_on_the_loop() -> None:
    most = limits.QUICK_BYTES
    with served(quick=("/quick",)) as made, made.connect() as line:
        for size, thread in ((1, "thread"), (1, "loop"), (most, "loop"), (most + 1, "thread")):
            line.sendall(get("/quick", f"Content-Length: {size}") + b" " * size)
            read_until(line, f" {size} {thread}".encode())


def test_the_application_may_leave_the_loop_and_is_called_anew() -> None:
    calls: list[bool] = []

    def act(environ: dict[str, object]) -> None:
        calls.append(orders.ON_LOOP in environ)
        if len(calls) > 1:
            orders.leave_loop(environ)

    with served(quick=("/quick",), act=act) as made, made.connect() as line:
        line.sendall(get("/quick"))
        read_until(line, b"thread")
        line.sendall(get("/quick", "Content-Length: 3") + b"abc")
        assert b"GET /quick 3 thread" in read_until(line, b"thread")
    assert calls == [False, True, False]


def test_the_loop_goes_on_while_every_thread_is_busy() -> None:
    all_begun, go_on = Barrier(limits.THREADS + 1), Event()

    def act(environ: dict[str, object]) -> None:
        if environ["PATH_INFO"] == "/slow" and not go_on.is_set():
            all_begun.wait(PATIENCE)
            go_on.wait(PATIENCE)

    with served(quick=("/quick",), act=act) as made:
        made.raw(get("/quick", "Connection: close"))
        answers: list[bytes] = []
        for _ in range(limits.THREADS):
            in_background(lambda: answers.append(made.raw(get("/slow", "Connection: close"))))
        all_begun.wait(PATIENCE)
        waiting = in_background(lambda: answers.append(made.raw(get("/slow", "Connection: close"))))
        assert b"GET /quick 0 loop" in made.raw(get("/quick", "Connection: close"))
        assert (answers, waiting.is_alive()) == ([], True)
        go_on.set()
        wait_until(lambda: len(answers) == limits.THREADS + 1)


def test_a_crash_of_the_application_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def act(environ: dict[str, object]) -> None:
        raise RuntimeError("on fire")

    with served(act=act) as made:
        assert b"HTTP/1.1 500 Internal Server Error" in made.raw(get())
    assert "on fire" in caplog.text


@pytest.mark.tells_of_the_loop
def test_who_holds_the_loop_for_too_long_is_logged_with_the_route(caplog: pytest.LogCaptureFixture) -> None:
    health = LoopHealth()
    health.judge("GET /slow", 0.01, full_collections())
    assert caplog.text == ""
    health.judge("GET /slow", 0.08, full_collections())
    assert "a bug of the emulator, please report it: GET /slow held the loop for 80 ms" in caplog.text
    assert [record.name for record in caplog.records if record.levelno == logging.ERROR] == ["emulator.server.held"]


@pytest.mark.tells_of_the_loop
def test_garbage_that_was_collected_before_excuses_nobody(caplog: pytest.LogCaptureFixture) -> None:
    health = LoopHealth()
    gc.collect()
    health.judge("GET /slow", 0.08, full_collections())
    assert "GET /slow held the loop" in caplog.text
    caplog.clear()
    before = full_collections()
    gc.collect()
    health.judge("GET /slow", 0.08, before)
    assert caplog.text == ""


@pytest.mark.tells_of_the_loop
@pytest.mark.parametrize("computes", [True, False])
def test_only_time_of_the_processor_counts(caplog: pytest.LogCaptureFixture, computes: bool) -> None:
    def act(environ: dict[str, object]) -> None:
        if orders.ON_LOOP not in environ:
            return
        until = clock.processor_time() + 2 * limits.HELD_SECONDS
        while computes and clock.processor_time() < until:
            pass
        Event().wait(2 * limits.HELD_SECONDS)

    clock = WallClock()
    with served(quick=("/quick",), act=act) as made, made.connect() as line:
        line.sendall(get("/quick"))
        read_until(line, b"thread")
        for _ in range(2):  # the first time, the cyclic garbage may be to blame
            line.sendall(get("/quick"))
            read_until(line, b"loop")
    assert ("GET /quick held the loop" in caplog.text) is computes


def test_the_lag_is_that_of_the_last_minutes() -> None:
    health = LoopHealth()
    assert not health.is_measured
    health.note_turn(100, 0.5)
    health.note_turn(110, 0.1)
    assert (health.is_measured, health.lag) == (True, 0.5)
    health.note_turn(170, 0.2)
    assert health.lag == 0.5
    health.note_turn(231, 0.05)
    assert health.lag == 0.2
    health.note_turn(900, 0.01)
    assert health.lag == 0.01

"""One thread that cuts what takes too long."""

import threading
from contextlib import ExitStack

import pytest

from emulator.core.clock import WallClock
from emulator.delivery.watchdog import Watchdog
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def watchdog() -> Watchdog:
    return Watchdog(WallClock())


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "watchdog"]


def test_what_takes_too_long_is_cut(watchdog: Watchdog) -> None:
    cut = threading.Event()
    with watchdog.watching(0.01, cut.set):
        assert cut.wait(PATIENCE)


def test_what_ends_in_time_is_not_cut_though_others_take_longer(watchdog: Watchdog) -> None:
    cut, last = list[str](), threading.Event()
    with watchdog.watching(0.2, last.set):
        with watchdog.watching(0.1, lambda: cut.append("in time")):
            pass
        assert last.wait(PATIENCE)
    assert cut == []


def test_the_earliest_deadline_comes_first_whoever_asked_for_it(watchdog: Watchdog) -> None:
    cut = threading.Event()
    with watchdog.watching(3600, lambda: None), watchdog.watching(0.01, cut.set):
        assert cut.wait(PATIENCE)


def test_all_are_watched_by_one_thread_which_ends_with_the_last(watchdog: Watchdog) -> None:
    wait_until(lambda: not threads())  # those of the tests before end by themselves, a little later
    for _ in range(2):  # and another begins with the next
        with ExitStack() as blocks:
            for _ in range(20):
                blocks.enter_context(watchdog.watching(3600, lambda: None))
            assert len(threads()) == 1
        wait_until(lambda: not threads())


def test_in_a_hurry_every_block_is_cut_soon_also_one_that_begins_later(watchdog: Watchdog) -> None:
    first, second = threading.Event(), threading.Event()
    with watchdog.watching(3600, first.set):
        watchdog.hurry(0.01)
        assert first.wait(PATIENCE)
    with watchdog.watching(3600, second.set):
        assert second.wait(PATIENCE)


def test_without_a_thread_the_block_does_not_begin_and_the_next_one_is_watched(watchdog: Watchdog) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError), watchdog.watching(3600, lambda: None):
            pytest.fail("nothing would end it")
    cut = threading.Event()
    with watchdog.watching(0.01, cut.set):
        assert cut.wait(PATIENCE)

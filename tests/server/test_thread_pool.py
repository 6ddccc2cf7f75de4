"""The threads of the server, when the system gives no more of them."""

from threading import Event, Thread

import pytest

from emulator.server.thread_pool import ThreadPool
from tests.waiting import PATIENCE


def no_more(thread: Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_job_waits_for_a_thread_that_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, go_on, done = ThreadPool(8), Event(), Event()

    def wait() -> None:
        go_on.wait(PATIENCE)

    pool.submit(wait)
    monkeypatch.setattr(Thread, "start", no_more)
    pool.submit(done.set)
    go_on.set()
    assert done.wait(PATIENCE)
    pool.stop(PATIENCE)


def test_without_any_thread_the_job_is_refused_and_the_pool_still_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, done = ThreadPool(8), Event()
    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", no_more)
        with pytest.raises(RuntimeError):
            pool.submit(done.set)
    pool.submit(done.set)
    assert done.wait(PATIENCE)
    pool.stop(PATIENCE)

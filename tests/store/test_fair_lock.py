"""Who gets the store next: whoever asked for it first. What is counted are turns, and no time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from emulator.core import waiting_line
from emulator.store.fair_lock import FairLock
from emulator.store.sqlite import SqliteStore
from tests.waiting import wait_until


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def queue_up(pool: ThreadPoolExecutor, lock: FairLock, act: Callable[[], object]) -> Future[object]:
    """Let another thread ask for the lock, and return once it waits."""
    before = lock.waiting
    future = pool.submit(act)
    wait_until(lambda: lock.waiting == before + 1)
    return future


def test_the_store_goes_to_those_who_wait_in_the_order_in_which_they_came(pool: ThreadPoolExecutor) -> None:
    store, served = SqliteStore(), list[int]()

    def change(number: int) -> None:
        with store.transaction():
            served.append(number)

    with store.reading():
        for number in range(6):
            queue_up(pool, store._group.lock, lambda number=number: change(number))  # type: ignore[misc]
    wait_until(lambda: len(served) == 6)
    store.close()
    assert served == list(range(6))


def test_whoever_comes_back_for_it_lets_the_others_have_it_first(pool: ThreadPoolExecutor) -> None:
    lock, turns = FairLock(), list[str]()

    def take(name: str) -> None:
        with lock:
            turns.append(name)

    for _ in range(50):
        with lock:
            turns.append("often")
            rarely = queue_up(pool, lock, lambda: take("rarely"))
        take("often")
        rarely.result()
    assert turns == ["often", "rarely", "often"] * 50


@pytest.mark.parametrize("is_handed_over", [False, True])
def test_a_wait_that_is_broken_off_keeps_it_from_nobody(monkeypatch: pytest.MonkeyPatch, is_handed_over: bool) -> None:
    lock = FairLock()

    class Door:
        """Locks like any other, until Ctrl-C comes while somebody waits at it."""

        def __init__(self) -> None:
            self.is_closed = False

        def acquire(self) -> None:
            if self.is_closed:
                if is_handed_over:
                    lock.__exit__()
                raise KeyboardInterrupt
            self.is_closed = True

        def release(self) -> None:
            pass

    lock.__enter__()
    monkeypatch.setattr(waiting_line, "Lock", Door)
    with pytest.raises(KeyboardInterrupt):
        lock.__enter__()
    if not is_handed_over:
        lock.__exit__()
    assert lock.waiting == 0
    with lock:  # would wait for ever
        pass

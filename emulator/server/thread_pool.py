"""The threads that answer what may wait or take long."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

Job = Callable[[], None]


class ThreadPool:
    """Threads that are started when they are needed, `most` at a time; further jobs wait for a free one.

    They are daemons, so that none keeps the process from ending.
    """

    def __init__(self, most: int) -> None:
        self._most, self._jobs = most, SimpleQueue[Job | None]()
        self._turn, self._idle = Lock(), 0
        self._threads: list[Thread] = []

    def submit(self, job: Job) -> None:
        """Have the job done by the next free thread; it must not raise."""
        with self._turn:
            if self._idle > 0 or not self._start():
                self._idle -= 1  # promised to this job; below 0 it is owed: who becomes free takes it at once
        self._jobs.put(job)

    def _start(self) -> bool:
        """Start a thread for one more job; return False if there are enough, or the system gives no more."""
        if len(self._threads) >= self._most:
            return False
        thread = Thread(target=self._work, name=f"server-{len(self._threads) + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._threads:  # nobody would ever do it
                raise
            return False
        self._threads.append(thread)
        return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            with self._turn:
                self._idle += 1

    def stop(self, timeout: float) -> None:
        """End the threads; leave alone those that still work after `timeout` seconds."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout)
            timeout = timeout if not thread.is_alive() else 0

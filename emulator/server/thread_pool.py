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
            if self._idle:
                self._idle -= 1  # promised to this job
            elif len(self._threads) < self._most:
                self._start()
            else:
                self._idle -= 1  # owed: a thread that becomes free takes this job at once
        self._jobs.put(job)

    def _start(self) -> None:
        thread = Thread(target=self._work, name=f"server-{len(self._threads) + 1}", daemon=True)
        self._threads.append(thread)
        thread.start()

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

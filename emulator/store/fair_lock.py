"""A lock that threads get in the order in which they asked for it."""

from threading import Lock

from emulator.core.waiting_line import WaitingLine


class FairLock:
    """Passes from thread to thread in turn; one that comes back for it waits until all who waited had theirs.

    Python's own lock goes to whoever happens to run when it is free: threads that take it again and again then keep it
    from those that rarely do.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._is_held = False
        self._waiting = WaitingLine()

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            door = self._waiting.join()
        self._wait_at(door)

    def __exit__(self, *error: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.let_first_go()  # and the lock stays held, by the thread behind that door
            else:
                self._is_held = False

    def _wait_at(self, door: Lock) -> None:
        try:
            door.acquire()
        except BaseException:  # Ctrl-C in the main thread
            with self._guard:
                if door in self._waiting:
                    self._waiting.remove(door)
                    raise
            self.__exit__()
            raise

    @property
    def waiting(self) -> int:
        """How many threads wait for it now."""
        return len(self._waiting)

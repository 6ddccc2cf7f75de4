"""Where the threads of this process wait for each other before they hold a connection."""

from threading import Lock

from psycopg import errors


class _Queue:
    def __init__(self) -> None:
        self.lock, self.users = Lock(), 0


class SandboxQueues:
    """Lets one transaction of this process at a time ask the database for the row of a sandbox.

    The others would wait there, each with a connection, and every process of the server costs more than a thread does.
    Of two processes one waits for the other in the database.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._guard = Lock()
        self._queues: dict[str, _Queue] = {}

    def enter(self, sandbox: str) -> None:
        """Return when no other thread is in; raise LockNotAvailable, as the database does after that time."""
        with self._guard:
            queue = self._queues.setdefault(sandbox, _Queue())
            queue.users += 1
        if not queue.lock.acquire(timeout=self._patience):
            self._forget(sandbox, queue)
            raise errors.LockNotAvailable("another change of the sandbox takes long")

    def leave(self, sandbox: str) -> None:
        """Let the next one in."""
        queue = self._queues[sandbox]
        queue.lock.release()
        self._forget(sandbox, queue)

    def _forget(self, sandbox: str, queue: _Queue) -> None:
        with self._guard:
            queue.users -= 1
            if not queue.users:
                del self._queues[sandbox]

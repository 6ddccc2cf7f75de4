"""Threads that wait one behind the other, each at a closed door."""

from collections import deque
from threading import Lock


class WaitingLine(deque[Lock]):
    """The doors of those who wait, first come first served; whoever changes the line holds the lock of its owner.

    It is a plain deque, so to see that nobody waits costs no call: that is all that happens where threads do not meet.
    """

    def join(self) -> Lock:
        """Return a closed door at the end of the line: who waits at it goes on once it is opened."""
        door = Lock()
        door.acquire()
        self.append(door)
        return door

    def let_first_go(self) -> None:
        """Open the first door of the line, and take it away."""
        self.popleft().release()

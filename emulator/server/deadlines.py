"""Which connection waits since when, and which of them waited for too long."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulator.server import limits

if TYPE_CHECKING:
    from emulator.server.connection import Connection
    from emulator.server.wsgi_call import Reply

Since = dict["Connection", float]  # in the order of the moments


class Deadlines:
    """All connections of a loop, and the moments since when each waits for what."""

    def __init__(self) -> None:
        self.connections: OrderedDict[Connection, None] = OrderedDict()  # the longest without an answer first
        self.heads: Since = {}  # of whose head a part came, or whose TLS handshake did not end
        self.bodies: Since = {}
        self.lingering: Since = {}
        self.held: dict[Connection, tuple[float, Reply]] = {}  # answers that are held back, and until when

    def forget(self, connection: "Connection") -> None:
        """Remove a connection that is closed."""
        self.connections.pop(connection, None)
        for waiting in (self.heads, self.bodies, self.lingering):
            waiting.pop(connection, None)
        self.held.pop(connection, None)

    def longest_idle(self) -> "Connection | None":
        """Return the connection that waits longest for a request to be complete, else for an answer that is held back.

        Return None if all are being answered.
        """
        waiting = next((connection for connection in self.connections if connection.is_waiting), None)
        return waiting or next(iter(self.held), None)

    def idle_too_long(self, now: float) -> list["Connection"]:
        """Return the connections that neither ask nor take what is sent to them."""
        found = []
        for connection in self.connections:
            if connection.since + limits.IDLE_SECONDS > now:
                break
            begins = connection in self.heads or connection in self.bodies  # these have a time of their own
            if not (connection.is_busy or begins):
                found.append(connection)
        return found


def overdue(waiting: Since, seconds: float, now: float) -> Iterator["Connection"]:
    """Yield the connections that wait for more than so many seconds."""
    for connection, since in list(waiting.items()):
        if since + seconds > now:
            return
        yield connection

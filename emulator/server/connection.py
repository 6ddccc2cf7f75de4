"""One connection: its requests are answered one after the other, and it ends in good order."""

import logging
import socket
import struct
import sys
from contextlib import suppress
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING
from wsgiref.types import WSGIEnvironment

from emulator.server import limits, orders
from emulator.server.refusals import Refusal
from emulator.server.request_reader import Awaited, RequestReader
from emulator.server.wsgi_call import Reply

if TYPE_CHECKING:
    from emulator.server.event_loop import EventLoop

log = logging.getLogger("emulator.server")
CHUNK = 65_536  # bytes to read at once
MOST_READS = 2 * limits.BODY_BYTES // CHUNK  # of a connection that is to end
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
RESET_ON_CLOSE = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)  # SO_LINGER, on, for 0 seconds
NOT_NOW = (BlockingIOError, InterruptedError)


class Connection:
    """One connection without TLS. All its methods run in the thread of the loop."""

    __slots__ = (
        *("_awaits", "_discarded", "_ends", "_events", "_lingers", "_loop", "_outgoing", "_reader"),
        *("has_ended", "is_busy", "is_closed", "is_lingering", "is_reset", "since", "socket"),
    )

    def __init__(self, loop: "EventLoop", accepted: socket.socket, base: WSGIEnvironment, now: float) -> None:
        self._loop, self.socket, self._reader = loop, accepted, RequestReader(base)
        self.since = now  # of waiting for a request
        self._awaits = Awaited.NOTHING  # as the loop knows it
        self._outgoing: memoryview | None = None
        self.is_busy = False  # a request is being answered
        self.has_ended = False  # the client sends no more
        self._ends = self._lingers = False  # after the current answer
        self.is_lingering = self.is_reset = self.is_closed = False
        self._discarded, self._events = 0, EVENT_READ

    @property
    def is_waiting(self) -> bool:
        """Whether no request of it is being answered."""
        return not (self.is_busy or self._outgoing is not None or self.is_closed)

    def on_event(self, events: int) -> None:
        """Do what the socket is ready for."""
        try:
            if events & EVENT_WRITE:
                self._flush()
            if events & EVENT_READ:
                self._read()
        except Exception as error:
            self.end_after(error)

    def end_after(self, error: Exception) -> None:
        """Close the connection; say so in the log if it was not the client that went away."""
        if isinstance(error, OSError):
            log.debug("a connection ends: %s", error)
        else:
            log.error("a bug of the emulator, please report it", exc_info=error)
        self.close()

    def receive(self, most: int) -> bytes:
        """Return what came in, empty at the end; raise BlockingIOError if nothing did."""
        return self.socket.recv(most)

    def transmit(self, data: bytes | memoryview) -> int:
        """Send as much as is possible now; return how much that was."""
        return self.socket.send(data)

    # What comes in -----------------------------------------------------------------------------------------------

    def _read(self) -> bool:
        """Read once; return whether anything came, be it the end."""
        if not self.is_waiting:
            self._watch(self._events & ~EVENT_READ)  # until it is answered
            return False
        try:
            piece = self.receive(CHUNK)
        except NOT_NOW:
            return False
        if not piece:
            self.has_ended = True
            self._watch(0)
            self.advance()
        elif self.is_lingering:
            self._discard(piece)
        else:
            self._reader.incoming += piece
            self.advance()
        return True

    def _discard(self, piece: bytes) -> None:
        self._discarded += len(piece)
        if self._discarded > limits.LINGER_BYTES:
            self.close()

    def advance(self) -> None:
        """Answer the next request, if all of it is there and the one before is answered."""
        if not self.is_waiting:
            return
        try:
            head = None if self.is_lingering else self._reader.take()
        except Refusal as refusal:
            self.refuse(refusal)
            return
        if self._reader.awaits is not self._awaits:
            self._awaits = self._reader.awaits
            self._loop.await_rest(self, self._awaits)
        if head is not None:
            self.is_busy = True
            self._loop.answer(self, head)
        elif self.has_ended:
            self._end()
        elif self._reader.wants_leave:
            self._reader.wants_leave = False
            self.send(CONTINUE)

    def _end(self) -> None:
        """Close the connection, on which nothing more comes; say so if a request was not complete."""
        if self._awaits is Awaited.NOTHING:
            self.close()
        else:
            self.refuse(self._reader.broken_off())

    def drain(self) -> None:
        """Answer a request that was sent completely, read or unread; close the connection if there is none."""
        try:
            self.advance()
            for _ in range(MOST_READS):
                if not (self.is_waiting and self._read()):
                    break
        except OSError:
            self.close()
        if self.is_waiting:
            self.close()

    # What goes out -----------------------------------------------------------------------------------------------

    def refuse(self, refusal: Refusal) -> None:
        """Answer that this is no request; the connection ends."""
        self._reader.drop()
        self._awaits = Awaited.NOTHING
        self._loop.await_rest(self, self._awaits)  # or it would be overdue some day, and refused again
        self._loop.refuse(self, refusal)

    def give_up(self, seconds: float) -> None:
        """Answer that the rest of the request did not come within so many seconds."""
        self.refuse(self._reader.overdue(seconds))

    def complete(self, reply: Reply) -> None:
        """Send an answer, at once unless it is to be held back; no thread waits for that."""
        if reply.held and not self._loop.is_stopping:
            self._loop.hold(self, reply)
        else:
            self.deliver(reply)

    def deliver(self, reply: Reply) -> None:
        """Send an answer now."""
        self.is_busy = False
        if self.is_closed:
            return
        self._loop.touch(self)  # while it was busy, no time counted as idle
        if reply.cut is not None:
            self._cut(reply.cut)
            return
        self._ends, self._lingers = reply.ends, reply.lingers
        self.send(reply.data)

    def send(self, data: bytes | memoryview) -> None:
        """Send all of it, some of it later if need be."""
        try:
            sent = self.transmit(data)
        except NOT_NOW:
            sent = 0
        except OSError:
            self.close()
            return
        if sent < len(data):
            self._outgoing = memoryview(data)[sent:]
            self._watch(EVENT_WRITE)
        else:
            self._outgoing = None
            self._go_on()

    def _flush(self) -> None:
        if self._outgoing is not None:
            self._loop.touch(self)
            self.send(self._outgoing)
        elif not self.is_busy:  # a handshake goes on
            self._watch(EVENT_READ)
            self._read()

    def _go_on(self) -> None:
        """Do what comes after an answer, or after the leave to send a body."""
        if self._ends:
            self._finish()
            return
        self._loop.touch(self)
        if self._loop.is_stopping:
            self.drain()
        elif self._reader.incoming or self.has_ended:
            self._loop.ready.append(self)
        if not self.has_ended:
            self._watch(EVENT_READ)

    def _finish(self) -> None:
        """Close the connection, or first read what still comes: closing before would take the answer back."""
        if not self._lingers or self.has_ended or self._loop.is_stopping:
            self.close()
            return
        self.is_lingering = True
        self._loop.lingering[self] = self._loop.now
        self.say_goodbye()
        self._watch(EVENT_READ)

    def say_goodbye(self) -> None:
        """Tell the client that nothing more is sent."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def _cut(self, how: str) -> None:
        if how == orders.RESET:
            self.is_reset = True
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close()

    def close(self) -> None:
        """End the connection now."""
        if self.is_closed:
            return
        self._reader.drop()
        self._watch(0)
        self.is_closed, self._outgoing = True, None
        self._loop.forget(self)
        with suppress(OSError):
            self.socket.close()

    def _watch(self, events: int) -> None:
        if events != self._events and not self.is_closed:
            self._loop.watch(self, self._events, events)
            self._events = events

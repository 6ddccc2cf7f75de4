"""The loop: one thread waits for all sockets, and answers by itself what is quick."""

import errno
import logging
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from emulator.server import limits
from emulator.server.connection import NOT_NOW, Connection
from emulator.server.deadlines import Deadlines, overdue
from emulator.server.dispatcher import Dispatcher
from emulator.server.refusals import Refusal, RefusalReport
from emulator.server.request_head import Head
from emulator.server.request_reader import Awaited
from emulator.server.server_hooks import ServerHooks
from emulator.server.wsgi_call import Reply

log = logging.getLogger("emulator.server")
TICK = 1.0  # seconds between two looks at the deadlines
ACCEPTED_AT_ONCE = 64
NO_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
Accept = Callable[["EventLoop", socket.socket, Any, float], Connection]


class EventLoop(Deadlines):
    """What happens in the thread of the sockets; only `soon` and `stop_soon` may be called from another."""

    def __init__(self, listening: socket.socket, accept: Accept, dispatcher: Dispatcher, hooks: ServerHooks) -> None:
        super().__init__()
        self._listening, self._accept, self._dispatcher = listening, accept, dispatcher
        self._hooks, self._clock = hooks, hooks.clock
        self._selector = DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._is_woken = False
        self._calls: deque[Callable[[], None]] = deque()  # from other threads
        # What was answered in this turn. To send each answer at once would wake its receiver, and commit, each time.
        self._answered: list[tuple[Connection, Head, Reply]] = []
        self.ready: deque[Connection] = deque()  # that have more to answer, each in its turn
        self.now = self._clock.stopwatch()
        self._next_look = self.now + TICK
        self._listens, self.is_stopping, self._ends_at = False, False, 0.0

    def prepare(self) -> None:
        """Watch the listening socket."""
        for watched, act in ((self._woken, self._take_calls), (self._listening, self._accept_all)):
            watched.setblocking(False)
            self._selector.register(watched, EVENT_READ, act)
        self._waker.setblocking(False)
        self._listens = True

    def run(self) -> None:
        """Wait and act until `stop_soon` was called and all is answered."""
        while not self.is_stopping or (self.connections and self.now < self._ends_at):
            try:
                self._turn()
            except Exception:  # whoever caused it is left where it is, all others are served
                log.exception("a bug of the emulator, please report it")
        for connection in list(self.connections):
            connection.close()

    def _turn(self) -> None:
        found = self._selector.select(0 if self.ready else TICK)
        self.now = begun = self._clock.stopwatch()
        try:
            for key, events in found:
                key.data(events)
            for _ in range(len(self.ready)):
                self.ready.popleft().advance()
        finally:
            self._send_answers()
        if begun >= self._next_look:
            self._look_at_deadlines()
        ended = self._clock.stopwatch()
        self._hooks.health.note_turn(ended, ended - begun)

    def close(self) -> None:
        """Let go of all sockets."""
        self._stop_listening()
        self._selector.close()
        self._waker.close()
        self._woken.close()

    # From other threads ------------------------------------------------------------------------------------------

    def soon(self, act: Callable[[], None]) -> None:
        """Have it done by the loop in its next turn."""
        self._calls.append(act)
        if not self._is_woken:
            self._is_woken = True
            with suppress(OSError):  # full, so that it wakes anyway; or closed
                self._waker.send(b"\0")

    def stop_soon(self) -> None:
        """Have the loop take no new connection and end when all requests are answered."""
        self.soon(self._begin_to_stop)

    def _take_calls(self, _: int) -> None:
        with suppress(*NOT_NOW):
            self._woken.recv(4096)
        self._is_woken = False  # before the look: what is added from now on wakes again
        while self._calls:
            _do_safely(self._calls.popleft())

    def _begin_to_stop(self) -> None:
        self._ends_at = self._clock.stopwatch() + limits.DRAIN_SECONDS
        before = -1
        while before != len(self.connections):  # those that wait to be accepted
            before = len(self.connections)
            self._accept_all(0)
        self._stop_listening()
        self.is_stopping = self._dispatcher.is_stopping = True
        self._release(inf)
        for connection in list(self.connections):
            _do_safely(connection.drain)

    def _stop_listening(self) -> None:
        if self._listens:
            self._selector.unregister(self._listening)
            self._listens = False
        self._listening.close()

    # For connections ---------------------------------------------------------------------------------------------

    def _accept_all(self, _: int) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted, peer = self._listening.accept()
            except NOT_NOW:
                return
            except OSError as error:  # the client is gone already, or the process may open no more files
                self._make_room(error)
                return
            self._take(accepted, peer)

    def _take(self, accepted: socket.socket, peer: Any) -> None:
        if len(self.connections) >= limits.CONNECTIONS and not self._close_longest_idle():
            accepted.close()
            return
        try:
            connection = self._accept(self, accepted, peer, self.now)
        except (OSError, ValueError) as error:
            log.debug("a connection could not be taken: %s", error)
            accepted.close()
            return
        self.connections[connection] = None
        self._selector.register(connection.socket, EVENT_READ, connection.on_event)

    def _make_room(self, error: OSError) -> None:
        if self._listens and error.errno in NO_FILES and not self._close_longest_idle():
            self._selector.unregister(self._listening)  # else it would be ready for ever
            self._listens = False
            log.warning("a connection could not be taken: %s", error)

    def _close_longest_idle(self) -> bool:
        connection = self.longest_idle()
        if connection is not None:
            connection.close()
        return connection is not None

    def _look_at_deadlines(self) -> None:
        self._next_look = self.now + TICK
        for connection in overdue(self.heads, limits.HEAD_SECONDS, self.now):
            connection.give_up(limits.HEAD_SECONDS)
        for connection in overdue(self.bodies, limits.BODY_SECONDS, self.now):
            connection.give_up(limits.BODY_SECONDS)
        for connection in overdue(self.lingering, limits.LINGER_SECONDS, self.now):
            connection.close()
        for connection in self.idle_too_long(self.now):
            connection.close()
        self._release(self.now)
        if not self._listens and not self.is_stopping:
            self._selector.register(self._listening, EVENT_READ, self._accept_all)
            self._listens = True

    def watch(self, connection: Connection, before: int, events: int) -> None:
        """Watch the socket for these events in place of those before."""
        if not before:
            self._selector.register(connection.socket, events, connection.on_event)
        elif events:
            self._selector.modify(connection.socket, events, connection.on_event)
        else:
            self._selector.unregister(connection.socket)

    def await_rest(self, connection: Connection, awaited: Awaited) -> None:
        """Let the time begin within which the rest of a request has to come, or end."""
        self.heads.pop(connection, None)
        self.bodies.pop(connection, None)
        if awaited is not Awaited.NOTHING:
            waiting = self.heads if awaited is Awaited.HEAD else self.bodies
            waiting[connection] = self.now

    def hold(self, connection: Connection, reply: Reply) -> None:
        """Have the answer sent later."""
        self.held[connection] = self.now + reply.held, reply

    def _release(self, until: float) -> None:
        for connection, (moment, reply) in list(self.held.items()):
            if moment <= until:
                del self.held[connection]
                connection.deliver(reply)

    def touch(self, connection: Connection) -> None:
        """Let the time that the connection is idle begin anew."""
        connection.since = self.now
        self.connections.move_to_end(connection)

    def answer(self, connection: Connection, head: Head) -> None:
        """Have the request answered: by the end of this turn, or later by a thread."""
        reply = self._dispatcher.answer(head, partial(self._complete_soon, connection))
        if reply is not None:
            self._answered.append((connection, head, reply))
            if len(self._answered) >= limits.ANSWERS_AT_ONCE:
                self._send_answers()

    def _send_answers(self) -> None:
        """Send what was answered on the loop; what could not be kept is answered anew."""
        answered, self._answered = self._answered, []
        is_certain = self._dispatcher.confirm()
        for connection, head, reply in answered:
            if not is_certain:
                self._dispatcher.answer_in_thread(head, partial(self._complete_soon, connection))
                continue
            try:
                connection.complete(reply)
            except Exception as error:  # whoever caused it is left, all others are answered
                connection.end_after(error)

    def _complete_soon(self, connection: Connection, reply: Reply) -> None:
        self.soon(partial(connection.complete, reply))

    def refuse(self, connection: Connection, refusal: Refusal) -> None:
        """Answer a refusal, and note it."""
        self._hooks.note(RefusalReport(refusal.environ, refusal.status, refusal.detail, refusal.body))
        connection.complete(self._dispatcher.caller.refuse(refusal))


def _do_safely(act: Callable[[], object]) -> None:
    """Do it; a bug in it is logged, and what comes after it is done all the same."""
    try:
        act()
    except Exception:
        log.exception("a bug of the emulator, please report it")

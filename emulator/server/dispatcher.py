"""Decide where a request is answered: on the loop if it is quick, else in a thread."""

import logging
from collections.abc import Callable
from functools import partial
from wsgiref.types import WSGIApplication, WSGIEnvironment

from emulator.server import limits, orders
from emulator.server.loop_health import HoldTimer
from emulator.server.request_head import Head
from emulator.server.server_hooks import ServerHooks
from emulator.server.thread_pool import ThreadPool
from emulator.server.wsgi_call import Caller, Reply

log = logging.getLogger("emulator.server")
Done = Callable[[Reply], None]


class Dispatcher:
    """Calls the application; all methods but `_in_thread` run on the loop."""

    def __init__(self, application: WSGIApplication, hooks: ServerHooks) -> None:
        self.caller, self._hooks = Caller(application, hooks.clock), hooks
        self._timer = HoldTimer(hooks.clock, hooks.health)
        self._warm: set[str] = set()  # the routes that answered well once, and so have imported what they need
        self.pool = ThreadPool(limits.THREADS)
        self.is_stopping = False  # each connection ends with its answer

    def answer(self, head: Head, done: Done) -> Reply | None:
        """Return the answer, which may be sent after `confirm`; or None, and call `done` with it later in a thread."""
        route = self._route_of(head)
        reply = self._on_loop(head, route) if route and route in self._warm else None
        if reply is None:
            self.answer_in_thread(head, done, route)
        return reply

    def answer_in_thread(self, head: Head, done: Done, route: str | None = None) -> None:
        """Call `done` with the answer in a thread; `route` is that of a quick request."""
        self.pool.submit(partial(self._in_thread, head, route, done))

    def confirm(self) -> bool:
        """Make certain what was answered on the loop; return False if it has to be answered anew."""
        try:
            return self._hooks.confirm()
        except Exception:
            log.exception("a bug of the emulator, please report it")
            return False

    def _route_of(self, head: Head) -> str | None:
        environ = head.environ
        if int(environ.get("CONTENT_LENGTH") or 0) > limits.QUICK_BYTES and not head.has_more:
            return None
        return self._hooks.quick_route(environ["REQUEST_METHOD"], environ["PATH_INFO"])

    def _on_loop(self, head: Head, route: str) -> Reply | None:
        """Return the answer, None if the application would rather be called in a thread."""
        environ: WSGIEnvironment = {**head.environ, orders.ON_LOOP: True}
        begun = self._timer.begin()
        try:
            return self.caller.call(head, environ, self.is_stopping)
        except orders.TakesLong:
            return None
        finally:
            self._timer.end(route, begun)

    def _in_thread(self, head: Head, route: str | None, done: Done) -> None:
        body = head.environ["wsgi.input"]
        body.seek(0)
        reply = self.caller.call(head, head.environ, self.is_stopping)
        body.close()
        if route is not None and reply.is_good:
            self._warm.add(route)
        done(reply)

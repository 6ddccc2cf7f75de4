"""The emulator as a Flask application, for any WSGI server, test client or mount."""

import weakref
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from emulator.app import Built, build_emulator
from emulator.delivery.scheduler import Scheduler
from emulator.setting_sources import settings_from
from emulator.settings import BadSetting
from emulator.store.opening import AnyStore
from emulator.web.problem_json import problem_response
from emulator.web.request_state import RequestState, current_state

if TYPE_CHECKING:
    from emulator.demo.receiver import Receiver

EXTENSION = "case_emulator"
# Settings of our own server; an embedded emulator has none, because another server owns the socket.
OF_THE_SERVER = ("port_file", "tls", "tls_ca_file")


def create_app(settings: Mapping[str, object] | None = None, /, **more: object) -> Flask:
    """Return the emulator as a Flask application; raise BadSetting or StoreUnusable.

    The settings are those of the command line, as keywords or as a mapping: `create_app(delay=0.5)`,
    `create_app({"database": "sqlite:///cases.sqlite"})`. The environment and case-emulator.toml are not read.
    Webhooks and clocks run from the first request on, until the process ends or
    `app.extensions["case_emulator"].close()` is called.
    """
    given = {**(settings or {}), **more}
    if refused := [name for name in given if name.replace("-", "_") in OF_THE_SERVER]:
        raise BadSetting(f"{', '.join(refused)}: whoever serves the application has the socket; see docs/embedding.md")
    embedded = Embedded()
    built = build_emulator(settings_from(given), on_request=embedded.begin)
    built.app.finish()  # whoever embeds it may look at all routes, and add some
    embedded.hold(built)
    built.app.extensions[EXTENSION] = embedded
    return built.app


class Embedded:
    """The background work of one application."""

    _built: Built

    def __init__(self) -> None:
        self._lock = Lock()
        self._has_begun = False

    def hold(self, built: Built) -> None:
        """Take the application whose background work this is."""
        self._built = built
        # No method of this object: the finalizer would then keep the application alive as long as the process.
        self._end = weakref.finalize(built.app, _close, built.begin_stop, built.scheduler, built.receiver, built.store)

    def begin(self) -> Response | None:
        """Start the background work at the first request from outside, which also tells the application's address.

        Return the refusal of a request to an application that was closed.
        """
        if current_state().is_internal:
            return None
        if not self._end.alive:
            return problem_response(503, "this emulator was closed: create_app() makes another one")
        if self._has_begun:
            return None
        with self._lock:
            if not self._has_begun:
                self._built.links.learn(_address(current_state()))
                self._built.targets.own.add(_own_socket())
                self._built.scheduler.start()
                self._has_begun = True
        return None

    def close(self) -> None:
        """End the background work and close the database; a second call does nothing."""
        self._end()


def _close(begin_stop: Callable[[], None], scheduler: Scheduler, receiver: "Receiver | None", store: AnyStore) -> None:
    begin_stop()
    scheduler.stop()
    scheduler.release()
    if receiver:
        receiver.close()
    store.close()


def _address(state: RequestState) -> str:
    """Return the application's address as this request names it, without the path that selects a sandbox."""
    return request.host_url.rstrip("/") + state.mount


def _own_socket() -> tuple[str, int]:
    """Return host and port of the server, so that no webhook is sent to it."""
    port = request.environ.get("SERVER_PORT") or "80"
    return str(request.environ.get("SERVER_NAME", "localhost")).lower(), int(port)

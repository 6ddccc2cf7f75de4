"""The emulator as a Flask application, for any WSGI server, test client or mount."""

import os
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from emulator import logs
from emulator.app import Built, build_emulator
from emulator.delivery.scheduler import Scheduler
from emulator.setting_sources import read_settings, settings_from
from emulator.settings import CONFIG_VARIABLE, PREFIX, TLS_CA_FILE_VARIABLE, BadSetting, Settings
from emulator.start_checks import refuse_open_control
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
    return _embed(settings_from(given))


def create_app_from(environ: Mapping[str, str]) -> Flask:
    """Return the emulator with the settings of these variables, logging to stderr; raise BadSetting or StoreUnusable.

    Of files only one is read that CASE_EMULATOR_CONFIG names. --tls-ca-file is for clients to trust, and left out.
    """
    of_server = [name for name in (PREFIX + name.upper() for name in OF_THE_SERVER) if environ.get(name)]
    if refused := [name for name in of_server if name != TLS_CA_FILE_VARIABLE]:
        raise BadSetting(f"{', '.join(refused)}: whoever serves the application has the socket; see docs/deploy.md")
    ours = {name: value for name, value in environ.items() if name != TLS_CA_FILE_VARIABLE}
    settings = read_settings({}, ours, Path(), Path(environ.get(CONFIG_VARIABLE) or os.devnull))
    refuse_open_control(settings)
    logs.configure(settings.log_format)
    return _embed(settings)


def _embed(settings: Settings) -> Flask:
    embedded = Embedded(has_background=not settings.no_background)
    built = build_emulator(settings, on_request=embedded.begin)
    built.app.finish()  # whoever embeds it may look at all routes, and add some
    embedded.hold(built)
    built.app.extensions[EXTENSION] = embedded
    return built.app


class Embedded:
    """The background work of one application, and what keeps a server from serving it."""

    _built: Built

    def __init__(self, *, has_background: bool = True) -> None:
        self._lock = Lock()
        self._has_begun = False
        self._has_background = has_background
        self._process = os.getpid()

    def hold(self, built: Built) -> None:
        """Take the application whose background work this is."""
        self._built = built
        # No method of this object: the finalizer would then keep the application alive as long as the process.
        parts = built.begin_stop, built.scheduler, built.receiver, built.store
        self._end = weakref.finalize(built.app, _close, self._process, *parts)

    def begin(self) -> Response | None:
        """Start the background work at the first request from outside, which also tells the application's address.

        Return the refusal of a request to an application that cannot be served.
        """
        if current_state().is_internal:
            return None
        if reason := self._obstacle():
            return problem_response(503, reason)
        if self._has_begun:
            return None
        with self._lock:
            if not self._has_begun:
                self._built.links.learn(_address(current_state()))
                self._built.targets.own.add(_own_socket())
                self._built.scheduler.start(has_work=self._has_background)
                self._has_begun = True
        return None

    def _obstacle(self) -> str | None:
        """Return why the application cannot be served, None if it can."""
        if not self._end.alive:
            return "this emulator was closed: create_app() makes another one"
        if os.getpid() != self._process:
            return "this process was forked after the emulator was made: let each worker import it (no --preload)"
        if not self._has_begun and request.environ.get("wsgi.multiprocess") and not self._built.store.is_shared:
            return (
                "several processes serve this emulator, and each would have cases of its own: "
                "give the server one worker with threads (docs/deploy.md)"
            )
        return None

    def close(self) -> None:
        """End the background work and close the database; a second call does nothing."""
        self._end()


def _close(
    process: int,
    begin_stop: Callable[[], None],
    scheduler: Scheduler,
    receiver: "Receiver | None",
    store: AnyStore,
) -> None:
    if os.getpid() != process:  # a fork, whose parent has the database open
        return
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

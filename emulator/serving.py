"""Tell our own server which requests are quick, and how many answers are made certain at once."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from emulator.server.server_hooks import ServerHooks
from emulator.store.opening import AnyStore
from emulator.web.provider import Provider
from emulator.web.quick_requests import LIVE, QuickRequests
from emulator.web.recording import Recorder
from emulator.web.refused_requests import RefusedRequests
from emulator.wiring import Core


def server_hooks(
    core: Core,
    providers: Iterable[Provider],
    provider_of: Callable[[str], Provider | None],
    recorder: Recorder,
    app_context: Callable[[], AbstractContextManager[object]],
) -> ServerHooks:
    """Return what our own server is to know: which operations are quick, and what is done for many answers at once."""
    refused = RefusedRequests(
        clock=core.clock, journal=core.journal, request_metrics=recorder.metrics, provider_of=provider_of
    )
    # Whoever asks another machine for its answer may wait, and nothing may wait on the loop.
    others = [] if core.store.is_shared else [operation for provider in providers for operation in provider.operations]
    quick = QuickRequests([LIVE, *others])
    return ServerHooks(
        quick_route=quick.route_of,
        note=refused.note,
        around_loop=partial(_around_loop, core.store, app_context),
        confirm=partial(_confirm, core.store, recorder),
        clock=core.clock,
        health=core.loop_health,
    )


@contextmanager
def _around_loop(store: AnyStore, app_context: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
    """Let the thread of the loop gather its changes, and make one context of Flask's application for all requests."""
    with store.gathering(), app_context():
        yield


def _confirm(store: AnyStore, recorder: Recorder) -> bool:
    """Store and record what was answered on the loop; return False if it was undone, and is to be answered anew."""
    is_stored = store.commit_gathered()
    if is_stored:
        recorder.write_waiting()
    else:
        recorder.drop_waiting()
    return is_stored

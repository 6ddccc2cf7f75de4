"""Where the parts are wired, and nowhere else."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response

from emulator.control import routes as control
from emulator.control.room import ControlRoom
from emulator.core.advance import TimeMachine
from emulator.core.bell import Bell
from emulator.core.cases import Cases
from emulator.core.clock import Clock
from emulator.core.completion import Completion
from emulator.core.deliveries import Letter, Silence
from emulator.core.model import Case, Preferences
from emulator.core.outbox import Outbox, UnderWay
from emulator.core.ports import Ending
from emulator.core.retry import parse_retry
from emulator.core.sandboxes import Sandboxes
from emulator.core.tracking import Tracking
from emulator.delivery.late import LateSender
from emulator.delivery.targets import Targets, is_loopback
from emulator.delivery.worker import Alarm, Worker
from emulator.providers import aplyid, sphinxhq
from emulator.settings import BadSetting, Settings, suggest
from emulator.store.sqlite import SqliteStore
from emulator.version import VERSION
from emulator.web import hooks
from emulator.web.links import Links
from emulator.web.provider import Desk, Provider
from emulator.web.sandbox_path import select_by_path

PROVIDERS: tuple[Provider, ...] = (aplyid.PROVIDER, sphinxhq.PROVIDER)


@dataclass(frozen=True)
class Built:
    """The parts of one emulator, wired but not started."""

    app: Flask
    store: SqliteStore
    worker: Worker
    cases: Cases
    targets: Targets


def create_app(settings: Settings, address: str | None = None) -> Built:
    """An emulator with those settings; `address` is where it listens. Raises BadSetting or StoreUnusable."""
    switches = _read_switches(settings.switch)
    public_url = _public_url(settings, address)
    preferences = _preferences(settings)
    targets = _targets(settings, address, public_url)
    store, clock, alarm = SqliteStore(settings.database_file), Clock(), Alarm()
    bell, under_way = Bell(), UnderWay()
    endings: dict[str, Ending] = {}
    sandboxes = Sandboxes(store=store, clock=clock, defaults=preferences, endings=endings, under_way=under_way)
    cases = Cases(store=store, clock=clock, sandboxes=sandboxes, wake=alarm.wake)
    desks = {p.name: _desk(p, settings, cases, Links(public_url), switches[p.name], targets) for p in PROVIDERS}
    endings.update((p.name, _ending(p, desks[p.name])) for p in PROVIDERS)
    completion = Completion(store=store, clock=clock, sandboxes=sandboxes, wake=alarm.wake, bell=bell)
    outbox = Outbox(
        store=store,
        clock=clock,
        retry_of=lambda read, sandbox: sandboxes.preferences(read, sandbox).retry,
        now_of=sandboxes.now,
        wall_time_of=sandboxes.wall_time_of,
        sender=LateSender(targets, clock, f"case-emulator/{VERSION}"),
        owner=f"{os.getpid()}-{clock.stopwatch()}",
        wake=alarm.wake,
        bell=bell,
        under_way=under_way,
    )
    tracking = Tracking(store=store, clock=clock, bell=bell, wake=alarm.wake, now_of=sandboxes.now)
    machine = TimeMachine(
        store=store,
        clock=clock,
        sandboxes=sandboxes,
        completion=completion,
        outbox=outbox,
        wake=alarm.wake,
    )
    room = ControlRoom(
        cases=cases,
        sandboxes=sandboxes,
        tracking=tracking,
        completion=completion,
        machine=machine,
        endings={p.name: p.completion_in() for p in PROVIDERS},
        descriptions={p.name: p.describe for p in PROVIDERS},
        address=public_url,
    )
    worker = Worker(store=store, clock=clock, completion=completion, outbox=outbox, alarm=alarm)
    return Built(_flask_app(settings, clock, room, desks, public_url), store, worker, cases, targets)


def describe(name: str, settings: Settings) -> dict[str, Any]:
    """The OpenAPI document of that provider, or of `control`, without serving it; raises BadSetting."""
    known = {p.name: p for p in PROVIDERS}
    if name in known:
        return known[name].describe(_public_url(settings))
    if name != "control":
        raise BadSetting(f"{name} is no API{suggest(name, [*known, 'control'])}")
    from emulator.control import openapi  # only who asks for the document needs it

    built = create_app(replace(settings, ephemeral=True))  # somebody else may own the database
    try:
        endings = {p.name: p.completion_in() for p in PROVIDERS}
        return openapi.describe(built.app, endings, _public_url(settings))
    finally:
        built.store.close()


class Application(Flask):
    """Flask without the question, eight times a request, whether a function of ours might be a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is async."""
        return func


def _flask_app(settings: Settings, clock: Clock, room: ControlRoom, desks: dict[str, Desk], public_url: str) -> Flask:
    app = Application("emulator", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.wsgi_app = select_by_path(app.wsgi_app)  # type: ignore[method-assign, assignment]
    hosts = {host.lower() for host in settings.allow_host} | {(urlsplit(public_url).hostname or "").lower()}
    hooks.install(app, clock, [(p, desks[p.name]) for p in PROVIDERS], hosts)
    for provider in PROVIDERS:
        app.register_blueprint(provider.blueprint(desks[provider.name]))
    app.register_blueprint(control.blueprint(room))
    app.add_url_rule(
        "/", "welcome", lambda: Response(what_to_send(public_url), content_type="text/plain; charset=utf-8")
    )
    return app


def _desk(
    provider: Provider, settings: Settings, cases: Cases, links: Links, switches: dict[str, str], targets: Targets
) -> Desk:
    further = frozenset(getattr(settings, provider.setting))
    return Desk(
        cases=cases,
        links=links,
        switches=switches,
        further_credentials=further,
        object_to=lru_cache(maxsize=1024)(targets.objection),
    )


def _ending(provider: Provider, desk: Desk) -> Ending:
    def letter(case: Case, preferences: Preferences, event_id: str) -> Letter | Silence:
        return provider.render_webhook(case, preferences, event_id, desk)

    return Ending(newborn=provider.newborn, conclude=provider.conclude, letter=letter)


def _read_switches(chosen: Iterable[str]) -> dict[str, dict[str, str]]:
    """The value of every switch of every provider; raises BadSetting."""
    known = {f"{p.name}.{s.name}": s for p in PROVIDERS for s in p.switches}
    values = {name: switch.choices[0] for name, switch in known.items()}
    for item in chosen:
        name, _, value = item.partition("=")
        if name not in known:
            raise BadSetting(f"{name} is no switch{suggest(name, known)}")
        if value not in known[name].choices:
            raise BadSetting(f"{name} is {value!r}: one of {', '.join(known[name].choices)} is needed")
        values[name] = value
    return {p.name: {s.name: values[f"{p.name}.{s.name}"] for s in p.switches} for p in PROVIDERS}


def _targets(settings: Settings, address: str | None, public_url: str) -> Targets:
    own = {_host_and_port(url) for url in (address, public_url) if url}
    if address:
        own.add((settings.host, _host_and_port(address)[1]))
    allowed = frozenset(host.lower() for host in settings.allow_target)
    return Targets(allowed, own, public=address is not None and not is_loopback(settings.host))


def _preferences(settings: Settings) -> Preferences:
    return Preferences(
        delay=settings.delay,
        webhook_url=settings.webhook_url,
        retry=parse_retry(settings.retry),
        seed=settings.seed,
    )


def _public_url(settings: Settings, address: str | None = None) -> str:
    return settings.public_url or address or f"http://{settings.host}:{settings.port}"


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def what_to_send(address: str) -> str:
    """A first request for each provider, to paste into a terminal."""
    lines = [f"{p.title}:\n  {p.curl(address)}\n" for p in PROVIDERS]
    inbox = f"Webhooks without a receiver:\n  curl {address}/_emulator/sandboxes/default/inbox\n"
    return "\n".join([*lines, inbox])

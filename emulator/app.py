"""Where the parts are wired, and nowhere else: the use cases in `wiring`, here what is around them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response

from emulator.control import routes as control
from emulator.control.room import ControlRoom
from emulator.core.cases import Cases
from emulator.core.deliveries import Letter, Silence
from emulator.core.journal import Journal
from emulator.core.model import DEFAULT_SANDBOX, Case
from emulator.core.ports import Ending
from emulator.core.preferences import Preferences
from emulator.core.retry import parse_retry
from emulator.core.rules import Rule
from emulator.delivery.targets import Targets, is_loopback
from emulator.delivery.worker import Worker
from emulator.providers import aplyid, sphinxhq
from emulator.settings import BadSetting, Settings, suggest
from emulator.store.sqlite import SqliteStore
from emulator.ui import flow
from emulator.ui import routes as ui
from emulator.ui.asking import Asker
from emulator.web import hooks
from emulator.web.admission import Admission
from emulator.web.links import Links
from emulator.web.meter import Meter
from emulator.web.provider import Desk, Provider
from emulator.web.receiver import Receiver
from emulator.web.sandbox_path import select_by_path
from emulator.wiring import Core, wire

PROVIDERS: tuple[Provider, ...] = (aplyid.PROVIDER, sphinxhq.PROVIDER)


@dataclass(frozen=True)
class Built:
    """The parts of one emulator, wired but not started."""

    app: Flask
    store: SqliteStore
    worker: Worker
    cases: Cases
    targets: Targets
    desks: Mapping[str, Desk]
    journal: Journal
    receiver: Receiver | None  # of the demo


def create_app(settings: Settings, address: str | None = None) -> Built:
    """An emulator with those settings; `address` is where it listens. Raises BadSetting or StoreUnusable."""
    switches = read_switches(settings.switch)
    public_url = _public_url(settings, address)
    targets = targets_of(settings, address, public_url)
    core = wire(_preferences(settings), SqliteStore(settings.database_file), targets)
    desks = {p.name: _desk(p, settings, core, Links(public_url), switches[p.name], targets) for p in PROVIDERS}
    core.endings.update((p.name, _ending(p, desks[p.name])) for p in PROVIDERS)
    core.sandboxes.watch_all()
    app = _flask_app(settings, core, desks, public_url)
    receiver = _demo(app, settings) if settings.demo else None
    return Built(app, core.store, core.worker, core.cases, targets, desks, core.journal, receiver)


def _demo(app: Flask, settings: Settings) -> Receiver:
    """The default sandbox filled, and a receiver for the stage."""
    from emulator.ui import demo_filling

    demo_filling.fill(Asker(app, settings.control_token), DEFAULT_SANDBOX)
    app.extensions["demo"] = Receiver()
    receiver: Receiver = app.extensions["demo"]
    return receiver


def _preferences(settings: Settings) -> Preferences:
    return Preferences(
        delay=settings.delay,
        webhook_url=settings.webhook_url,
        retry=parse_retry(settings.retry),
        seed=settings.seed,
        common_rules=_common_rules(settings),
    )


def _common_rules(settings: Settings) -> tuple[Rule, ...]:
    if not settings.scenario and not settings.rule:
        return ()
    from emulator.control.scenarios import common_rules

    return common_rules(settings.scenario, settings.rule, {p.name: p.completion_in() for p in PROVIDERS})


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


def _flask_app(settings: Settings, core: Core, desks: dict[str, Desk], public_url: str) -> Flask:
    meter = Meter()
    app = Application("emulator", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.wsgi_app = select_by_path(app.wsgi_app)  # type: ignore[method-assign, assignment]
    hosts = {host.lower() for host in settings.allow_host} | {(urlsplit(public_url).hostname or "").lower()}
    owned = [(p, desks[p.name]) for p in PROVIDERS]
    hooks.install(app, core.clock, owned, hosts, core.journal, meter)
    for provider in PROVIDERS:
        app.register_blueprint(provider.blueprint(desks[provider.name]))
    app.register_blueprint(control.blueprint(_room(core, meter, public_url), settings.control_token))
    asker = Asker(app, settings.control_token)
    app.register_blueprint(ui.blueprint(asker))
    app.register_blueprint(flow.blueprint(asker, {p.name: p.flow for p in PROVIDERS if p.flow}))
    app.add_url_rule(
        "/", "welcome", lambda: Response(what_to_send(public_url), content_type="text/plain; charset=utf-8")
    )
    return app


def _room(core: Core, meter: Meter, public_url: str) -> ControlRoom:
    return ControlRoom(
        cases=core.cases,
        sandboxes=core.sandboxes,
        tracking=core.tracking,
        completion=core.completion,
        planning=core.planning,
        machine=core.machine,
        snapshots=core.snapshots,
        seats=core.seats,
        journal=core.journal,
        meter=meter,
        routes={p.name: p.routes for p in PROVIDERS},
        endings={p.name: p.completion_in() for p in PROVIDERS},
        descriptions={p.name: p.describe for p in PROVIDERS},
        samples={p.name: p.draw_sample for p in PROVIDERS},
        flows={p.name: p.flow for p in PROVIDERS if p.flow},
        address=public_url,
    )


def _desk(
    provider: Provider, settings: Settings, core: Core, links: Links, switches: dict[str, str], targets: Targets
) -> Desk:
    further = frozenset(getattr(settings, provider.setting))
    return Desk(
        provider=provider.name,
        cases=core.cases,
        admission=Admission(sandboxes=core.sandboxes, planning=core.planning, seats=core.seats),
        links=links,
        switches=switches,
        further_credentials=further,
        object_to=lru_cache(maxsize=1024)(targets.objection),
    )


def _ending(provider: Provider, desk: Desk) -> Ending:
    def letter(case: Case, preferences: Preferences, event_id: str) -> Letter | Silence:
        return provider.render_webhook(case, preferences, event_id, desk)

    return Ending(newborn=provider.newborn, conclude=provider.conclude, letter=letter)


def read_switches(chosen: Iterable[str]) -> dict[str, dict[str, str]]:
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


def targets_of(settings: Settings, address: str | None, public_url: str) -> Targets:
    """Where webhooks may go, with those settings and listening at that address."""
    own = {_host_and_port(url) for url in (address, public_url) if url}
    if address:
        own.add((settings.host, _host_and_port(address)[1]))
    allowed = frozenset(host.lower() for host in settings.allow_target)
    return Targets(allowed, own, public=address is not None and not is_loopback(settings.host))


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

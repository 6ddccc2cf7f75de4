"""Wire the application: `wiring` makes the use cases, this module everything around them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Flask, Response

from emulator.addresses import names_of, public_url_of
from emulator.core.cases import Cases
from emulator.core.deviation import AS_USUAL, Deviation
from emulator.core.journal import Journal
from emulator.core.model import DEFAULT_SANDBOX
from emulator.core.retry import parse_retry
from emulator.core.rules import Rule
from emulator.core.sandbox_settings import SandboxSettings
from emulator.delivery.scheduler import Scheduler
from emulator.delivery.targets import Targets
from emulator.desks import desk_of, rules_of
from emulator.quick_dataclass import dataclass
from emulator.server.server_hooks import ServerHooks
from emulator.serving import server_hooks
from emulator.settings import BadSetting, Settings, suggest
from emulator.start_checks import check_credentials
from emulator.start_values import read_startup_files, read_switches
from emulator.store.failures import GOES_ON
from emulator.store.opening import AnyStore, open_store
from emulator.target_settings import targets_of
from emulator.web.application import Application
from emulator.web.control_token import ControlToken, control_token
from emulator.web.cors import Cors
from emulator.web.desk import Desk
from emulator.web.extras import UsedSwitches
from emulator.web.lies import Lies
from emulator.web.links import Links
from emulator.web.pipeline import Pipeline
from emulator.web.provider import Provider, completion_schemas_of
from emulator.web.public_address import public_address
from emulator.web.recording import Recorder
from emulator.web.request_metrics import RequestMetrics
from emulator.web.sandbox_path import select_by_path
from emulator.web.signatures import Signatures
from emulator.wiring import Core, wire

if TYPE_CHECKING:
    from emulator.demo.receiver import Receiver

# A further API is its folder in providers/, its name here, and its package in setup.cfg.
PROVIDER_NAMES = (
    "aplyid",
    "sphinxhq",
)
PROVIDERS: tuple[Provider, ...] = tuple(import_module(f"emulator.providers.{name}").PROVIDER for name in PROVIDER_NAMES)
Hook = Callable[[], Response | None]


@dataclass(frozen=True)
class Built:
    """The parts of one emulator, wired but not started."""

    app: Application
    store: AnyStore
    scheduler: Scheduler
    cases: Cases
    targets: Targets
    desks: Mapping[str, Desk]
    journal: Journal
    links: Links
    receiver: "Receiver | None"  # of the demo
    begin_stop: Callable[[], None]  # to be called before the server stops, which waits for its requests
    hooks: ServerHooks


def build_emulator(
    settings: Settings,
    address: str | None = None,
    *,
    on_request: Hook | None = None,
    deviation: Deviation = AS_USUAL,
) -> Built:
    """Return an emulator with these settings, wired but not started; raise BadSetting or StoreUnusable.

    `address` is where the emulator listens. An embedded emulator, which another server serves, learns its address
    from its first request: `on_request` is called before each. `deviation` is what it does otherwise than it should.
    """
    receiver = _demo_receiver() if settings.demo else None
    links = Links(public_url_of(settings, address), is_known=on_request is None or settings.public_url is not None)
    try:
        return _build(settings, address, links, receiver, on_request, deviation)
    except BaseException:
        if receiver:
            receiver.close()
        raise


def _demo_receiver() -> "Receiver":
    from emulator.demo.receiver import Receiver  # slow to import, and only a demo needs it

    return Receiver()


def _build(
    settings: Settings,
    address: str | None,
    links: Links,
    receiver: "Receiver | None",
    on_request: Hook | None,
    deviation: Deviation,
) -> Built:
    switches = read_switches(settings.switch, PROVIDERS)
    check_credentials(settings.credential, PROVIDER_NAMES)
    targets = targets_of(settings, address, links.address, receiver.url if receiver else None)
    rules, init_folder = read_startup_files(settings, PROVIDERS)
    store = open_store(settings.database_file, settings.database_url)
    defaults = replace(_default_sandbox_settings(settings, rules), standing=deviation.faults)
    core = wire(defaults, store, targets, deviation.strikes)
    links.signatures = Signatures(core.link_secret, [p.name for p in PROVIDERS if p.signs_links(switches[p.name])])
    noted = {name: UsedSwitches(values, name, deviation.strikes.note) for name, values in switches.items()}
    used: Mapping[str, Mapping[str, str]] = noted if deviation.strikes.kinds else switches
    desks = {p.name: desk_of(p, settings, core, links, used[p.name], targets) for p in PROVIDERS}
    core.provider_rules.update((p.name, rules_of(p, desks[p.name], deviation.id_shift)) for p in PROVIDERS)
    core.sandboxes.watch_all()
    try:
        if init_folder:
            init_folder.restore(core.sandboxes, core.snapshots, completion_schemas_of(PROVIDERS))
        app, hooks = _flask_app(settings, core, desks, links, receiver)
        if on_request:
            app.before_request(on_request)  # here, because a demo sends requests before it is served
        if settings.demo:
            _fill_with_demo(app, control_token(settings.control_token, core.clock))
    except BaseException:
        core.store.close()
        raise
    return Built(
        app,
        core.store,
        core.scheduler,
        core.cases,
        targets,
        desks,
        core.journal,
        links,
        receiver,
        core.begin_stop,
        hooks,
    )


def _fill_with_demo(app: Flask, token: ControlToken | None) -> None:
    """Fill the default sandbox with the cases of --demo; raise BadSetting when they cannot be stored."""
    from emulator.demo import seed
    from emulator.ui.api_client import ApiClient

    try:
        seed.fill(ApiClient(app, token), DEFAULT_SANDBOX)
    except seed.NotStored as error:
        reason = str(error).removesuffix(GOES_ON)
        raise BadSetting(f"the cases of --demo, or some of them, cannot be stored: {reason}") from error


def _default_sandbox_settings(settings: Settings, rules: tuple[Rule, ...]) -> SandboxSettings:
    return SandboxSettings(
        delay=settings.delay,
        webhook_url=settings.webhook_url,
        retry=parse_retry(settings.retry),
        seed=settings.seed,
        common_rules=rules,
    )


def describe(name: str, settings: Settings) -> dict[str, object]:
    """Return the OpenAPI document of that name, `control` being the emulator's own, without serving it.

    Raise BadSetting.
    """
    from emulator.openapi import provider_document  # slow to import, and only a document needs it

    known = provider_document.documents_of(PROVIDERS)
    if name in known:
        return known[name](public_url_of(settings))
    if name != "control":
        raise BadSetting(f"{name} is no API{suggest(name, [*known, 'control'])}")
    from emulator.control import openapi  # slow to import, and only a document needs it

    # Ephemeral and empty: this emulator is never served, and a running one may own the database.
    built = build_emulator(replace(settings, ephemeral=True, init_folder=None, demo=False))
    try:
        has_token = settings.control_token is not None
        return openapi.describe(built.app, PROVIDERS, public_url_of(settings), asks_for_token=has_token)
    finally:
        built.store.close()


def _flask_app(
    settings: Settings, core: Core, desks: dict[str, Desk], links: Links, receiver: "Receiver | None"
) -> tuple[Application, ServerHooks]:
    request_metrics = RequestMetrics()
    app = Application("emulator", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.wsgi_app = select_by_path(app.wsgi_app, public_address(settings.public_url, PROVIDERS))  # type: ignore[method-assign, assignment]
    recorder = Recorder(core.journal, request_metrics)
    pipeline = Pipeline(
        clock=core.clock,
        owned=[(p, desks[p.name]) for p in PROVIDERS],
        hosts=names_of(settings),
        recorder=recorder,
        cors=Cors(frozenset(settings.cors_origin)),
        turns=core.sandboxes.in_flight.turns,
        lies=Lies(sandboxes=core.sandboxes, dispatch=lambda *request: app.wsgi_app(*request)),
    )
    pipeline.install(app)
    for provider in PROVIDERS:
        app.register_blueprint(provider.routes(desks[provider.name]))

    def register_the_rest(app: Application) -> None:
        from emulator.own_routes import register  # slow to import, and a first create does not need it

        register(app, settings, core, PROVIDERS, request_metrics, links, receiver)

    app.register_later(register_the_rest)
    return app, server_hooks(core, PROVIDERS, pipeline.provider_of, recorder, app.app_context)

"""Put the use cases behind Flask: the routes of each API, of the control API and of the pages."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask

from emulator.addresses import names_of, what_to_send
from emulator.control import routes as control
from emulator.control.context import ControlContext
from emulator.demo import stage
from emulator.demo import views as demo
from emulator.server.server_hooks import ServerHooks
from emulator.settings import Settings
from emulator.ui import routes as pages
from emulator.ui.api_client import ApiClient
from emulator.ui.flow import routes as flow
from emulator.web.application import Application
from emulator.web.control_token import control_token
from emulator.web.cors import Cors
from emulator.web.desk import Desk
from emulator.web.links import Links
from emulator.web.pipeline import Pipeline
from emulator.web.provider import Provider
from emulator.web.public_address import public_address
from emulator.web.request_metrics import RequestMetrics
from emulator.web.sandbox_path import select_by_path
from emulator.wiring import Core, server_hooks

if TYPE_CHECKING:
    from emulator.demo.receiver import Receiver


def flask_app(
    settings: Settings,
    core: Core,
    providers: Sequence[Provider],
    desks: Mapping[str, Desk],
    links: Links,
    receiver: "Receiver | None",
) -> tuple[Flask, ServerHooks]:
    """Return the application, and what our own server is to know of it."""
    request_metrics = RequestMetrics()
    app = Application("emulator", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.wsgi_app = select_by_path(app.wsgi_app, public_address(settings.public_url, providers))  # type: ignore[method-assign, assignment]
    owned = [(p, desks[p.name]) for p in providers]
    pipeline = Pipeline(
        clock=core.clock,
        owned=owned,
        hosts=names_of(settings),
        journal=core.journal,
        request_metrics=request_metrics,
        cors=Cors(frozenset(settings.cors_origin)),
        give_way=core.sandboxes.in_flight.turns.give_way,
    )
    pipeline.install(app)
    for provider in providers:
        app.register_blueprint(provider.routes(desks[provider.name]))
    context = _control_context(settings, core, providers, request_metrics, links)
    token = control_token(settings.control_token, core.clock)
    app.register_blueprint(control.blueprint(context, token, [partial(stage.add_routes, receiver)]))
    api = ApiClient(app.wsgi_app, token)
    app.register_blueprint(pages.blueprint(api, lambda: what_to_send(providers, links.address, settings), demo.PAGES))
    app.register_blueprint(demo.blueprint())
    app.register_blueprint(flow.blueprint(api, {p.name: p.flow for p in providers if p.flow}))
    return app, server_hooks(core, providers, pipeline)


def _control_context(
    settings: Settings, core: Core, providers: Sequence[Provider], request_metrics: RequestMetrics, links: Links
) -> ControlContext:
    return ControlContext(
        cases=core.cases,
        sandboxes=core.sandboxes,
        deliveries=core.deliveries,
        completion=core.completion,
        planning=core.planning,
        time_machine=core.time_machine,
        snapshots=core.snapshots,
        wait_slots=core.wait_slots,
        journal=core.journal,
        request_metrics=request_metrics,
        providers={p.name: p for p in providers},
        links=links,
        asks_for_token=settings.control_token is not None,
        loop_health=core.loop_health,
    )

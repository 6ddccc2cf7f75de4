"""The emulator's own routes: the control API and all pages. They are imported and made after the start, when needed."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from emulator.addresses import what_to_send
from emulator.control import routes as control
from emulator.control.context import ControlContext
from emulator.demo import stage
from emulator.demo import views as demo
from emulator.settings import Settings
from emulator.ui import routes as pages
from emulator.ui.api_client import ApiClient
from emulator.ui.flow import routes as flow
from emulator.web.application import Application
from emulator.web.control_token import control_token
from emulator.web.links import Links
from emulator.web.provider import Provider
from emulator.web.request_metrics import RequestMetrics
from emulator.wiring import Core

if TYPE_CHECKING:
    from emulator.demo.receiver import Receiver


def register(
    app: Application,
    settings: Settings,
    core: Core,
    providers: Sequence[Provider],
    request_metrics: RequestMetrics,
    links: Links,
    receiver: "Receiver | None",
) -> None:
    """Add the routes to an application that has those of the providers."""
    context = _control_context(settings, core, providers, request_metrics, links)
    stage_routes = partial(stage.add_routes, receiver, context)
    token = control_token(settings.control_token, core.clock)
    app.register_blueprint(control.blueprint(context, token, [stage_routes]))
    api = ApiClient(app.wsgi_app, token)
    app.register_blueprint(pages.blueprint(api, lambda: what_to_send(providers, links.address, settings), demo.PAGES))
    app.register_blueprint(demo.blueprint())
    app.register_blueprint(flow.blueprint(api, {p.name: p.flow for p in providers if p.flow}))


def _control_context(
    settings: Settings, core: Core, providers: Sequence[Provider], request_metrics: RequestMetrics, links: Links
) -> ControlContext:
    return ControlContext(
        cases=core.cases,
        documents=core.documents,
        sandboxes=core.sandboxes,
        deliveries=core.deliveries,
        direct_sending=core.direct_sending,
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

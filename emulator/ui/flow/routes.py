"""The routes of the applicant's pages; they need no control token."""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response

from emulator.ui.api_client import ApiClient
from emulator.ui.rendering import protect
from emulator.web.extras import Flow
from emulator.web.request_state import current_state


def blueprint(api: ApiClient, flows: Mapping[str, Flow]) -> Blueprint:
    """Return the applicant's pages of every provider with a guided flow."""
    routes = Blueprint("flow", __name__, template_folder="templates")
    routes.after_request(protect)
    for provider, flow in flows.items():
        routes.add_url_rule(flow.path, f"walk_{provider}", partial(_walk, api, provider, flow), methods=["GET", "POST"])
        routes.add_url_rule(flow.result, f"result_{provider}", partial(_result, api, provider, flow))
        routes.add_url_rule(f"{flow.path}/presenter", f"arrival_{provider}", partial(_arrival, api, provider, flow))
    return routes


def _walk(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    from emulator.ui.flow import pages

    return pages.walk(api, provider, flow, number)


def _result(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    from emulator.ui.flow import pages

    return pages.result(api, provider, flow, number)


def _arrival(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    from emulator.ui.flow import pages

    current_state().quiet = True  # polled each second; the log is for what somebody did
    return pages.arrival_of(api, provider, flow, number)

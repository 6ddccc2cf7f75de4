"""The pages: one function each, which imports its module when the page is first opened, so that the start is fast."""

from flask import Response

from emulator.ui import planning_views as planning
from emulator.ui.api_client import ApiClient
from emulator.ui.registry import Page


def feed_show(api: ApiClient) -> Response:
    """Show what was sent and what became of it."""
    from emulator.ui import feed

    return feed.show(api)


def feed_send_sample(api: ApiClient, provider: str) -> Response:
    """Send a sample request."""
    from emulator.ui import feed

    return feed.send_sample(api, provider)


def clock_show(api: ApiClient) -> Response:
    """Show what the sandbox's clock reads."""
    from emulator.ui import clock

    return clock.show(api)


def clock_change(api: ApiClient) -> Response:
    """Move the sandbox's clock."""
    from emulator.ui import clock

    return clock.change(api)


def case_show(api: ApiClient, provider: str, case_id: int) -> Response:
    """Show a case."""
    from emulator.ui import case

    return case.show(api, provider, case_id)


def case_complete(api: ApiClient, provider: str, case_id: int) -> Response:
    """Complete a case."""
    from emulator.ui import case

    return case.complete(api, provider, case_id)


def case_send_again(api: ApiClient, delivery_id: str) -> Response:
    """Send a webhook again."""
    from emulator.ui import case

    return case.send_again(api, delivery_id)


def analyst_show(api: ApiClient, provider: str, case_id: int) -> Response:
    """Show the checks of a case as an analyst sees them."""
    from emulator.ui import analyst

    return analyst.show(api, provider, case_id)


def inbox_show(api: ApiClient) -> Response:
    """Show the webhooks that were kept instead of sent."""
    from emulator.ui import inbox

    return inbox.show(api)


def inbox_show_one(api: ApiClient, delivery_id: str) -> Response:
    """Show one webhook."""
    from emulator.ui import inbox

    return inbox.show_one(api, delivery_id)


def inbox_send_on(api: ApiClient, delivery_id: str) -> Response:
    """Send a webhook to another receiver."""
    from emulator.ui import inbox

    return inbox.send_on(api, delivery_id)


def target_change(api: ApiClient) -> Response:
    """Say where webhooks go, or send a test there."""
    from emulator.ui import target

    return target.change(api)


def exchanges_show(api: ApiClient) -> Response:
    """Show the requests of the journal."""
    from emulator.ui import exchanges

    return exchanges.show(api)


def exchanges_show_one(api: ApiClient, number: int) -> Response:
    """Show one request and its answer."""
    from emulator.ui import exchanges

    return exchanges.show_one(api, number)


def sandboxes_show(api: ApiClient) -> Response:
    """Show the sandboxes and the settings of this one."""
    from emulator.ui import sandboxes

    return sandboxes.show(api)


def sandboxes_create(api: ApiClient) -> Response:
    """Create a sandbox."""
    from emulator.ui import sandboxes

    return sandboxes.create(api)


def sandboxes_change(api: ApiClient) -> Response:
    """Change the settings of this sandbox."""
    from emulator.ui import sandboxes

    return sandboxes.change(api)


def sandboxes_reset(api: ApiClient) -> Response:
    """Reset this sandbox."""
    from emulator.ui import sandboxes

    return sandboxes.reset(api)


def documents_show_first(api: ApiClient) -> Response:
    """Show the first API document."""
    from emulator.ui import documents

    return documents.show_first(api)


def documents_show(api: ApiClient, name: str) -> Response:
    """Show an API document."""
    from emulator.ui import documents

    return documents.show(api, name)


def documents_read(api: ApiClient, name: str) -> Response:
    """Return an API document as JSON."""
    from emulator.ui import documents

    return documents.read(api, name)


def assets_show(api: ApiClient, name: str) -> Response:
    """Return a style sheet, a script or a licence."""
    from emulator.ui import assets

    return assets.show(api, name)


def login_show(api: ApiClient) -> Response:
    """Ask for the control token."""
    from emulator.ui import login

    return login.show(api)


def login_enter(api: ApiClient) -> Response:
    """Take the control token."""
    from emulator.ui import login

    return login.enter(api)


PAGES = (
    Page("GET", "/assets/<name>", assets_show, open_to_all=True),
    Page("GET", "/login", login_show, open_to_all=True),
    Page("POST", "/login", login_enter, open_to_all=True),
    Page("POST", "/samples/<provider>", feed_send_sample),
    Page("GET", "/clock", clock_show),
    Page("POST", "/clock", clock_change),
    Page("GET", "/cases/<provider>/<int:case_id>", case_show),
    Page("POST", "/cases/<provider>/<int:case_id>/complete", case_complete),
    Page("POST", "/deliveries/<delivery_id>/send", case_send_again),
    Page("POST", "/target", target_change),
    Page("GET", "/inbox", inbox_show, menu="Inbox"),
    Page("GET", "/inbox/<delivery_id>", inbox_show_one),
    Page("POST", "/inbox/<delivery_id>/send-on", inbox_send_on),
    Page("GET", "/requests", exchanges_show, menu="Requests"),
    Page("GET", "/requests/<int:number>", exchanges_show_one),
    Page("GET", "/planning", planning.planning_show, menu="Rules and faults"),
    Page("POST", "/planning/next", planning.planning_plan),
    Page("POST", "/planning/next/forget", planning.planning_forget_plans),
    Page("POST", "/planning/rules", planning.planning_add_rule),
    Page("POST", "/planning/rules/remove", planning.planning_remove_rule),
    Page("POST", "/planning/presets", planning.planning_add_preset),
    Page("POST", "/planning/faults/<kind>", planning.planning_add_fault),
    Page("POST", "/planning/faults/remove", planning.planning_remove_fault),
    Page("GET", "/sandboxes", sandboxes_show),
    Page("POST", "/sandboxes", sandboxes_create),
    Page("POST", "/sandboxes/settings", sandboxes_change),
    Page("POST", "/sandboxes/reset", sandboxes_reset),
    Page("GET", "/analyst/<provider>/<int:case_id>", analyst_show),
    Page("GET", "/documents", documents_show_first, menu="API documents"),
    Page("GET", "/documents/<name>", documents_show),
    Page("GET", "/documents/<name>.json", documents_read),
)

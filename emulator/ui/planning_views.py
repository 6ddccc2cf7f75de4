"""The pages of rules and faults: one function each, as in `views`."""

from flask import Response

from emulator.ui.api_client import ApiClient


def planning_show(api: ApiClient) -> Response:
    """Show rules and faults, and the forms that plan them."""
    from emulator.ui import planning

    return planning.show(api)


def planning_plan(api: ApiClient) -> Response:
    """Queue the outcome of the next cases."""
    from emulator.ui import planning

    return planning.plan(api)


def planning_forget_plans(api: ApiClient) -> Response:
    """Empty the queue of outcomes."""
    from emulator.ui import planning

    return planning.forget_plans(api)


def planning_add_rule(api: ApiClient) -> Response:
    """Add an outcome rule."""
    from emulator.ui import planning

    return planning.add_rule(api)


def planning_remove_rule(api: ApiClient) -> Response:
    """Remove an outcome rule, or all of them."""
    from emulator.ui import planning

    return planning.remove_rule(api)


def planning_add_preset(api: ApiClient) -> Response:
    """Plan one of the faults that are planned most often."""
    from emulator.ui import planning

    return planning.add_preset(api)


def planning_add_fault(api: ApiClient, kind: str) -> Response:
    """Plan a fault."""
    from emulator.ui import planning

    return planning.add_fault(api, kind)


def planning_remove_fault(api: ApiClient) -> Response:
    """Remove a fault, or all of them."""
    from emulator.ui import planning

    return planning.remove_fault(api)

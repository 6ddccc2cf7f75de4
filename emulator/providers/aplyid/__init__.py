"""APLYiD Workflow: `POST /integrations/core/cases`."""

from typing import Any

from emulator.core.ports import Newborn
from emulator.providers.aplyid import errors, routes, webhook
from emulator.providers.aplyid.completion import CompletionIn
from emulator.providers.aplyid.flow import FLOW
from emulator.providers.aplyid.sample import curl, draw_sample, key_of
from emulator.web.provider import Provider, Switch


def describe(address: str) -> dict[str, Any]:
    """The OpenAPI document of this API, served at that address."""
    from emulator.providers.aplyid import openapi  # only who asks for the document needs it

    return openapi.describe(address)


PROVIDER = Provider(
    name="aplyid",
    title="APLYiD Workflow",
    prefixes=("/integrations/",),
    routes=("POST /integrations/core/cases",),
    setting="access_key",
    switches=(
        Switch(
            "activity-missing",
            ("activity", "must_exist"),
            "the end of the message when `activity` is missing",
        ),
        Switch("join", ("sentence", "comma", "first"), "how several messages become one"),
        Switch("case-url", ("own", "real"), "whose address `case_url` names: this emulator's, or the service's"),
    ),
    newborn=Newborn(first_ids=(("case", 1024), ("client", 8843))),
    blueprint=routes.blueprint,
    credential=routes.access_key,
    render_error=errors.render,
    conclude=webhook.conclude,
    render_webhook=webhook.render,
    key_of=key_of,
    curl=curl,
    draw_sample=draw_sample,
    completion_in=CompletionIn,
    describe=describe,
    flow=FLOW,
)

"""APLYiD Workflow: `POST /integrations/core/cases`."""

from datetime import timedelta

from emulator.core.pace import RealPace, Span
from emulator.core.ports import Newborn
from emulator.providers.aplyid import errors, routes, webhook
from emulator.providers.aplyid.completion import CompletionIn
from emulator.providers.aplyid.flow import FLOW
from emulator.providers.aplyid.samples import PATH, AplyidSamples
from emulator.providers.aplyid.switches import RECIPE_WORDS, SWITCHES
from emulator.web.provider import Operation, Provider

# A person at the customer's office marks a case complete, after verification and a risk assessment.
BY_HAND = Span(timedelta(hours=2), timedelta(days=3))


def describe(address: str) -> dict[str, object]:
    """Return the OpenAPI document of this API, served at that address."""
    from emulator.providers.aplyid import openapi  # slow to import, and only a document needs it

    return openapi.describe(address)


PROVIDER = Provider(
    name="aplyid",
    title="APLYiD Workflow",
    prefixes=("/integrations/",),
    operations=(Operation(name="create_case", verb="POST", path=PATH, is_quick=True),),
    routes=routes.blueprint,
    credential=routes.access_key,
    render_error=errors.render,
    conclude=webhook.conclude,
    events=(webhook.EVENT,),
    webhook=webhook.render,
    newborn=Newborn(first_ids=(("case", 1024), ("client", 8843))),
    real_pace=RealPace(person=BY_HAND, business=BY_HAND),
    assumed_words={
        "Clientable must exist": "Clientable can't be blank",
        "Status is not included in the list": "Status is invalid",
    },
    switches=SWITCHES,
    recipe_words=RECIPE_WORDS,
    samples=AplyidSamples(),
    flow=FLOW,
    completion=CompletionIn,
    document=describe,
)

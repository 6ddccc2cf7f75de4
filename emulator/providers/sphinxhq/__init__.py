"""Sphinx: `POST /api/cases/` and its reads. Named by its domain, since "sphinx" is a documentation tool."""

from typing import Any

from emulator.core.model import NewClient
from emulator.core.ports import Newborn
from emulator.providers.sphinxhq import errors, routes, webhook
from emulator.providers.sphinxhq.completion import CompletionIn
from emulator.providers.sphinxhq.sample import curl, draw_sample, key_of
from emulator.web.provider import Provider, Switch


def describe(address: str) -> dict[str, Any]:
    """The OpenAPI document of this API, served at that address."""
    from emulator.providers.sphinxhq import openapi  # only who asks for the document needs it

    return openapi.describe(address)


PROVIDER = Provider(
    name="sphinxhq",
    title="Sphinx",
    prefixes=("/api/",),
    routes=("POST /api/cases/", "GET /api/cases/", "GET /api/cases/{id}/"),
    setting="session_id",
    switches=(
        Switch("unauthorized", ("401", "403"), "the status without a valid session"),
        Switch("check-errors", ("list", "dict"), "the shape of errors inside `checks`"),
    ),
    # The printed samples name customer 123 and document 123, so both exist from birth.
    newborn=Newborn(
        first_ids=(("case", 1), ("check", 1), ("client", 124), ("document", 124)),
        clients=((123, NewClient(name="Sample Customer", kind="INDIVIDUAL")),),
        documents=(123,),
    ),
    blueprint=routes.blueprint,
    credential=routes.session_id,
    render_error=errors.render,
    conclude=webhook.conclude,
    render_webhook=webhook.render,
    key_of=key_of,
    curl=curl,
    draw_sample=draw_sample,
    completion_in=CompletionIn,
    describe=describe,
)

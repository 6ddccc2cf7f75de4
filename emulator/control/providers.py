"""The route that lists the emulated APIs, and how a sandbox is reached through each."""

from collections.abc import Iterator

from flask import Blueprint, Response
from marshmallow import Schema
from marshmallow.validate import OneOf

from emulator.control.context import ControlContext
from emulator.control.payloads_cases import ProviderPayload, ProvidersPayload
from emulator.control.views import json_response, responds
from emulator.web.provider import Provider


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /providers of a sandbox."""

    @routes.get("/sandboxes/<sandbox:name>/providers")
    @responds("ProvidersOut")
    def list_providers(name: str) -> Response:
        """List the emulated APIs: the key to send, a first request, and how their cases can end."""
        providers = [_render(provider, context, name) for provider in context.providers.values()]
        answer: ProvidersPayload = {"address": context.address, "providers": providers}
        return json_response(answer)


def _render(provider: Provider, context: ControlContext, sandbox: str) -> ProviderPayload:
    return {
        "name": provider.name,
        "title": provider.title,
        "routes": list(provider.routes),
        "key": dict([provider.key_of(sandbox)]),
        "curl": provider.curl(context.address, sandbox),
        "has_flow": provider.name in context.flows,
        "endings": list(_completions(context.completion_schemas[provider.name])),
    }


def _completions(schema: Schema) -> Iterator[dict[str, str]]:
    """Yield the simplest bodies that complete a case: one for each outcome, and one for each way to fail."""
    for name, field in schema.fields.items():
        for word in (word for rule in field.validators if isinstance(rule, OneOf) for word in rule.choices):
            body = {name: str(word)}
            if not schema.validate(body) and (name == "outcome" or schema.load(body).decision.failed):
                yield body

"""The route that lists the emulated APIs, and how a sandbox is reached through each."""

from flask import Blueprint, Response

from emulator.control.completions import completions_of
from emulator.control.context import ControlContext
from emulator.control.payloads_cases import ProviderPayload, ProvidersPayload
from emulator.control.views import json_response, responds
from emulator.settings import variables_of
from emulator.web.provider import Operation, Provider


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
    samples = provider.samples
    return {
        "name": provider.name,
        "title": provider.title,
        "documents": list(provider.document_names),
        "routes": [str(operation) for operation in provider.operations],
        "operations": [_render_operation(operation) for operation in provider.operations],
        "key": dict([samples.key_of(sandbox)]) if samples else {},
        "current_key": dict([samples.current.key_of(sandbox)]) if samples and samples.current else {},
        "credential": f"test_{sandbox}",
        "variables": variables_of(provider.name),
        "curl": samples.curl(context.address, sandbox) if samples else "",
        "has_flow": provider.name in context.flows,
        "endings": list(completions_of(context.completion_schemas[provider.name])),
        "outcome_words": dict(context.outcome_words[provider.name]),
    }


def _render_operation(operation: Operation) -> dict[str, str]:
    described = {"name": operation.name, "method": operation.verb, "path": operation.path}
    return described | ({"generation": "current"} if operation.is_current else {})

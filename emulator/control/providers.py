"""The route that lists the emulated APIs, and how a sandbox is reached through each."""

from flask import Blueprint, Response

from emulator.control.completions import completions_of
from emulator.control.context import ControlContext
from emulator.control.payloads_cases import DocumentNamePayload, ProviderPayload, ProvidersPayload
from emulator.control.views import json_response, responds
from emulator.settings import variables_of
from emulator.web.extras import Samples
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
    key, current_key = _key(samples, sandbox), _key(samples and samples.current, sandbox)
    return {
        "name": provider.name,
        "title": provider.title,
        "documents": _render_documents(provider, key, current_key),
        "routes": [str(operation) for operation in provider.operations],
        "operations": [_render_operation(operation) for operation in provider.operations],
        "key": key,
        "current_key": current_key,
        "credential": f"test_{sandbox}",
        "variables": variables_of(provider.name),
        "curl": samples.curl(context.address, sandbox) if samples else "",
        "has_flow": provider.name in context.flows,
        "endings": list(completions_of(context.completion_schemas[provider.name])),
        "outcome_words": dict(context.outcome_words[provider.name]),
    }


def _key(samples: Samples | None, sandbox: str) -> dict[str, str]:
    return dict([samples.key_of(sandbox)]) if samples else {}


def _render_documents(
    provider: Provider, key: dict[str, str], current_key: dict[str, str]
) -> list[DocumentNamePayload]:
    whole, *names = provider.document_names
    documents: list[DocumentNamePayload] = [{"name": whole, "title": provider.title, "key": key}]
    for name, (generation, document) in zip(names, provider.generation_documents.items(), strict=True):
        title = f"{provider.title}, {generation} generation"
        documents.append({"name": name, "title": title, "key": current_key if document.is_current else key})
    return documents


def _render_operation(operation: Operation) -> dict[str, str]:
    described = {"name": operation.name, "method": operation.verb, "path": operation.path}
    return described | ({"generation": "current"} if operation.is_current else {})

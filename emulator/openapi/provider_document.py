"""The OpenAPI document of a provider: its own, else one made from its operations."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from emulator.openapi import builder
from emulator.openapi.builder import Json, content, response_object
from emulator.web.provider import Operation, Provider

ARGUMENT = re.compile(r"{(\w+)}")


def documents_of(providers: Iterable[Provider]) -> Mapping[str, Callable[[str], Json]]:
    """Return what makes each document, given the address, by its name: of each API, and of each of its generations."""
    documents: dict[str, Callable[[str], Json]] = {}
    for provider in providers:
        makers: list[Callable[[str], Json]] = [partial(describe, provider)]
        makers += [generation.describe for generation in provider.generation_documents.values()]
        documents |= zip(provider.document_names, makers, strict=True)
    return documents


def describe(provider: Provider, address: str) -> Json:
    """Return the OpenAPI document of that API, served at that address."""
    if provider.document:
        return provider.document(address)
    about = f"{provider.title}, as case-emulator answers it."
    spec = builder.begin(f"{provider.title}, emulated", about, servers=builder.own_servers(address))
    for operation in provider.operations:
        spec.path(path=operation.path, operations={operation.verb.lower(): _operation(operation)})
    return builder.finish(spec, dict.fromkeys(ARGUMENT.findall(" ".join(map(str, provider.operations))), "1"))


def _operation(operation: Operation) -> Json:
    arguments = ARGUMENT.findall(operation.path)
    answered = content(operation.answer) if operation.answer else None
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string"}} for name in arguments
        ],
        "responses": {
            str(operation.status): response_object("Done.", answered),
            "default": response_object("What is wrong, in the words of the API."),
        },
    }
    return described | (
        {"requestBody": {"required": True, "content": content(operation.body)}} if operation.body else {}
    )

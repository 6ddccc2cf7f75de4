"""OpenAPI documents, and what is really sent held against them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from openapi_schema_validator import OAS31Validator, oas31_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from emulator.app import PROVIDERS, describe
from emulator.settings import Settings

PROVIDER_NAMES = tuple(provider.name for provider in PROVIDERS)
NAMES = (*(name for provider in PROVIDERS for name in provider.document_names), "control")
HERE = "urn:document"
SandboxAddress = tuple[str, ...]


@dataclass
class Document:
    """One document, and questions to it."""

    content: dict[str, Any]
    _registry: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        strict = DRAFT202012.create_resource(_tightened(self.content))
        self._registry = Registry().with_resource(HERE, strict)

    def at(self, *place: str) -> Any:
        """What stands at that place."""
        found: Any = self.content
        for step in place:
            found = found[step]
        return found

    def schema(self, name: str) -> dict[str, Any]:
        """The schema of that name."""
        found: dict[str, Any] = self.at("components", "schemas", name)
        return found

    def problems(self, value: Any, *place: str) -> list[str]:
        """What is wrong with a value, judged by the schema at that place."""
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in place)
        return self.problems_of_part(value, {"$ref": f"{HERE}#/{pointer}"})

    def problems_of_part(self, value: Any, schema: dict[str, Any]) -> list[str]:
        """What is wrong with a value, judged by that schema."""
        judge = OAS31Validator(schema, registry=self._registry, format_checker=oas31_format_checker)
        return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(value)]

    def response(self, path: str, method: str, status: int) -> SandboxAddress:
        """Where the answer with that status is described."""
        place: SandboxAddress = ("paths", path, method, "responses")
        known = self.at(*place)
        assert str(status) in known or "default" in known, f"{method} {path} is never answered {status}"
        key = str(status) if str(status) in known else "default"
        reference = known[key].get("$ref")
        return tuple(reference.removeprefix("#/").split("/")) if reference else (*place, key)

    def check_answer(
        self, path: str, method: str, status: int, headers: Mapping[str, str], body: bytes | str
    ) -> list[str]:
        """What is wrong with a real answer: its type, its headers, its body."""
        place = self.response(path, method, status)
        described = self.at(*place)
        kind = headers.get("content-type", "").partition(";")[0]
        if kind not in described.get("content", {}):
            return [f"{kind} is not described at {place}"]
        text = body if isinstance(body, str) else body.decode()
        value = json.loads(text) if kind.endswith("json") else text
        return [
            *self.problems(value, *place, "content", kind, "schema"),
            *(f"no {name}" for name in self.required_headers(described) if name.lower() not in headers),
        ]

    def required_headers(self, described: dict[str, Any]) -> list[str]:
        """The headers an answer always has."""
        shared = self.at("components", "headers")
        return [n for n, h in described.get("headers", {}).items() if shared.get(n, h).get("required")]

    def operations(self) -> Iterator[SandboxAddress]:
        """Where each operation is described."""
        for path, item in self.at("paths").items():
            yield from (("paths", path, method) for method in item)

    def media(self) -> Iterator[SandboxAddress]:
        """Where each body is described, of requests, answers and webhooks."""
        yield from _media((), self.content)


def _tightened(content: dict[str, Any]) -> dict[str, Any]:
    """The document with answers that have no key but those it names: a service may add some, the emulator adds none."""
    schemas = {
        name: {"additionalProperties": False, **schema} if name.endswith("Out") and "properties" in schema else schema
        for name, schema in content["components"]["schemas"].items()
    }
    return {**content, "components": {**content["components"], "schemas": schemas}}


def _media(place: SandboxAddress, value: Any) -> Iterator[SandboxAddress]:
    if isinstance(value, dict):
        for key, part in value.items():
            if place and place[-1] == "content" and isinstance(part, dict) and "schema" in part:
                yield (*place, key)
            else:
                yield from _media((*place, key), part)


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


@cache
def document(name: str) -> Document:
    """The document of that name."""
    return Document(describe(name, Settings()))

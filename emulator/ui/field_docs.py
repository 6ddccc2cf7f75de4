"""What a field of a body means and how sure that is, taken from the OpenAPI document of its API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.ui.api_client import ApiClient, ApiRefusal, part

DEEPEST = 12
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """What a field means, and its mark: documented, framework or assumed."""

    told: str
    mark: str


NOTHING = FieldDoc("", "")
FieldDocs = dict[str, FieldDoc]


@dataclass(frozen=True)
class Document:
    """The OpenAPI document of one API."""

    content: Json

    def of_request(self, method: str, path: str) -> FieldDocs:
        """The fields of that request's body, by dotted place."""
        return dict(self._fields(self._schema(self._operation(method, path).get("requestBody"))))

    def of_answer(self, method: str, path: str, status: int | None) -> FieldDocs:
        """The fields of what is answered to it with that status."""
        answers = self._operation(method, path).get("responses", {})
        return dict(self._fields(self._schema(answers.get(str(status)) or answers.get("default"))))

    def of_webhook(self, event: str) -> FieldDocs:
        """The fields of a webhook's body; of the only one there is, where none has that name."""
        hooks = self.content.get("webhooks", {})
        found: Json = hooks.get(event) or next(iter(hooks.values()), {})
        return dict(self._fields(self._schema(found.get("post", {}).get("requestBody"))))

    def _operation(self, method: str, path: str) -> Json:
        plain = path.partition("?")[0].rstrip("/")
        for template, operations in self.content.get("paths", {}).items():
            shape = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template.rstrip("/")))
            if re.search(f"{shape}$", plain) and method.lower() in operations:
                found: Json = operations[method.lower()]
                return found
        return {}

    def _schema(self, about: Json | None) -> Json:
        content = self._resolve(about or {}).get("content", {})
        return next((told.get("schema", {}) for kind, told in content.items() if kind.endswith("json")), {})

    def _resolve(self, told: Json) -> Json:
        if "$ref" not in told:
            return told
        found: Any = self.content
        for step in told["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return {**found, **{name: value for name, value in told.items() if name != "$ref"}}

    def _fields(self, schema: Json, place: str = "", depth: int = 0) -> Iterator[tuple[str, FieldDoc]]:
        schema = self._resolve(schema)
        if depth > DEEPEST:
            return
        for name, told in schema.get("properties", {}).items():
            here = f"{place}.{name}" if place else name
            yield here, _field_doc(self._resolve(told))
            yield from self._fields(told, here, depth + 1)
        if "items" in schema:
            yield from self._fields(schema["items"], place, depth + 1)
        for variants in ("oneOf", "anyOf", "allOf"):
            for variant in schema.get(variants, ()):
                yield from self._fields(variant, place, depth + 1)


def _field_doc(told: Json) -> FieldDoc:
    words = [str(told.get("description", "")).strip().rstrip(".")]
    kind = told.get("type")
    kinds = [str(one) for one in (kind if isinstance(kind, list) else [kind]) if one]
    words += [" or ".join(kinds)] if kinds else []
    words += [f"one of {', '.join(map(str, told['enum']))}"] if "enum" in told else []
    words += [f"at most {told['maxLength']} characters"] if "maxLength" in told else []
    return FieldDoc("; ".join(filter(None, words)) or "no further word on it", str(told.get("x-fidelity", "")))


def document_of(api: ApiClient, provider: str | None) -> Document:
    """What the control API serves; an empty one, where there is none."""
    if provider is None:
        return Document({})
    try:
        return Document(api.get(f"/openapi/{part(provider)}.json"))
    except ApiRefusal:
        return Document({})

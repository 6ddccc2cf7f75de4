"""Read from the OpenAPI document of an API what the fields of a body mean, and how sure that is."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.quick_dataclass import dataclass
from emulator.ui.api_client import ApiClient, ApiRefusal, part

DEEPEST = 12
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """The meaning of a field, and its mark: documented, framework or assumed."""

    meaning: str
    mark: str


NOTHING = FieldDoc("", "")
FieldDocs = dict[str, FieldDoc]


@dataclass(frozen=True)
class Document:
    """The OpenAPI document of one API."""

    content: Json

    def of_request(self, method: str, path: str) -> FieldDocs:
        """Return the fields of a request's body, by dotted place."""
        return dict(self._fields(self._schema(self._operation(method, path).get("requestBody"))))

    def of_answer(self, method: str, path: str, status: int | None) -> FieldDocs:
        """Return the fields of the answer to a request with that status, by dotted place."""
        answers = self._operation(method, path).get("responses", {})
        return dict(self._fields(self._schema(answers.get(str(status)) or answers.get("default"))))

    def of_webhook(self, event: str) -> FieldDocs:
        """Return the fields of a webhook's body, by dotted place; of the first webhook if none has that name."""
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
        return next((body.get("schema", {}) for kind, body in content.items() if kind.endswith("json")), {})

    def _resolve(self, schema: Json) -> Json:
        """Return what a reference refers to, with what stands beside the reference; anything else unchanged."""
        if "$ref" not in schema:
            return schema
        found: Json = self.content
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return {**found, **{name: value for name, value in schema.items() if name != "$ref"}}

    def _fields(self, schema: Json, place: str = "", depth: int = 0) -> Iterator[tuple[str, FieldDoc]]:
        schema = self._resolve(schema)
        if depth > DEEPEST:
            return
        for name, field in schema.get("properties", {}).items():
            here = f"{place}.{name}" if place else name
            yield here, _field_doc(self._resolve(field))
            yield from self._fields(field, here, depth + 1)
        if "items" in schema:
            yield from self._fields(schema["items"], place, depth + 1)
        for variants in ("oneOf", "anyOf", "allOf"):
            for variant in schema.get(variants, ()):
                yield from self._fields(variant, place, depth + 1)


def _field_doc(field: Json) -> FieldDoc:
    parts = [str(field.get("description", "")).strip().rstrip(".")]
    kind = field.get("type")
    kinds = [str(each) for each in (kind if isinstance(kind, list) else [kind]) if each]
    parts += [" or ".join(kinds)] if kinds else []
    parts += [f"one of {', '.join(map(str, field['enum']))}"] if "enum" in field else []
    parts += [f"at most {field['maxLength']} characters"] if "maxLength" in field else []
    return FieldDoc("; ".join(filter(None, parts)) or "no further word on it", str(field.get("x-fidelity", "")))


def document_of(api: ApiClient, provider: str | None) -> Document:
    """Return the OpenAPI document of a provider; an empty one if there is none."""
    if provider is None:
        return Document({})
    try:
        return Document(api.get(f"/openapi/{part(provider)}.json"))
    except ApiRefusal:
        return Document({})

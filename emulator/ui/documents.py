"""The OpenAPI documents to read and to try out, drawn by Swagger UI."""

import json

from flask import Response, request

from emulator.ui.api_client import ApiClient, part
from emulator.ui.page import page
from emulator.ui.rendering import POLICY
from emulator.ui.sandbox_links import sandbox_path
from emulator.web.request_state import current_state

# Swagger UI sets styles on its elements; it loads nothing from other hosts.
LOOSER = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
CONTROL = "control"


def show_first(api: ApiClient) -> Response:
    """Render the page of the first provider's document."""
    return show(api, api.get(f"{sandbox_path()}/providers")["providers"][0]["name"])


def show(api: ApiClient, name: str) -> Response:
    """Render the page of one document; raise ApiRefusal for an unknown name."""
    providers = api.get(f"{sandbox_path()}/providers")["providers"]
    found = {each["name"]: (provider, each) for provider in providers for each in provider["documents"]}
    names = {each: document["title"] for each, (_, document) in found.items()} | {CONTROL: "Control API"}
    if name not in names:
        _ask(api, name)  # raises a refusal that lists the known names
    provider, document = found.get(name, (None, {}))
    values = {"chosen": name, "names": names, "provider": provider, "key": document.get("key")}
    values["asks_for_token"] = api.token is not None
    answer = page(api, "documents.html", "API documents", values)
    answer.headers["Content-Security-Policy"] = LOOSER
    return answer


def read(api: ApiClient, name: str) -> Response:
    """Return a document as JSON, with this emulator as its server, so that the page can try it out."""
    document = _ask(api, name)
    document["servers"] = [{"url": _address(), "description": "this emulator"}]
    return Response(json.dumps(document, ensure_ascii=False), content_type="application/json")


def _address() -> str:
    """Return the address of this request, or behind a proxy, which may have another host, its path alone."""
    return request.script_root or "/" if current_state().public_origin else request.root_url.rstrip("/")


def _ask(api: ApiClient, name: str) -> dict[str, object]:
    document: dict[str, object] = api.get("/openapi.json" if name == CONTROL else f"/openapi/{part(name)}.json")
    return document

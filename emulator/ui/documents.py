"""The OpenAPI documents to read and to try out; the one page that a library of somebody else's draws."""

import json

from flask import Response, request

from emulator.ui.api_client import ApiClient, part
from emulator.ui.page import page
from emulator.ui.rendering import POLICY
from emulator.ui.sandbox_links import sandbox_path

# Swagger UI writes styles into its elements, and loads nothing from elsewhere.
LOOSER = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
CONTROL = "control"


def show_first(api: ApiClient) -> Response:
    """The document of the first API."""
    return show(api, api.get(f"{sandbox_path()}/providers")["providers"][0]["name"])


def show(api: ApiClient, name: str) -> Response:
    """One document, laid out."""
    names = {one["name"]: one["title"] for one in api.get(f"{sandbox_path()}/providers")["providers"]}
    names |= {CONTROL: "Control API"}
    if name not in names:
        _ask(api, name)  # which says what there is
    answer = page(api, "documents.html", "API documents", chosen=name, names=names)
    answer.headers["Content-Security-Policy"] = LOOSER
    return answer


def read(api: ApiClient, name: str) -> Response:
    """The document itself, with this very address as its server, so that it can be tried out from the page."""
    told = _ask(api, name)
    told["servers"] = [{"url": request.root_url.rstrip("/"), "description": "this emulator"}]
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/json")


def _ask(api: ApiClient, name: str) -> dict[str, object]:
    found: dict[str, object] = api.get("/openapi.json" if name == CONTROL else f"/openapi/{part(name)}.json")
    return found

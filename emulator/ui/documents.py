"""The OpenAPI documents to read and to try out; the one page that a library of somebody else's draws."""

import json

from flask import Response, request

from emulator.ui.answering import POLICY
from emulator.ui.asking import Asker, part
from emulator.ui.page import page
from emulator.ui.place import box

# Swagger UI writes styles into its elements, and loads nothing from elsewhere.
LOOSER = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
CONTROL = "control"


def show_first(asker: Asker) -> Response:
    """The document of the first API."""
    return show(asker, asker.get(f"{box()}/providers")["providers"][0]["name"])


def show(asker: Asker, name: str) -> Response:
    """One document, laid out."""
    names = {one["name"]: one["title"] for one in asker.get(f"{box()}/providers")["providers"]}
    names |= {CONTROL: "Control API"}
    if name not in names:
        _ask(asker, name)  # which says what there is
    answer = page(asker, "documents.html", "API documents", chosen=name, names=names)
    answer.headers["Content-Security-Policy"] = LOOSER
    return answer


def read(asker: Asker, name: str) -> Response:
    """The document itself, with this very address as its server, so that it can be tried out from the page."""
    told = _ask(asker, name)
    told["servers"] = [{"url": request.root_url.rstrip("/"), "description": "this emulator"}]
    return Response(json.dumps(told, ensure_ascii=False), content_type="application/json")


def _ask(asker: Asker, name: str) -> dict[str, object]:
    found: dict[str, object] = asker.get("/openapi.json" if name == CONTROL else f"/openapi/{part(name)}.json")
    return found

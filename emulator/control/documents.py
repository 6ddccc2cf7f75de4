"""The routes of the OpenAPI documents."""

from collections.abc import Callable, Mapping
from functools import cache

from flask import Blueprint, Response, current_app

from emulator.control.context import ControlContext
from emulator.control.views import json_response, responds
from emulator.web.problem_json import Problem


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /openapi.json and /openapi/{document}.json."""

    @cache
    def documents() -> Mapping[str, Callable[[str], dict[str, object]]]:
        from emulator.openapi import provider_document  # slow to import, and only a document needs it

        return provider_document.documents_of(context.providers.values())

    @cache
    def written(name: str | None) -> bytes:
        return json_response(documents()[name](context.address) if name else _describe(context)).get_data()

    @routes.get("/openapi.json")
    @responds({"type": "object"})
    def describe_control() -> Response:
        """Return the OpenAPI document of this control API."""
        return Response(written(None), content_type="application/json")

    @routes.get("/openapi/<document>.json")
    @responds({"type": "object"})
    def describe_api(document: str) -> Response:
        """Return the OpenAPI document of an emulated API, or of one generation of it, as in sphinxhq-current."""
        if document not in documents():
            raise Problem(404, f"there is no document {document[:100]}; known are {', '.join(sorted(documents()))}")
        return Response(written(document), content_type="application/json")


def _describe(context: ControlContext) -> dict[str, object]:
    from emulator.control import openapi  # its libraries are slow to import, and only this document needs them

    return openapi.describe(
        current_app, [*context.providers.values()], context.address, asks_for_token=context.asks_for_token
    )

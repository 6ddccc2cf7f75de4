"""The routes of the OpenAPI documents."""

from functools import cache

from flask import Blueprint, Response, current_app

from emulator.control.context import ControlContext
from emulator.control.views import json_response, responds
from emulator.web.problem_json import Problem


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /openapi.json and /openapi/{provider}.json."""

    @cache
    def document(provider: str | None) -> bytes:
        if provider:
            from emulator.openapi import provider_document

            return json_response(provider_document.describe(context.providers[provider], context.address)).get_data()
        return json_response(_describe(context)).get_data()

    @routes.get("/openapi.json")
    @responds({"type": "object"})
    def describe_control() -> Response:
        """Return the OpenAPI document of this control API."""
        return Response(document(None), content_type="application/json")

    @routes.get("/openapi/<provider>.json")
    @responds({"type": "object"})
    def describe_provider(provider: str) -> Response:
        """Return the OpenAPI document of an emulated API."""
        if provider not in context.providers:
            known = ", ".join(sorted(context.providers))
            raise Problem(404, f"there is no provider {provider[:100]}; known are {known}")
        return Response(document(provider), content_type="application/json")


def _describe(context: ControlContext) -> dict[str, object]:
    from emulator.control import openapi  # its libraries are slow to import, and only this document needs them

    return openapi.describe(
        current_app, context.completion_schemas, context.address, asks_for_token=context.asks_for_token
    )

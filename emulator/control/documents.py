"""The routes of the OpenAPI documents."""

from functools import cache

from flask import Blueprint, Response, current_app

from emulator.control.room import ControlRoom
from emulator.control.wire import answer
from emulator.web.problem_json import Problem


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/openapi.json and /openapi/{provider}.json."""

    @cache
    def document(provider: str | None) -> bytes:
        if provider:
            return answer(room.descriptions[provider](room.address)).get_data()
        from emulator.control import openapi  # only who asks for the document needs it

        return answer(openapi.describe(current_app, room.completion_schemas, room.address)).get_data()

    @routes.get("/openapi.json")
    def describe_control() -> Response:
        """The OpenAPI document of this control API."""
        return Response(document(None), content_type="application/json")

    @routes.get("/openapi/<provider>.json")
    def describe_provider(provider: str) -> Response:
        """The OpenAPI document of an emulated API."""
        if provider not in room.descriptions:
            known = ", ".join(sorted(room.descriptions))
            raise Problem(404, f"there is no provider {provider[:100]}; known are {known}")
        return Response(document(provider), content_type="application/json")

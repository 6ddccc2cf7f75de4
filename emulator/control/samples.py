"""The route that makes a valid request up, for whoever needs one."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Range

from emulator.control.room import ControlRoom
from emulator.control.wire import Strict, answer, takes
from emulator.core.people import People
from emulator.readers import BIGGEST_SEED
from emulator.web.problem import Refused


class SampleQuery(Strict):
    """Which one."""

    seed = fields.Integer(
        load_default=0,
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request, another one another person"},
    )


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/samples/{provider}"""

    @routes.get("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(query=SampleQuery())
    def draw_sample(name: str, provider: str, asked: dict[str, Any]) -> Response:
        """A valid Create Case request with made-up people and the sandbox's key; nothing is sent."""
        if provider not in room.samples:
            raise Refused(404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(room.samples))}")
        drawn = room.samples[provider](People(asked["seed"], "", "sample"), name)
        headers, body = dict(drawn.headers), dict(drawn.body)
        where = {"url": room.address + drawn.path, "path": drawn.path}
        return answer({"method": drawn.method, **where, "headers": headers, "body": body})

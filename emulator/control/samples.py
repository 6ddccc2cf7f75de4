"""The routes that make a valid request up, for whoever needs one, and send it for whoever would rather look."""

import json
from typing import Any

from flask import Blueprint, Response, current_app
from marshmallow import fields
from marshmallow.validate import Range

from emulator.control.room import ControlRoom
from emulator.control.wire import Strict, answer, takes
from emulator.core.people import People
from emulator.readers import BIGGEST_SEED
from emulator.web import inside
from emulator.web.problem import Refused
from emulator.web.provider import Sample


class SampleQuery(Strict):
    """Which one."""

    seed = fields.Integer(
        load_default=0,
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request, another one another person"},
    )


class SampleIn(Strict):
    """Which one to send."""

    seed = fields.Integer(
        strict=True,
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request; unless told, another one for each case"},
    )


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/samples/{provider}"""

    @routes.get("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(query=SampleQuery())
    def draw_sample(name: str, provider: str, asked: dict[str, Any]) -> Response:
        """A valid Create Case request with made-up people and the sandbox's key; nothing is sent."""
        return answer(_render(room, _draw(room, provider, name, asked["seed"])))

    @routes.post("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(SampleIn())
    def send_sample(name: str, provider: str, said: dict[str, Any]) -> Response:
        """Send such a request, and say what was answered."""
        seed = said.get("seed")
        drawn = _draw(room, provider, name, sum(room.tracking.counts(name)[0].values()) if seed is None else seed)
        body = json.dumps(drawn.body).encode()
        told = inside.ask(current_app.wsgi_app, drawn.method, drawn.path, drawn.headers, body, quiet=False)
        said_back = {"status": told.status, "answer": told.body.decode("utf-8", "replace")}
        return answer(_render(room, drawn) | said_back, 201)


def _draw(room: ControlRoom, provider: str, sandbox: str, seed: int) -> Sample:
    if provider not in room.providers:
        raise Refused(404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(room.providers))}")
    return room.providers[provider].draw_sample(People(seed, "", "sample"), sandbox)


def _render(room: ControlRoom, drawn: Sample) -> dict[str, Any]:
    headers, body = dict(drawn.headers), dict(drawn.body)
    return {
        "method": drawn.method,
        "url": room.address + drawn.path,
        "path": drawn.path,
        "headers": headers,
        "body": body,
    }

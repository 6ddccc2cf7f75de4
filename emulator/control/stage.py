"""The routes of a demo's own receiver of webhooks, which can be switched off and on."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields

from emulator.control.room import ControlRoom
from emulator.control.wire import Strict, answer, takes
from emulator.web.problem_json import Problem
from emulator.web.receiver import Receiver


class ReceiverIn(Strict):
    """{"is_on": false}"""

    is_on = fields.Boolean(required=True, truthy={True}, falsy={False})


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/receiver"""

    @routes.get("/receiver")
    def read_receiver() -> Response:
        """Where a demo's own receiver of webhooks listens, and whether it does."""
        return answer(_render(_receiver(room)))

    @routes.patch("/receiver")
    @takes(ReceiverIn())
    def switch_receiver(said: dict[str, Any]) -> Response:
        """Switch it off or on; off, connections are refused."""
        receiver = _receiver(room)
        if said["is_on"]:
            receiver.turn_on()
        else:
            receiver.turn_off()
        return answer(_render(receiver))


def _receiver(room: ControlRoom) -> Receiver:
    if room.receiver is None:
        raise Problem(404, "this emulator was not started with --demo, so it has no receiver of its own")
    return room.receiver


def _render(receiver: Receiver) -> dict[str, Any]:
    return {"url": receiver.url, "is_on": receiver.is_on}

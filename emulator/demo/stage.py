"""The routes of the demo's own receiver of webhooks, which can be switched off and on."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from emulator.control.request_schemas import Strict, TrueOrFalse
from emulator.control.views import json_response, responds, takes
from emulator.demo.payloads import ReceiverPayload
from emulator.web.problem_json import Problem

if TYPE_CHECKING:
    from emulator.demo.receiver import Receiver


class ReceiverIn(Strict):
    """{"is_on": false}"""

    is_on = TrueOrFalse(required=True)


def add_routes(receiver: "Receiver | None", routes: Blueprint) -> None:
    """Add /receiver, which answers 404 if there is no receiver."""

    @routes.get("/receiver")
    @responds("ReceiverOut")
    def read_receiver() -> Response:
        """Return where the demo's own receiver of webhooks listens, and whether it does."""
        return json_response(_render(_known(receiver)))

    @routes.patch("/receiver")
    @takes(ReceiverIn())
    @responds("ReceiverOut")
    def switch_receiver(payload: dict[str, bool]) -> Response:
        """Switch the demo's receiver off or on; while it is off, connections are refused."""
        known = _known(receiver)
        if payload["is_on"]:
            known.turn_on()
        else:
            known.turn_off()
        return json_response(_render(known))


def _known(receiver: "Receiver | None") -> "Receiver":
    if receiver is None:
        raise Problem(404, "this emulator was not started with --demo, so it has no receiver of its own")
    return receiver


def _render(receiver: "Receiver") -> ReceiverPayload:
    return {"url": receiver.url, "is_on": receiver.is_on}

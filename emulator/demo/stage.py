"""The routes of the demo: its own receiver of webhooks, and the story that is told in a sandbox."""

from typing import TYPE_CHECKING, TypedDict

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Length, Range

from emulator.control.context import ControlContext
from emulator.control.request_schemas import NothingIn, Strict, TrueOrFalse, Whole
from emulator.control.views import json_response, responds, takes
from emulator.demo.payloads import ReceiverPayload, StoryClockPayload, StoryPayload
from emulator.demo.story_clock import StoryClock, Told
from emulator.web.problem_json import Problem

if TYPE_CHECKING:
    from emulator.demo.receiver import Receiver

LARGEST_ID = 2**63 - 1


class ReceiverIn(Strict):
    """{"is_on": false}"""

    is_on = TrueOrFalse(required=True)


class StoryIn(Strict):
    """{"story": "recover"}"""

    story = fields.String(required=True, validate=Length(1, 64))
    case_id = Whole(allow_none=True, load_default=None, validate=Range(1, LARGEST_ID))


class StoryOrder(TypedDict):
    """What StoryIn loads."""

    story: str
    case_id: int | None


def add_routes(receiver: "Receiver | None", context: ControlContext, routes: Blueprint) -> None:
    """Add /receiver and /sandboxes/{name}/story, which answer 404 if there is no receiver."""
    _add_receiver(receiver, routes)
    _add_story(receiver, StoryClock(context), routes)


def _add_receiver(receiver: "Receiver | None", routes: Blueprint) -> None:
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


def _add_story(receiver: "Receiver | None", stories: StoryClock, routes: Blueprint) -> None:
    @routes.get("/sandboxes/<sandbox:name>/story")
    @responds("StoryOut")
    def read_story(name: str) -> Response:
        """Return the story that is told in a sandbox, and how its clock ran before; null where none is told."""
        _known(receiver)
        return json_response(_render_story(stories.read(name)))

    @routes.put("/sandboxes/<sandbox:name>/story")
    @takes(StoryIn())
    @responds("StoryOut")
    def begin_story(name: str, payload: StoryOrder) -> Response:
        """Begin a story, or name its case: the clock stands still until the story is left."""
        _known(receiver)
        return json_response(_render_story(stories.begin(name, payload["story"], payload["case_id"])))

    @routes.delete("/sandboxes/<sandbox:name>/story")
    @takes(NothingIn())
    @responds("StoryOut")
    def leave_story(name: str, payload: object) -> Response:
        """Leave the story: clock, `webhook_url` and `retry` are as before it, and the receiver is on."""
        known = _known(receiver)
        stories.leave(name)
        known.turn_on()
        return json_response(_render_story(None))


def _known(receiver: "Receiver | None") -> "Receiver":
    if receiver is None:
        raise Problem(404, "this emulator was not started with --demo, so it has no receiver of its own")
    return receiver


def _render(receiver: "Receiver") -> ReceiverPayload:
    return {"url": receiver.url, "is_on": receiver.is_on}


def _render_story(told: Told | None) -> StoryPayload:
    if told is None:
        return {"story": None, "case_id": None, "clock": None}
    before: StoryClockPayload = {"mode": told.clock.mode, "factor": told.clock.factor}
    return {"story": told.story, "case_id": told.case_id, "clock": before}

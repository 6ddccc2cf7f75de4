"""The routes of a sandbox's clock."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Range

from emulator.control.context import ControlContext
from emulator.control.request_schemas import NothingIn, Strict
from emulator.control.views import json_response, moment, responds, takes
from emulator.core.errors import OutOfTime
from emulator.core.sandbox_clock import EPOCH, LATEST
from emulator.core.time_machine import Happening
from emulator.web.problem_json import Problem

LONGEST_ADVANCE = 100 * 365 * 86_400  # seconds: a hundred years
DURATION = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)


class ClockIn(Strict):
    """{"mode": "frozen", "at": "2026-01-01T00:00:00Z"}"""

    mode = fields.String(required=True, validate=OneOf(["real", "frozen", "scaled"]))
    at = fields.AwareDateTime(default_timezone=UTC)
    factor = fields.Float(validate=Range(0.001, 1_000_000))

    @validates_schema
    def fit(self, payload: dict[str, Any], **_: Any) -> None:
        """A factor is what scaled needs and the others have none; real knows no other moment than now."""
        if (payload.get("mode") == "scaled") != ("factor" in payload):
            raise ValidationError("scaled needs a factor, the other modes have none", "factor")
        if payload.get("mode") == "real" and "at" in payload:
            raise ValidationError("real goes without at", "at")
        if "at" in payload and not _is_sensible(payload["at"]):
            raise ValidationError("between the years 1970 and 9000, please", "at")


class AdvanceIn(Strict):
    """{"seconds": 3600} or {"duration": "PT1H"}"""

    seconds = fields.Float(validate=Range(0, LONGEST_ADVANCE))
    duration = fields.String()

    @validates_schema
    def fit(self, payload: dict[str, Any], **_: Any) -> None:
        """One of the two."""
        if len(payload) != 1:
            raise ValidationError("one of seconds and duration is needed", "seconds")


def _is_sensible(moment: datetime) -> bool:
    try:
        return EPOCH < moment < LATEST
    except OverflowError:  # at the end of time, in another time zone
        return False


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/clock, /clock/advance, /clock/settle."""

    @routes.get("/sandboxes/<sandbox:name>/clock")
    @responds("ClockOut")
    def read_clock(name: str) -> Response:
        """What the sandbox's clock reads, and how it runs."""
        return json_response(_render(context, name))

    @routes.patch("/sandboxes/<sandbox:name>/clock")
    @takes(ClockIn())
    @responds("ClockOut")
    def set_clock(name: str, payload: dict[str, Any]) -> Response:
        """Freeze it, scale it, or follow wall time again."""
        if payload["mode"] == "real":
            context.time_machine.follow_wall_time(name)
        else:
            context.time_machine.set(name, payload.get("factor", 0.0), payload.get("at"))
        return json_response(_render(context, name))

    @routes.post("/sandboxes/<sandbox:name>/clock/advance")
    @takes(AdvanceIn())
    @responds("AdvancedOut")
    def advance_clock(name: str, payload: dict[str, Any]) -> Response:
        """Run all that falls due until then, wait for the receivers, and say what happened."""
        return _run(context, name, _step(payload))

    @routes.post("/sandboxes/<sandbox:name>/clock/settle")
    @takes(NothingIn())
    @responds("AdvancedOut")
    def settle(name: str, payload: dict[str, Any]) -> Response:
        """Run what is due now, and nothing later."""
        return _run(context, name, timedelta())


def _run(context: ControlContext, name: str, step: timedelta) -> Response:
    with context.wait_slots.take():
        try:
            now, happened = context.time_machine.advance(name, step)
        except OutOfTime as error:
            raise Problem(422, str(error)) from error
    return json_response({"now": moment(now), "happened": _happenings(happened)})


def _step(payload: dict[str, Any]) -> timedelta:
    if "seconds" in payload:
        return timedelta(seconds=payload["seconds"])
    match = DURATION.fullmatch(payload["duration"])
    parts = [float(part or 0) for part in match.groups()] if match else []
    if not match or sum(parts) > LONGEST_ADVANCE:
        raise Problem(422, "duration: ISO 8601 is needed, as in PT1H30M, P30D or P1W, a hundred years at most")
    weeks, days, hours, minutes, seconds = parts
    step = timedelta(weeks=min(weeks, 1e5), days=min(days, 1e5), hours=hours, minutes=minutes, seconds=seconds)
    if step.total_seconds() > LONGEST_ADVANCE:
        raise Problem(422, "duration: a hundred years at most")
    return step


def _happenings(happened: Sequence[Happening]) -> list[dict[str, Any]]:
    return [
        {"at": moment(event.at), "kind": event.kind, **{name: _plain(value) for name, value in event.told.items()}}
        for event in happened
    ]


def _plain(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else value


def _render(context: ControlContext, name: str) -> dict[str, Any]:
    view = context.time_machine.read(name)
    factor = {"factor": view.clock.factor} if view.clock.mode == "scaled" else {}
    return {
        "mode": view.clock.mode,
        "now": moment(view.now),
        "next_at": moment(context.time_machine.next_due(name)),
        **factor,
    }

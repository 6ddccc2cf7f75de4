"""The routes of a sandbox's clock."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, NotRequired, TypedDict, cast

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Range

from emulator.control.completions import FAILED
from emulator.control.context import ControlContext
from emulator.control.payloads import AdvancedPayload, ClockPayload, HappeningPayload
from emulator.control.request_schemas import NothingIn, Strict
from emulator.control.views import json_response, moment, responds, takes
from emulator.core.errors import OutOfTime
from emulator.core.sandbox_clock import EPOCH, LATEST
from emulator.core.time_machine import Happening
from emulator.web.problem_json import Problem

YEARS = "^(19[7-9][0-9]|[2-8][0-9]{3})-"  # for the document; _is_sensible checks
LONGEST_ADVANCE = 100 * 365 * 86_400  # seconds: a hundred years
DURATION = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)


class ClockChange(TypedDict):
    """What ClockIn loads."""

    mode: str
    at: NotRequired[datetime]
    factor: NotRequired[float]


class Advance(TypedDict, total=False):
    """What AdvanceIn loads: one of the two."""

    seconds: float
    duration: str


class ClockIn(Strict):
    """{"mode": "frozen", "at": "2026-01-01T00:00:00Z"}"""

    class Meta(Strict.Meta):
        together: ClassVar[Mapping[str, object]] = {
            "if": {"properties": {"mode": {"const": "scaled"}}},
            "then": {"required": ["factor"]},
            "else": {"not": {"required": ["factor"]}},
            "not": {"properties": {"mode": {"const": "real"}}, "required": ["at"]},
        }

    mode = fields.String(required=True, validate=OneOf(["real", "frozen", "scaled"]))
    at = fields.AwareDateTime(default_timezone=UTC, metadata={"pattern": YEARS})
    factor = fields.Float(validate=Range(0.001, 1_000_000))

    @validates_schema
    def fit(self, payload: ClockChange, **_: object) -> None:
        """Raise ValidationError unless the factor and the time fit the mode."""
        if (payload.get("mode") == "scaled") != ("factor" in payload):
            raise ValidationError("scaled needs a factor, the other modes have none", "factor")
        if payload.get("mode") == "real" and "at" in payload:
            raise ValidationError("real goes without at", "at")
        if "at" in payload and not _is_sensible(payload["at"]):
            raise ValidationError("between the years 1970 and 9000, please", "at")


class AdvanceIn(Strict):
    """{"seconds": 3600} or {"duration": "PT1H"}"""

    class Meta(Strict.Meta):
        together: ClassVar[Mapping[str, object]] = {
            "if": {"required": ["seconds"]},
            "then": {"not": {"required": ["duration"]}},
            "else": {"required": ["duration"]},
        }

    seconds = fields.Float(validate=Range(0, LONGEST_ADVANCE))
    duration = fields.String(metadata={"pattern": f"^{DURATION.pattern}$".replace(r"\d", "[0-9]")})

    @validates_schema
    def fit(self, payload: Advance, **_: object) -> None:
        """Raise ValidationError unless exactly one of seconds and duration is given."""
        if not payload:
            raise ValidationError("one of seconds and duration is needed", "seconds")
        if len(payload) > 1:
            raise ValidationError("seconds and duration both say how far: send one of them", "seconds")


def _is_sensible(moment: datetime) -> bool:
    try:
        return EPOCH < moment < LATEST
    except OverflowError:  # near the year 9999, in another time zone
        return False


# What happens when a case ends, and under which key its provider's word stands; None: under that of its outcome.
ENDS = {"case_completed": None, "case_failed": FAILED}


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /clock, /clock/advance and /clock/settle."""

    @routes.get("/sandboxes/<sandbox:name>/clock")
    @responds("ClockOut")
    def read_clock(name: str) -> Response:
        """Return what the sandbox's clock reads, how it runs, and when the next thing falls due."""
        return json_response(_render(context, name))

    @routes.patch("/sandboxes/<sandbox:name>/clock")
    @takes(ClockIn())
    @responds("ClockOut")
    def set_clock(name: str, payload: ClockChange) -> Response:
        """Freeze the clock, scale it, or let it follow wall time again."""
        if payload["mode"] == "real":
            context.time_machine.follow_wall_time(name)
        else:
            context.time_machine.set(name, payload.get("factor", 0.0), payload.get("at"))
        return json_response(_render(context, name))

    @routes.post("/sandboxes/<sandbox:name>/clock/advance")
    @takes(AdvanceIn())
    @responds("AdvancedOut")
    def advance_clock(name: str, payload: Advance) -> Response:
        """Move the clock on, run all that falls due meanwhile, wait for the receivers, and return what happened."""
        return _run(context, name, _step(payload))

    @routes.post("/sandboxes/<sandbox:name>/clock/settle")
    @takes(NothingIn())
    @responds("AdvancedOut")
    def settle(name: str, payload: object) -> Response:
        """Run what is due now and nothing later, and return what happened."""
        return _run(context, name, timedelta())


def _run(context: ControlContext, name: str, step: timedelta) -> Response:
    with context.wait_slots.take():
        try:
            now, happened = context.time_machine.advance(name, step)
        except OutOfTime as error:
            raise Problem(422, str(error)) from error
    answer: AdvancedPayload = {"now": moment(now), "happened": [_happening(context, event) for event in happened]}
    return json_response(answer)


def _step(payload: Advance) -> timedelta:
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


def _happening(context: ControlContext, event: Happening) -> HappeningPayload:
    details = {name: _plain(value) for name, value in event.told.items()}  # which ones depends on the kind
    if event.kind in ENDS:
        ended_as = ENDS[event.kind] or details["outcome"]
        details["outcome_word"] = context.outcome_words[str(details["provider"])].get(str(ended_as))
    return cast(HappeningPayload, {"at": moment(event.at), "kind": event.kind, **details})


def _plain(value: object) -> object:
    return moment(value) if isinstance(value, datetime) else value


def _render(context: ControlContext, name: str) -> ClockPayload:
    view = context.time_machine.read(name)
    next_at = moment(context.time_machine.next_due(name))
    clock: ClockPayload = {
        "mode": view.clock.mode,
        "now": moment(view.now),
        "next_at": next_at,
        "ahead": (view.now - view.wall).total_seconds(),
    }
    if view.clock.mode == "scaled":
        clock["factor"] = view.clock.factor
    return clock

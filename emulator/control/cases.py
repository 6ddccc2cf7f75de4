"""The routes that look at cases and decide how they end."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, fields
from marshmallow.validate import Range

from emulator.control.room import ControlRoom
from emulator.control.wire import NothingIn, Strict, answer, load, moment, read_body, takes
from emulator.core.model import Case, Completed, Planned
from emulator.web.problem import Refused

MOST_TIMES = 10_000


class PlanIn(Strict):
    """{"provider": "aplyid", "outcome": "denied", "times": 1}; any word of a provider is an outcome."""

    provider = fields.String(allow_none=True, load_default=None)
    outcome = fields.String(required=True)
    times = fields.Integer(strict=True, load_default=1, validate=Range(1, MOST_TIMES))


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/cases/{provider}/{id}, its completion, and /outcomes."""

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>")
    def read_case(name: str, provider: str, case_id: int) -> Response:
        """One case, and the rule that decides how it ends."""
        _ending_of(room, provider)
        return answer(_render(room.cases.get(name, provider, case_id)))

    @routes.post("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/complete")
    def complete_case(name: str, provider: str, case_id: int) -> Response:
        """End a case now, in the words of its provider."""
        order = read_body(_ending_of(room, provider))
        return answer(_render(room.completion.complete(name, provider, case_id, order)))

    @routes.get("/sandboxes/<sandbox:name>/outcomes")
    def read_outcomes(name: str) -> Response:
        """The default, and what is planned for the next cases."""
        return answer(_outcomes(room, name))

    @routes.post("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(PlanIn())
    def plan_outcome(name: str, said: dict[str, Any]) -> Response:
        """Plan how the next cases end."""
        room.sandboxes.plan(name, _planned(room, **said))
        return answer(_outcomes(room, name), 201)

    @routes.delete("/sandboxes/<sandbox:name>/outcomes/next")
    @takes(NothingIn())
    def forget_plans(name: str, said: dict[str, Any]) -> Response:
        """Plan nothing any more."""
        room.sandboxes.forget_plans(name)
        return answer(_outcomes(room, name))


def _ending_of(room: ControlRoom, provider: str) -> Schema:
    if provider not in room.endings:
        raise Refused(404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(room.endings))}")
    return room.endings[provider]


def _planned(room: ControlRoom, provider: str | None, outcome: str, times: int) -> Planned:
    """The plan, its outcome in the words of its provider, or of whichever provider has that word."""
    schemas = [_ending_of(room, provider)] if provider else list(room.endings.values())
    for schema in schemas:
        if not schema.validate({"outcome": outcome}):
            order: Completed = load(schema, {"outcome": outcome})
            return Planned(provider=provider, outcome=order.verdict.outcome, failed=False, times=times)
    raise Refused(422, f"outcome: {outcome[:100]} is no outcome {'of ' + provider if provider else 'of any provider'}")


def _outcomes(room: ControlRoom, name: str) -> dict[str, Any]:
    _, preferences, _ = room.sandboxes.look(name)
    planned = [{"provider": p.provider, "outcome": p.outcome, "times": p.times} for p in preferences.planned]
    return {"default": preferences.default_outcome, "next": planned}


def _render(case: Case) -> dict[str, Any]:
    """A case in the words of the emulator; each provider has its own."""
    return {
        "provider": case.provider,
        "id": case.id,
        "external_id": case.external_id,
        "client": {"id": case.client.id, "external_id": case.client.external_id, "name": case.client.name},
        "state": case.state,
        "outcome": case.outcome,
        "risk_score": case.risk_score,
        "rule": case.verdict.rule,
        "created_at": moment(case.created_at),
        "updated_at": moment(case.updated_at),
        "next_step_at": moment(case.due_at),
    }

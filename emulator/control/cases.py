"""The routes that look at a case and end it."""

from typing import Any

from flask import Blueprint, Response

from emulator.control.room import ControlRoom
from emulator.control.wire import answer, moment, read_body
from emulator.core.model import Case


def add_routes(routes: Blueprint, room: ControlRoom) -> None:
    """/cases/{provider}/{id}, and its completion."""

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>")
    def read_case(name: str, provider: str, case_id: int) -> Response:
        """One case, and the rule that decides how it ends."""
        room.ending_of(provider)
        return answer(_render(room.cases.get(name, provider, case_id)))

    @routes.post("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/complete")
    def complete_case(name: str, provider: str, case_id: int) -> Response:
        """End a case now, in the words of its provider."""
        order = read_body(room.ending_of(provider))
        return answer(_render(room.completion.complete(name, provider, case_id, order)))


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

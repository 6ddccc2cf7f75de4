"""The routes that tell what the pages of an applicant, and of an analyst, show of a case."""

from typing import Any

from flask import Blueprint, Response

from emulator.control.cases import render_case
from emulator.control.context import ControlContext
from emulator.control.views import json_response, moment, responds
from emulator.core.model import Check
from emulator.web.extras import Applicant
from emulator.web.problem_json import Problem


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/flows/{provider}/{number}, and the checks of a case."""

    @routes.get("/sandboxes/<sandbox:name>/flows/<provider>/<int:number>")
    @responds("FlowOut")
    def read_flow(name: str, provider: str, number: int) -> Response:
        """The case of a guided flow, by the number in its link, and what its applicant told."""
        flow = context.flows.get(provider)
        if flow is None:
            raise Problem(404, f"cases of {provider[:100]} have no guided flow; those of {', '.join(context.flows)} do")
        case = context.cases.get(name, provider, flow.case_id_of(number))
        words: dict[str, str] = {outcome.value: word for outcome, word in flow.words.items()}
        return json_response(
            {
                "case": render_case(context, case),
                "applicant": _render_applicant(flow.applicant(case)),
                "planned_outcome": case.decision.outcome,
                "endings": words,
            }
        )

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/checks")
    @responds("ChecksOut")
    def read_checks(name: str, provider: str, case_id: int) -> Response:
        """The checks of a case, and what an analyst wrote about each."""
        context.completion_schema_of(provider)
        checks = context.cases.get(name, provider, case_id).checks
        return json_response({"count": len(checks), "checks": [_render_check(check) for check in checks]})


def _render_applicant(applicant: Applicant) -> dict[str, Any]:
    return {
        "name": applicant.name,
        "is_business": applicant.is_business,
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "born_on": applicant.born_on,
        "email": applicant.email,
        "phone": applicant.phone,
        "address": list(applicant.address),
        "purpose": applicant.purpose,
    }


def _render_check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        "state": check.state,
        "outcome": check.outcome,
        "risk_score": check.risk_score,
        "title": check.title,
        "note": check.note,
        "reasoning": check.reasoning,
        "created_at": moment(check.created_at),
        "updated_at": moment(check.updated_at),
    }

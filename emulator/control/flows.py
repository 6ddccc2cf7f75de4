"""The routes behind the pages of an applicant and of an analyst: a guided flow, and the checks of a case."""

from collections.abc import Mapping

from flask import Blueprint, Response

from emulator.control.cases import render_case
from emulator.control.completions import word_of
from emulator.control.context import ControlContext
from emulator.control.payloads_cases import (
    ApplicantPayload,
    CheckPayload,
    ChecksPayload,
    DocumentPayload,
    DocumentsPayload,
    FlowPayload,
)
from emulator.control.views import json_response, moment, responds
from emulator.core.case_file import Document
from emulator.core.model import Check
from emulator.core.randomness import SeededRandom
from emulator.web.extras import Applicant
from emulator.web.problem_json import Problem


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /flows/{provider}/{number}, and the checks and documents of a case."""

    @routes.get("/sandboxes/<sandbox:name>/flows/<provider>/<int:number>")
    @responds("FlowOut")
    def read_flow(name: str, provider: str, number: int) -> Response:
        """Return the case of a guided flow, by the number in its link, and what its request says of the applicant."""
        flow = context.flows.get(provider)
        if flow is None:
            raise Problem(404, f"cases of {provider[:100]} have no guided flow; those of {', '.join(context.flows)} do")
        case = context.cases.get(name, provider, flow.case_id_of(number))
        random = SeededRandom(context.planning.read(name).seed, name, f"{provider}/client/{case.client.id}")
        answer: FlowPayload = {
            "case": render_case(context, case),
            "applicant": _render_applicant(flow.applicant(case, random)),
            "planned_outcome": case.decision.outcome,
            "signature": context.links.signatures.of(case),
            "endings": {outcome.value: word for outcome, word in flow.words.items()},
        }
        return json_response(answer)

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/checks")
    @responds("ChecksOut")
    def read_checks(name: str, provider: str, case_id: int) -> Response:
        """List the checks of a case, with what an analyst wrote about each."""
        context.completion_schema_of(provider)  # refuses an unknown provider with a list of the known ones
        checks, words = context.cases.get(name, provider, case_id).checks, context.outcome_words[provider]
        answer: ChecksPayload = {"count": len(checks), "checks": [_render_check(check, words) for check in checks]}
        return json_response(answer)

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/documents")
    @responds("DocumentsOut")
    def read_documents(name: str, provider: str, case_id: int) -> Response:
        """List the documents of a case and of its checks; their bytes are not kept."""
        context.completion_schema_of(provider)
        case = context.cases.get(name, provider, case_id)
        documents = context.documents.of_case(name, provider, case.id)
        answer: DocumentsPayload = {"count": len(documents), "documents": [*map(_render_document, documents)]}
        return json_response(answer)


def _render_document(document: Document) -> DocumentPayload:
    return {
        "id": document.id,
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
        "digest": document.digest,
        "check_id": document.check_id,
        "created_at": moment(document.created_at),
    }


def _render_applicant(applicant: Applicant) -> ApplicantPayload:
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
        "owners": [{"name": owner.name, "percent": owner.percent} for owner in applicant.owners],
    }


def _render_check(check: Check, words: Mapping[str, str]) -> CheckPayload:
    return {
        "id": check.id,
        "kind": check.kind,
        "state": check.state,
        "outcome": check.outcome,
        "outcome_word": word_of(check, words),
        "risk_score": check.risk_score,
        "title": check.title,
        "note": check.note,
        "reasoning": check.reasoning,
        "created_at": moment(check.created_at),
        "updated_at": moment(check.updated_at),
    }

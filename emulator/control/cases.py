"""The routes that list, read and complete cases."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Range

from emulator.control.completions import word_of
from emulator.control.context import ControlContext
from emulator.control.filter_words import Word
from emulator.control.payloads_cases import CasePayload, CasesPayload
from emulator.control.request_schemas import Strict
from emulator.control.views import json_response, moment, read_body, responds, takes
from emulator.core.model import Case, CaseFilter

MOST_SHOWN = 1_000


class CasesFilter(TypedDict):
    """What CasesQuery loads."""

    limit: int
    provider: NotRequired[str]
    external_id: NotRequired[str]
    archived: NotRequired[bool]


class CasesQuery(Strict):
    """Which cases."""

    provider = Word("provider", metadata={"description": "of one API"})
    external_id = fields.String(metadata={"description": "of that reference"})
    archived = fields.Boolean(
        metadata={"description": "only those that were started again as others, or only those that were not"}
    )
    limit = fields.Integer(
        load_default=100, validate=Range(0, MOST_SHOWN), metadata={"description": "the newest so many"}
    )


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /cases, /cases/{provider}/{id}, and its completion."""

    @routes.get("/sandboxes/<sandbox:name>/cases")
    @takes(query=CasesQuery())
    @responds("CasesOut")
    def list_cases(name: str, query: CasesFilter) -> Response:
        """List the cases of a sandbox, newest first."""
        count, cases = _find(context, name, **query)
        answer: CasesPayload = {"count": count, "cases": [render_case(context, case) for case in cases]}
        return json_response(answer)

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>")
    @responds("CaseOut")
    def read_case(name: str, provider: str, case_id: int) -> Response:
        """Return one case, and the rule that decides how it ends."""
        context.completion_schema_of(provider)
        return json_response(render_case(context, context.cases.get(name, provider, case_id)))

    @routes.post("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/complete")
    @responds("CaseOut")
    def complete_case(name: str, provider: str, case_id: int) -> Response:
        """Complete a case now, in the words of its provider."""
        order = read_body(context.completion_schema_of(provider))
        return json_response(render_case(context, context.completion.complete(name, provider, case_id, order)))


def _find(
    context: ControlContext,
    name: str,
    limit: int,
    provider: str | None = None,
    external_id: str | None = None,
    archived: bool | None = None,
) -> tuple[int, Sequence[Case]]:
    """Return how many cases fit, and the newest `limit` of them."""
    case_filter, count = CaseFilter(external_id=external_id, archived=archived), 0
    cases: list[Case] = []
    for each in [provider] if provider else context.completion_schemas:
        count += context.cases.count(name, each, case_filter)
        cases += context.cases.list(name, each, case_filter, offset=0, limit=limit)
    return count, sorted(cases, key=lambda case: (case.created_at, case.id), reverse=True)[:limit]


def render_case(context: ControlContext, case: Case) -> CasePayload:
    """Return a case in the words of the emulator, which are the same for every provider."""
    return {
        "provider": case.provider,
        "id": case.id,
        "external_id": case.external_id,
        "client": {"id": case.client.id, "external_id": case.client.external_id, "name": case.client.name},
        "state": case.state,
        "outcome": case.outcome,
        "outcome_word": word_of(case, context.outcome_words[case.provider]),
        "risk_score": case.risk_score,
        "rule": case.decision.rule,
        "link": context.link_of(case),
        "created_at": moment(case.created_at),
        "updated_at": moment(case.updated_at),
        "next_step_at": moment(case.due_at),
        "starts_at": moment(case.starts_at),
        "ends_at": moment(case.finish_at),
        "archived": case.archived_at is not None,
        "replaces": case.replaces,
    }

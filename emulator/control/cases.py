"""The routes that list, read and complete cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NotRequired, TypedDict

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from emulator.control.completions import word_of
from emulator.control.context import ControlContext
from emulator.control.deliveries import render_report
from emulator.control.filter_words import Word
from emulator.control.payloads_cases import CasePayload, CasesPayload
from emulator.control.request_schemas import Strict
from emulator.control.views import json_response, moment, read_body, responds, takes
from emulator.core.cases import newest
from emulator.core.deliveries import DeliveryFilter
from emulator.core.model import Case, CaseFilter, CaseSearch, Outcome, State

MOST_SHOWN, LONGEST_SEARCH = 1_000, 200
# By the word of the filter, the states of a case.
STATES: Mapping[str, frozenset[State]] = {
    **{state.value: frozenset({state}) for state in State},
    "in_progress": frozenset({State.OPEN, State.PROCESSING}),
}


class CasesFilter(TypedDict):
    """What CasesQuery loads."""

    limit: int
    provider: NotRequired[str]
    external_id: NotRequired[str]
    archived: NotRequired[bool]
    search: NotRequired[str]
    state: NotRequired[str]
    outcome: NotRequired[str]
    webhooks: bool


class CasesQuery(Strict):
    """Which cases."""

    provider = Word("provider", metadata={"description": "of one API"})
    external_id = fields.String(metadata={"description": "of that reference"})
    archived = fields.Boolean(
        metadata={"description": "only those that were started again as others, or only those that were not"}
    )
    search = fields.String(
        validate=Length(1, LONGEST_SEARCH),
        metadata={"description": "with that text in the client's name or the reference, or with that id"},
    )
    state = fields.String(
        validate=OneOf([*STATES]), metadata={"description": "in that state; in_progress: open or processing"}
    )
    outcome = fields.String(
        validate=OneOf([outcome.value for outcome in Outcome]), metadata={"description": "that ended so"}
    )
    webhooks = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={"description": "with the newest webhook of each case"},
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
        """List the cases of a sandbox, newest first; a search looks at the newest 80,000 of each API."""
        count, cases = _find(context, name, query)
        render = _render_with_webhook if query["webhooks"] else render_case
        answer: CasesPayload = {"count": count, "cases": [render(context, case) for case in cases]}
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


def _find(context: ControlContext, name: str, query: CasesFilter) -> tuple[int, Sequence[Case]]:
    """Return how many cases fit, and the newest `limit` of them."""
    among = CaseFilter(external_id=query.get("external_id"), archived=query.get("archived"))
    providers = [query["provider"]] if "provider" in query else list(context.completion_schemas)
    if query.keys() & {"search", "state", "outcome"}:
        return context.cases.search(name, providers, _search(among, query), query["limit"])
    count, cases = 0, list[Case]()
    for each in providers:
        count += context.cases.count(name, each, among)
        cases += context.cases.list(name, each, among, offset=0, limit=query["limit"])
    return count, newest(cases, query["limit"])


def _search(among: CaseFilter, query: CasesFilter) -> CaseSearch:
    outcomes = frozenset({Outcome(query["outcome"])}) if "outcome" in query else None
    states = STATES[query["state"]] if "state" in query else None
    return CaseSearch(replace(among, outcomes=outcomes), states, query.get("search"))


def _render_with_webhook(context: ControlContext, case: Case) -> CasePayload:
    of_case = DeliveryFilter(provider=case.provider, case_id=case.id)
    found = context.deliveries.find(case.sandbox, of_case, 1)
    return {**render_case(context, case), "webhook": render_report(found[0]) if found else None}


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

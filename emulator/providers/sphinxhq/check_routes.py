"""The routes of checks that stand on their own."""

from flask import Response

from emulator.core.case_file import CheckFilter
from emulator.providers.sphinxhq import case_file_schemas
from emulator.providers.sphinxhq.caller import Caller, read_body, read_id
from emulator.providers.sphinxhq.current_orders import starts_by_itself
from emulator.providers.sphinxhq.paging import OUTCOMES, Filters, answer_page
from emulator.providers.sphinxhq.query import advise_of_query
from emulator.providers.sphinxhq.schemas import PROVIDER
from emulator.web.advice import advise

FILTERS = ("case_id", "check_type", "outcome", "min_risk_score", "max_risk_score", "page", "page_size")
OPENED_AGAIN = "the case had finished: it is open again, ends once more with this check, and its webhook fires again"


def add_check(caller: Caller) -> Response:
    """Answer POST /api/checks/."""
    advise_of_query(())
    schema, body = caller.generation.new_check, read_body()
    order = case_file_schemas.read_check(schema, caller.sandbox, body, caller.known, starts_by_itself)
    filed, is_reopened = caller.desk.checks.add(order)
    if is_reopened:
        advise(OPENED_AGAIN)
    return caller.answer_check(filed, 201)


def read_check(caller: Caller, key: str) -> Response:
    """Answer GET /api/checks/{id}/."""
    advise_of_query(())
    filed = caller.desk.checks.get(caller.sandbox, PROVIDER, read_id("check", key))
    caller.hide_archived(filed)
    return caller.answer_check(filed, 200)


def list_checks(caller: Caller) -> Response:
    """Answer GET /api/checks/."""
    advise_of_query(FILTERS)
    query, checks = _filter(caller), caller.desk.checks

    def results_of(offset: int, limit: int) -> list[object]:
        found = checks.list(caller.sandbox, PROVIDER, query, offset=offset, limit=limit)
        return [caller.generation.render_check(filed, caller.desk.switches) for filed in found]

    return answer_page(checks.count(caller.sandbox, PROVIDER, query), results_of)


def _filter(caller: Caller) -> CheckFilter:
    """Return the filter that the query asks for; raise Invalid."""
    filters = Filters()
    outcome = filters.choice("outcome", OUTCOMES)
    query = CheckFilter(
        case_id=filters.whole("case_id"),
        kind=filters.choice("check_type", caller.generation.check_types),
        outcomes=OUTCOMES.get(outcome or ""),
        least_risk=filters.number("min_risk_score"),
        most_risk=filters.number("max_risk_score"),
    )
    filters.check()
    return query

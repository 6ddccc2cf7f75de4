"""The routes of cases."""

from flask import Response, request

from emulator.core.model import CaseFilter, NewCase, State
from emulator.core.reruns import Started, StartTerms
from emulator.providers.sphinxhq.again import reorder
from emulator.providers.sphinxhq.caller import Caller, read_body, read_id
from emulator.providers.sphinxhq.paging import OUTCOMES, Filters, answer_page
from emulator.providers.sphinxhq.query import HAS_WEBHOOK, advise_of_query, last_value
from emulator.providers.sphinxhq.schemas import PROVIDER
from emulator.web.advice import advise
from emulator.web.body import LARGEST_BODY
from emulator.web.errors import TooLarge

FILTERS = ("customer_id", "has_webhook", "outcome", "page", "page_size")
DELETED_UNSEEN = (
    "delete_after 0 and no webhook to send: the case is deleted as soon as it has finished, and no read "
    "ever shows it COMPLETED: they answer 404"
)
CHECK_DELETED_UNSEEN = (
    "delete_after 0 of a check and no webhook to send: the check is deleted as soon as its case has finished, and no "
    "read ever shows its result"
)
RUNS_ALREADY = "the case runs already, so that nothing was started"
WAITS = "the case waits for its first check, so that nothing was started"


def create_case(caller: Caller) -> Response:
    """Answer POST /api/cases/."""
    advise_of_query(())
    spoken = caller.generation
    order = spoken.read_order(spoken.new_case, caller.sandbox, read_body(), caller.known)
    _advise_of_webhook(order, caller.desk.object_to(order.webhook_url) if order.webhook_url else None)
    return caller.answer_case(caller.desk.open_case(order), 201)


def _advise_of_webhook(order: NewCase, objection: str | None) -> None:
    if objection:
        advise(f"the webhook will be kept, not sent: {objection}")
    if objection or not order.webhook_url:
        if order.retention_days == 0:
            advise(DELETED_UNSEEN)
        elif any(check.retention_days == 0 for check in order.checks):
            advise(CHECK_DELETED_UNSEEN)


def read_case(caller: Caller, key: str) -> Response:
    """Answer GET /api/cases/{id}/."""
    advise_of_query(())
    case = caller.desk.cases.get(caller.sandbox, PROVIDER, read_id("case", key))
    caller.hide_archived(case)
    return caller.answer_case(case, 200)


def start_case(caller: Caller, key: str) -> Response:
    """Answer POST /api/cases/{id}/start/; what is sent along is not read, but bounded."""
    advise_of_query(())
    case_id = read_id("case", key)
    if int(request.environ.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        caller.desk.cases.get(caller.sandbox, PROVIDER, case_id)  # that there is none is told first
        raise TooLarge(LARGEST_BODY)
    case, done = caller.desk.start_case(caller.sandbox, case_id, StartTerms(reorder=reorder))
    if done is Started.RUNNING:
        advise(WAITS if case.state is State.WAITING else RUNS_ALREADY)
    return caller.answer_case(case, 200)


def list_cases(caller: Caller) -> Response:
    """Answer GET /api/cases/."""
    advise_of_query(FILTERS)
    filters, cases = Filters(), caller.desk.cases
    client_id, outcome = filters.whole("customer_id"), filters.choice("outcome", OUTCOMES)
    filters.check()
    query = CaseFilter(
        client_id=client_id,
        outcomes=OUTCOMES.get(outcome or ""),
        has_webhook=HAS_WEBHOOK.get(last_value("has_webhook").lower()),
    )

    def results_of(offset: int, limit: int) -> list[object]:
        found = cases.list(caller.sandbox, PROVIDER, query, offset=offset, limit=limit)
        return [caller.generation.render_case(case, caller.desk.switches) for case in found]

    return answer_page(cases.count(caller.sandbox, PROVIDER, query), results_of)

"""The routes that only the current generation has, or answers otherwise."""

from datetime import timedelta

from flask import Response

from emulator.core.errors import NotFound
from emulator.core.model import Case
from emulator.core.reruns import Started, StartTerms
from emulator.providers.sphinxhq import current_orders
from emulator.providers.sphinxhq.again import reorder
from emulator.providers.sphinxhq.caller import Caller, read_body, read_id
from emulator.providers.sphinxhq.facts import NoChecks
from emulator.providers.sphinxhq.query import advise_of_query, query_pairs
from emulator.providers.sphinxhq.responses import drf_response
from emulator.providers.sphinxhq.schemas import PROVIDER
from emulator.web.advice import advise
from emulator.web.request_state import current_state

STUCK_AFTER = timedelta(minutes=30)  # documented
ACTIONS = {
    Started.BEGUN: "started",
    Started.REPLACED: "restarted",
    Started.REVIVED: "restarted",
    Started.RUNNING: "noop_already_running",
    Started.ENDED: "noop_already_started",
}
NO_EFFECT = (Started.RUNNING, Started.ENDED)
ALLOW_RESTART = "the case has finished: allow_restart true would archive it and start a new one in its place"


def update_case(caller: Caller, key: str) -> Response:
    """Answer PATCH /api/cases/{id}/."""
    advise_of_query(())
    before = _find(caller, key)
    change = current_orders.read_change(read_body(), caller.known_beside(before))
    objection = caller.desk.object_to(change.get("webhook_url") or "") if change.get("webhook_url") else None
    if objection:
        advise(f"the webhook will be kept, not sent: {objection}")
    after = caller.desk.case_changes.change(
        caller.sandbox,
        PROVIDER,
        before.id,
        lambda case: current_orders.changed(case, change, caller.desk.switches),
        current_state().faults.extend,
    )
    return caller.answer_case(after, 200)


def start_case(caller: Caller, key: str) -> Response:
    """Answer POST /api/cases/{id}/start/; a case that was started before is only replaced where that is allowed."""
    advise_of_query(("allow_restart",))
    found = _find(caller, key)
    allowed = current_orders.read_restart(read_body(), dict(query_pairs()), caller.known, caller.desk.switches)
    terms = StartTerms(reorder=reorder, replaces=allowed, revives_after=STUCK_AFTER, empty=NoChecks())
    case, done = caller.desk.start_case(caller.sandbox, found.id, terms)
    if done is Started.ENDED:
        advise(ALLOW_RESTART)
    body = caller.generation.render_case(case, caller.desk.switches) | {"action_taken": ACTIONS[done]}
    return drf_response(body, 202 if done in NO_EFFECT else int(caller.desk.switches["start-status"]))


def _find(caller: Caller, key: str) -> Case:
    """Return the case in the path, before the body is read; raise NotFound, for an archived one too."""
    case = caller.desk.cases.get(caller.sandbox, PROVIDER, read_id("case", key))
    if case.archived_at:
        raise NotFound("case", case.id)
    return case

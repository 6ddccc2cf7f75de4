"""One visit of an applicant: the case behind the link, its webhooks, and the answers so far."""

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from flask import request

from emulator.quick_dataclass import dataclass
from emulator.ui import login, phrases
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.flow.applicant_answers import Applicant, Question, answered, answers_of_request, documents, questions
from emulator.ui.sandbox_links import sandbox, sandbox_path
from emulator.web.extras import Flow
from emulator.web.signatures import PARAMETER

OPEN, FINISHED = ("open", "processing"), ("completed", "failed")
SETTLED = ("delivered", "failed", "blocked", "inbox")
LONGEST_NUMBER = 18  # digits
STATES = {
    "open": "Waiting for the applicant",
    "processing": "In progress",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
MARKS = {"open": "progress", "processing": "progress", "failed": "denied", "cancelled": "blocked"}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A case as the pages of its applicant show it."""

    sandbox: str
    path: str  # of the first page, with the sandbox's prefix
    result_path: str
    signature: str | None  # what every link to the case carries
    case: Mapping[str, Any]
    applicant: Applicant
    completions: Mapping[str, str]  # outcome to the provider's word
    before: Mapping[str, str]  # every answer as the request gives it
    typed: Mapping[str, str]  # the same with what the applicant changed
    deliveries: Sequence[Mapping[str, Any]]
    presents: bool  # whether this visitor may open the presenter's drawer

    def link(self, **query: object) -> str:
        """Return the link to a screen."""
        return self._with_query(self.path, query)

    @property
    def result_link(self) -> str:
        """The link to the result."""
        return self._with_query(self.result_path, {})

    def presenter_link(self, seen: str) -> str:
        """Return the link by which the presenter's drawer asks for news."""
        return self._with_query(f"{self.path}/presenter", {"seen": seen})

    def _with_query(self, path: str, query: Mapping[str, object]) -> str:
        carried = {**query, **({PARAMETER: self.signature} if self.signature else {})}
        return path + (f"?{urlencode(carried)}" if carried else "")

    @property
    def is_open(self) -> bool:
        """Whether the applicant can still go through it."""
        return self.case["state"] in OPEN

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, other than by being cancelled."""
        return self.case["state"] in FINISHED

    @property
    def case_path(self) -> str:
        """The path of the case in the control API."""
        return f"/sandboxes/{self.sandbox}/cases/{self.case['provider']}/{self.case['id']}"

    @property
    def documents(self) -> Mapping[str, str]:
        """The titles of the documents that may be shown, by their short names."""
        return documents(self.applicant)

    @property
    def endings(self) -> Mapping[str, str]:
        """How the case may end, in the words of its API, by outcome."""
        return {outcome: _title(word) for outcome, word in self.completions.items()}

    @property
    def greeting(self) -> str:
        """The name by which the applicant is addressed."""
        return self.applicant["name"] if self.applicant["is_business"] else self.before["first_name"]

    def questions(self, step: str) -> tuple[Question, ...]:
        """Return the questions of a step."""
        return questions(step, self.applicant)


def find_visit(api: ApiClient, provider: str, flow: Flow, number: str) -> Visit | None:
    """Return the visit to the flow of that number in this sandbox.

    None: there is no such case, or its links are signed and this request's is not, which a stranger cannot tell apart.
    """
    if not (number.isascii() and number.isdecimal()) or len(number) > LONGEST_NUMBER:
        return None
    try:
        found = api.get(f"{sandbox_path()}/flows/{provider}/{number}")
    except ApiRefusal as refused:
        if refused.status == 404:
            return None
        raise
    if not _carries(found["signature"]):
        return None
    case, applicant = found["case"], found["applicant"]
    before = answers_of_request(applicant, found["planned_outcome"])
    return Visit(
        sandbox=sandbox(),
        path=request.script_root + flow.path.replace("<number>", number),
        result_path=request.script_root + flow.result.replace("<number>", number),
        signature=found["signature"],
        case=case,
        applicant=applicant,
        completions=found["endings"],
        before=before,
        typed=answered(before, request.args),
        deliveries=api.get(f"{sandbox_path()}/deliveries", provider=provider, case_id=case["id"])["deliveries"],
        presents=login.has_told(api.token),
    )


def _carries(signature: str | None) -> bool:
    given = request.args.get(PARAMETER, "").encode("utf-8", "replace")
    return signature is None or compare_digest(given, signature.encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusLine:
    """A mark with a title and details; `mark` names its shape and colour."""

    mark: str
    title: str
    details: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """How far the case and its webhooks are; `moves` says whether more is to come."""

    case: StatusLine
    webhooks: Sequence[StatusLine]
    moves: bool


def arrival(visit: Visit) -> Arrival:
    """Return what the presenter's drawer shows of the case and its webhooks."""
    webhooks = [webhook_line(delivery) for delivery in visit.deliveries]
    if not webhooks and visit.is_open:
        webhooks = [
            StatusLine(mark="progress", title="Webhook to come", details="It is sent as soon as the case ends.")
        ]
    elif not webhooks:
        webhooks = [StatusLine(mark="blocked", title="No webhook", details=_why_none(visit.case))]
    waits = any(delivery["state"] not in SETTLED for delivery in visit.deliveries)
    return Arrival(case=case_line(visit.case), webhooks=webhooks, moves=visit.is_open or waits)


def _why_none(case: Mapping[str, Any]) -> str:
    is_cancelled = case["state"] == "cancelled"
    return "A cancelled case sends none." if is_cancelled else "The request gave no reference, so none is sent."


def _title(word: str) -> str:
    return phrases.plain(word).capitalize()


def case_line(case: Mapping[str, Any]) -> StatusLine:
    """Return the state of a case as a line."""
    if case["state"] == "completed":
        outcome = case["outcome"] or "undecided"
        title = _title(case["outcome_word"] or outcome)
        return StatusLine(mark=outcome, title=title, details=f"Case {case['id']}, {phrases.decision(case)}")
    is_planned = case["next_step_at"] and case["ends_at"]
    planned = f", ends by itself at {case['ends_at'][11:19]}" if is_planned else ""
    return StatusLine(mark=MARKS[case["state"]], title=STATES[case["state"]], details=f"Case {case['id']}{planned}")


def webhook_line(delivery: Mapping[str, Any]) -> StatusLine:
    """Return what became of a webhook so far as a line."""
    attempts = delivery["attempts"]
    last = attempts[-1] if attempts else {"status": None, "latency_ms": 0, "error": None}
    many = f"attempt {len(attempts)}: " if len(attempts) > 1 else ""
    failed = f"{many}{last['error'] or last['status']}"
    if delivery["state"] == "delivered":
        details = f"{many}{last['status']} in {last['latency_ms']:.0f} ms, {delivery['url']}"
        return StatusLine(mark="approved", title="Webhook delivered", details=details)
    if delivery["state"] == "inbox":
        return StatusLine(
            mark="inbox", title="Webhook in the inbox", details="Nobody is named to receive it, so it was kept."
        )
    if delivery["state"] == "blocked":
        return StatusLine(mark="blocked", title="Webhook blocked", details=delivery["reason"] or "")
    if delivery["state"] == "failed":
        return StatusLine(mark="denied", title="Webhook given up", details=failed)
    if not attempts:
        return StatusLine(mark="progress", title="Webhook on its way", details=delivery["url"] or "")
    again = f"; next try at {delivery['next_attempt_at'][11:19]}" if delivery["next_attempt_at"] else ""
    return StatusLine(mark="retrying", title="Webhook retrying", details=f"{failed}{again}")

"""The routes that make up a valid request, Create Case unless told otherwise, and send it if asked to."""

import json
from dataclasses import replace
from typing import NotRequired, TypedDict

from flask import Blueprint, Response, current_app
from marshmallow import fields
from marshmallow.validate import Length, Range

from emulator.control.context import ControlContext
from emulator.control.filter_words import Word, refusal_of
from emulator.control.outcomes import WORDS, OutcomeWord, queued_outcome_of
from emulator.control.payloads_cases import SamplePayload, SentPayload
from emulator.control.request_schemas import Strict, TrueOrFalse, Whole
from emulator.control.views import json_response, responds, takes
from emulator.core.model import CaseFilter
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import QueuedOutcome
from emulator.readers import BIGGEST_SEED
from emulator.web import internal_client
from emulator.web.extras import Sample
from emulator.web.problem_json import Problem


class SampleOrder(TypedDict):
    """What SampleIn loads."""

    seed: NotRequired[int]
    operation: NotRequired[str]
    case_id: NotRequired[int]
    current: bool
    outcome: NotRequired[str]
    body: dict[str, object]


OPERATION = "what is asked for; Create Case unless told"
GENERATION = "of the current generation of an API that speaks more than one"
CASE = "the case that the operation is about; the newest one unless told"


class SampleChoice(TypedDict):
    """What SampleQuery loads."""

    seed: int
    operation: NotRequired[str]
    case_id: NotRequired[int]
    current: bool


class SampleQuery(Strict):
    """Which sample to draw."""

    operation = Word("sample", metadata={"description": OPERATION})
    case_id = fields.Integer(validate=Range(1, BIGGEST_SEED), metadata={"description": CASE})
    current = fields.Boolean(load_default=False, metadata={"description": GENERATION})
    seed = fields.Integer(
        load_default=0,
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request, another one another person"},
    )


class SampleIn(Strict):
    """Which sample to send, and how its case ends."""

    seed = Whole(
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request; unless told, another one for each case"},
    )
    operation = Word("sample", metadata={"description": OPERATION})
    case_id = Whole(validate=Range(1, BIGGEST_SEED), metadata={"description": CASE})
    current = TrueOrFalse(load_default=False, metadata={"description": GENERATION})
    outcome = OutcomeWord(validate=Length(1, 100), metadata={"description": f"how this case ends: {WORDS}"})
    body = fields.Dict(load_default=dict, metadata={"description": "goes into the request instead of what is drawn"})


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /samples/{provider}."""

    @routes.get("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(query=SampleQuery())
    @responds("SampleOut")
    def draw_sample(name: str, provider: str, query: SampleChoice) -> Response:
        """Return a valid request with made-up people and the sandbox's key; nothing is sent."""
        return json_response(_render(context, _draw(context, provider, name, query["seed"], query)))

    @routes.post("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(SampleIn())
    @responds("SentOut", 201)
    def send_sample(name: str, provider: str, payload: SampleOrder) -> Response:
        """Send a valid request with made-up people, and return its answer."""
        seed = payload["seed"] if "seed" in payload else _next_seed(context, name, payload)
        drawn = _draw(context, provider, name, seed, payload)
        sample = replace(drawn, body={**drawn.body, **payload["body"]})
        queued = queued_outcome_of(context, provider, payload["outcome"], 1) if "outcome" in payload else None
        return json_response(_render_sent(context, sample, _send(context, name, sample, queued)), 201)


def _next_seed(context: ControlContext, sandbox: str, order: SampleOrder) -> int:
    """Return a number that each sample of this sandbox has for itself, so that each is of another person.

    It is the number of cases; operations that open none take one from the requests so far.
    """
    return (
        context.journal.next_number() if "operation" in order else sum(context.deliveries.counts(sandbox)[0].values())
    )


def _send(
    context: ControlContext, sandbox: str, sample: Sample, queued: QueuedOutcome | None
) -> internal_client.Answer:
    """Send the sample; its outcome goes to the front of the queue, and is taken back if no case was opened."""
    if queued:
        context.planning.queue_outcome(sandbox, queued, first=True)
    body = json.dumps(sample.body).encode()
    answer = internal_client.ask(current_app.wsgi_app, sample.method, sample.path, sample.headers, body, quiet=False)
    if queued and answer.case_id is None:
        context.planning.unqueue_outcome(sandbox, queued)
    return answer


def _draw(
    context: ControlContext, provider: str, sandbox: str, seed: int, choice: SampleChoice | SampleOrder
) -> Sample:
    if provider not in context.providers:
        raise Problem(404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(context.providers))}")
    samples = context.providers[provider].samples
    if samples and choice["current"]:
        samples = samples.current
    if samples is None:
        raise Problem(404, f"{provider} has no such samples")
    operation = choice.get("operation", samples.operations[0])
    if operation not in samples.operations:
        reason = refusal_of(f"sample of {provider}", operation, samples.operations)
        raise Problem(422, f"operation: {reason}", errors={"operation": reason})
    case_id = choice.get("case_id") or 1
    if operation in samples.on_cases and "case_id" not in choice:
        case_id = _newest_case(context, provider, sandbox, operation)
    return samples.draw(SeededRandom(seed, "", "sample"), sandbox, operation, case_id)


def _newest_case(context: ControlContext, provider: str, sandbox: str, operation: str) -> int:
    """Return the id of the newest case; raise Problem when there is none."""
    found = context.cases.list(sandbox, provider, CaseFilter(), offset=0, limit=1)
    if not found:
        raise Problem(409, f"{operation} is about a case, and there is none yet: open one first")
    return found[0].id


def _render(context: ControlContext, sample: Sample) -> SamplePayload:
    return {
        "method": sample.method,
        "url": context.address + sample.path,
        "path": sample.path,
        "headers": dict(sample.headers),
        "body": dict(sample.body),
    }


def _render_sent(context: ControlContext, sample: Sample, answer: internal_client.Answer) -> SentPayload:
    return {
        **_render(context, sample),
        "status": answer.status,
        "answer": answer.body.decode("utf-8", "replace"),
        "case_id": answer.case_id,
    }

"""The routes that make up a valid Create Case request, and send it if asked to."""

import json
from dataclasses import replace
from typing import NotRequired, TypedDict

from flask import Blueprint, Response, current_app
from marshmallow import fields
from marshmallow.validate import Length, Range

from emulator.control.context import ControlContext
from emulator.control.outcomes import WORDS, OutcomeWord, queued_outcome_of
from emulator.control.payloads_cases import SamplePayload, SentPayload
from emulator.control.request_schemas import Strict, Whole
from emulator.control.views import json_response, responds, takes
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import QueuedOutcome
from emulator.readers import BIGGEST_SEED
from emulator.web import internal_client
from emulator.web.extras import Sample
from emulator.web.problem_json import Problem


class SampleOrder(TypedDict):
    """What SampleIn loads."""

    seed: NotRequired[int]
    outcome: NotRequired[str]
    body: dict[str, object]


class SampleQuery(Strict):
    """Which sample to draw."""

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
    outcome = OutcomeWord(validate=Length(1, 100), metadata={"description": f"how this case ends: {WORDS}"})
    body = fields.Dict(load_default=dict, metadata={"description": "goes into the request instead of what is drawn"})


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /samples/{provider}."""

    @routes.get("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(query=SampleQuery())
    @responds("SampleOut")
    def draw_sample(name: str, provider: str, query: dict[str, int]) -> Response:
        """Return a valid Create Case request with made-up people and the sandbox's key; nothing is sent."""
        return json_response(_render(context, _draw(context, provider, name, query["seed"])))

    @routes.post("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(SampleIn())
    @responds("SentOut", 201)
    def send_sample(name: str, provider: str, payload: SampleOrder) -> Response:
        """Send a valid Create Case request with made-up people, and return its answer."""
        drawn = _draw(context, provider, name, payload["seed"] if "seed" in payload else _next_seed(context, name))
        sample = replace(drawn, body={**drawn.body, **payload["body"]})
        queued = queued_outcome_of(context, provider, payload["outcome"], 1) if "outcome" in payload else None
        return json_response(_render_sent(context, sample, _send(context, name, sample, queued)), 201)


def _next_seed(context: ControlContext, sandbox: str) -> int:
    """Return the number of cases in the sandbox, so that each sample is of another person."""
    return sum(context.deliveries.counts(sandbox)[0].values())


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


def _draw(context: ControlContext, provider: str, sandbox: str, seed: int) -> Sample:
    if provider not in context.providers:
        raise Problem(404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(context.providers))}")
    samples = context.providers[provider].samples
    if samples is None:
        raise Problem(404, f"{provider} has no samples")
    return samples.draw(SeededRandom(seed, "", "sample"), sandbox)


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

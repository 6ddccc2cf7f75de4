"""The routes that make a valid request up, for whoever needs one, and send it for whoever would rather look."""

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app
from marshmallow import fields
from marshmallow.validate import Length, Range

from emulator.control.context import ControlContext
from emulator.control.outcomes import WORDS, queued_outcome_of
from emulator.control.request_schemas import Strict
from emulator.control.views import json_response, responds, takes
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import QueuedOutcome
from emulator.readers import BIGGEST_SEED
from emulator.web import internal_client
from emulator.web.extras import Sample
from emulator.web.problem_json import Problem


class SampleQuery(Strict):
    """Which one."""

    seed = fields.Integer(
        load_default=0,
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request, another one another person"},
    )


class SampleIn(Strict):
    """Which one to send."""

    seed = fields.Integer(
        strict=True,
        validate=Range(0, BIGGEST_SEED),
        metadata={"description": "the same seed draws the same request; unless told, another one for each case"},
    )
    outcome = fields.String(validate=Length(1, 100), metadata={"description": f"how this case ends: {WORDS}"})
    body = fields.Dict(load_default=dict, metadata={"description": "goes into the request instead of what is drawn"})


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/samples/{provider}"""

    @routes.get("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(query=SampleQuery())
    @responds("SampleOut")
    def draw_sample(name: str, provider: str, query: dict[str, Any]) -> Response:
        """A valid Create Case request with made-up people and the sandbox's key; nothing is sent."""
        return json_response(_render(context, _draw(context, provider, name, query["seed"])))

    @routes.post("/sandboxes/<sandbox:name>/samples/<provider>")
    @takes(SampleIn())
    @responds("SentOut", 201)
    def send_sample(name: str, provider: str, payload: dict[str, Any]) -> Response:
        """Send such a request, and say what was answered."""
        seed = payload.get("seed")
        drawn = _draw(
            context, provider, name, sum(context.deliveries.counts(name)[0].values()) if seed is None else seed
        )
        sent = replace(drawn, body={**drawn.body, **payload["body"]})
        queued = queued_outcome_of(context, provider, payload["outcome"], 1) if "outcome" in payload else None
        told = _send(context, name, sent, queued)
        told_back = {"status": told.status, "answer": told.body.decode("utf-8", "replace"), "case_id": told.case_id}
        return json_response(_render(context, sent) | told_back, 201)


def _send(context: ControlContext, sandbox: str, sent: Sample, queued: QueuedOutcome | None) -> internal_client.Answer:
    """Send it; what was planned for it comes before other plans, and is none any more where it opened no case."""
    if queued:
        context.planning.queue_outcome(sandbox, queued, first=True)
    body = json.dumps(sent.body).encode()
    told = internal_client.ask(current_app.wsgi_app, sent.method, sent.path, sent.headers, body, quiet=False)
    if queued and told.case_id is None:
        context.planning.unqueue_outcome(sandbox, queued)
    return told


def _draw(context: ControlContext, provider: str, sandbox: str, seed: int) -> Sample:
    if provider not in context.providers:
        raise Problem(404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(context.providers))}")
    samples = context.providers[provider].samples
    if samples is None:
        raise Problem(404, f"{provider} has no samples")
    return samples.draw(SeededRandom(seed, "", "sample"), sandbox)


def _render(context: ControlContext, drawn: Sample) -> dict[str, Any]:
    headers, body = dict(drawn.headers), dict(drawn.body)
    return {
        "method": drawn.method,
        "url": context.address + drawn.path,
        "path": drawn.path,
        "headers": headers,
        "body": body,
    }

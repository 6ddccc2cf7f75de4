"""What the API says or does that it should not, and answers in another form: the faults `lie` and `answer_form`."""

import json
from collections.abc import Sequence
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Response

from emulator.core.body_faults import in_form
from emulator.core.errors import Invalid
from emulator.core.randomness import SeededRandom
from emulator.core.sandboxes import Sandboxes
from emulator.quick_dataclass import dataclass
from emulator.web.api_faults import AnswerForm, ApiFault, Lie
from emulator.web.extras import Samples
from emulator.web.internal_client import ask
from emulator.web.provider import Provider
from emulator.web.request_state import RequestState

CREATED, LEAST_ERROR = 201, 400
EARLY_LIES = ("empty_error",)  # these tell of requests too that are refused before any fault triggers


@dataclass(frozen=True, kw_only=True)
class Lies:
    """Changes answers as the lies and forms of a sandbox have it, and counts where that made a difference."""

    sandboxes: Sandboxes
    dispatch: WSGIApplication

    def tell(self, state: RequestState, environ: WSGIEnvironment, provider: Provider, response: Response) -> Response:
        """Return the answer in place of this one; the same where no lie fits it."""
        for kind in (*state.api_faults, *self._standing(state)):
            before = response.status_code, response.get_data()
            response = self._changed(kind, state, environ, provider, response)
            if (response.status_code, response.get_data()) != before:
                self.sandboxes.strikes.note(kind.kind)
        return response

    @property
    def is_everywhere(self) -> bool:
        """Whether a standing fault may change any answer."""
        return self.sandboxes.watches_all

    def _standing(self, state: RequestState) -> Sequence[ApiFault]:
        """Return the standing lies about a request that was refused before its faults were looked at."""
        if state.api_faults or not self.sandboxes.watches_all:
            return ()
        found: list[ApiFault] = []
        for fault in self.sandboxes.defaults.standing:
            if (fault.kind == Lie.kind and fault.how in EARLY_LIES) or fault.kind == AnswerForm.kind:
                state.faults.append(fault.name)
                found.append((Lie if fault.kind == Lie.kind else AnswerForm)(**json.loads(fault.settings)))
        return found

    def _changed(
        self, kind: object, state: RequestState, environ: WSGIEnvironment, provider: Provider, response: Response
    ) -> Response:
        if isinstance(kind, AnswerForm):
            response.set_data(_in_form(provider, response, kind.how))
        if not isinstance(kind, Lie):
            return response
        if kind.how == "empty_error" and response.status_code >= LEAST_ERROR:
            response.set_data(b"")
        if kind.how == "created_though_invalid" and isinstance(state.fact, Invalid) and provider.creates(environ):
            return self._pretend(state, environ, provider, response)
        if response.status_code != CREATED or not provider.creates(environ):
            return response
        if kind.how == "fields_missing":
            response.set_data(b"{}")
        if kind.how == "success_200":
            response.status_code = 200
        return response

    def _pretend(
        self, state: RequestState, environ: WSGIEnvironment, provider: Provider, response: Response
    ) -> Response:
        """Return the answer to a valid request, which is carried out in place of the one that was refused."""
        if provider.samples is None:
            return response
        sandbox = state.sandbox or state.named_sandbox
        samples = _samples_like(environ, provider.samples)
        sample = samples.draw(SeededRandom(0, sandbox, "pretended"), sandbox)
        body = json.dumps(sample.body).encode()
        pretended = ask(self.dispatch, sample.method, sample.path, sample.headers, body, quiet=True)
        if pretended.status != CREATED:
            return response
        response.status_code = CREATED
        response.set_data(pretended.body)
        return response


def _samples_like(environ: WSGIEnvironment, samples: Samples) -> Samples:
    """Return the samples of the generation that a request speaks, by the header in which its key was sent."""
    if samples.current is None:
        return samples
    name, key = samples.current.key_of("")
    sent = str(environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))
    return samples.current if sent.lower().startswith(key.partition(" ")[0].lower()) else samples


def _in_form(provider: Provider, response: Response, how: str) -> bytes:
    body: bytes = response.get_data()
    if how != "other_words":
        return in_form(body, how) if response.status_code < LEAST_ERROR else body
    if response.status_code >= LEAST_ERROR:
        for words, others in provider.assumed_words.items():
            body = body.replace(words.encode(), others.encode())
    return body

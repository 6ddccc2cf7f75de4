"""What a provider works with: the cases, its switches and credentials, and the links of this emulator."""

from collections.abc import Callable, Collection, Mapping
from wsgiref.types import WSGIEnvironment

from flask import request

from emulator.core.access_tokens import AccessTokens, FoundToken
from emulator.core.case_changes import CaseChanges
from emulator.core.cases import Cases
from emulator.core.checks import Checks
from emulator.core.clients import Clients
from emulator.core.documents import Documents
from emulator.core.errors import Unauthorized
from emulator.core.model import Case, NewCase
from emulator.core.reruns import Reruns, Started, StartTerms
from emulator.quick_dataclass import dataclass
from emulator.web.advice import advise
from emulator.web.credentials import is_literal, open_sandbox
from emulator.web.links import Links
from emulator.web.request_faults import RequestFaults
from emulator.web.request_state import RequestState, current_state, state_of

TOKEN_EXPIRED = "the access token has expired by the clock of its sandbox: ask for a new one"
TOKEN_ENDED = "a fault has ended the access token after its first request: ask for a new one"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts of the emulator that the routes of one provider use."""

    provider: str
    cases: Cases
    clients: Clients
    checks: Checks
    documents: Documents
    reruns: Reruns
    access_tokens: AccessTokens
    case_changes: CaseChanges
    request_faults: RequestFaults
    links: Links
    switches: Mapping[str, str]
    further_credentials: Collection[str]
    key_hint: str  # what opens a sandbox, and where it is sent
    object_to: Callable[[str], str | None]  # why a webhook to that URL would be kept, not sent; else None

    def admit(self, environ: WSGIEnvironment, credential: str | None) -> str:
        """Return the sandbox that the credential opens; raise Unauthorized, or FaultTriggered for a planned fault."""
        try:
            sandbox = open_sandbox(state_of(environ), credential, self.further_credentials, self.key_hint)
        except Unauthorized:
            let_in = self.request_faults.let_in(environ, self.provider)
            if let_in is None:
                raise
            sandbox = let_in
        self.request_faults.admit(environ, self.provider, sandbox)
        return sandbox

    def admit_by_token(self, environ: WSGIEnvironment, token: str) -> str:
        """Return the sandbox that an access token opens, or else the token as a credential; raise what `admit` does."""
        found = None if is_literal(token) else self.access_tokens.find(self.provider, token)
        if found is None:
            return self.admit(environ, token)
        state = state_of(environ)
        state.sandbox = state.path_sandbox or found.sandbox
        if found.is_expired and self.request_faults.let_in(environ, self.provider) is None:
            self._tell_why(found, state)
            raise Unauthorized
        self.request_faults.admit(environ, self.provider, state.sandbox)
        self.access_tokens.note_use(token)
        return state.sandbox

    def _tell_why(self, found: FoundToken, state: RequestState) -> None:
        if found.fault is None:
            advise(TOKEN_EXPIRED)
            return
        state.faults.append(found.fault)
        self.access_tokens.note_refusal()
        advise(TOKEN_ENDED)

    def open_case(self, order: NewCase) -> Case:
        """Open a case and note it for the journal; raise what `Cases.open` raises."""
        environ = request.environ
        if "HTTP_IDEMPOTENCY_KEY" in environ:
            advise("the header Idempotency-Key is not read: every request opens a case of its own")
        state = state_of(environ)
        case = state.case = self.cases.open(order, state.faults.extend, is_watched=state.is_watched)
        return case

    def start_case(self, sandbox: str, case_id: int, terms: StartTerms) -> tuple[Case, Started]:
        """Start a case and note a new one for the journal; raise what `Reruns.start` raises."""
        case, done = self.reruns.start(sandbox, self.provider, case_id, terms)
        if done is Started.REPLACED:
            current_state().case = case
        return case, done

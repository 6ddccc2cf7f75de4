"""What is known of a request while it is answered: one typed value, in one place of the WSGI environ."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import request

from emulator.core.model import DEFAULT_SANDBOX, Case

if TYPE_CHECKING:
    from emulator.web.api_faults import ApiFault

KEY = "emulator.request"


@dataclass(slots=True)
class RequestState:
    """Everything that one part of the pipeline notes for another."""

    mount: str = ""  # the path that the application is mounted at
    path_sandbox: str | None = None  # that the path names with /s/<name>
    started: float = 0.0  # seconds on the stop-watch
    sandbox: str | None = None  # that the request is about, once known
    case: Case | None = None  # that it opened
    fact: Exception | None = None  # why it was refused
    faults: list[str] = field(default_factory=list)  # the names of those that triggered
    api_faults: "list[ApiFault]" = field(default_factory=list)  # and what they do to the answer
    advice: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # of the answer, whatever it says
    raw_body: bytes | None = None
    is_internal: bool = False  # one part of this application asks another
    quiet: bool = False  # nobody outside sent it: neither logged nor counted

    @property
    def named_sandbox(self) -> str:
        """The sandbox that the path names, else the default one."""
        return self.path_sandbox or DEFAULT_SANDBOX


def state_of(environ: MutableMapping[str, Any]) -> RequestState:
    """Return the state of the request with that environ."""
    state: RequestState | None = environ.get(KEY)
    if state is None:
        state = environ[KEY] = RequestState()
    return state


def current_state() -> RequestState:
    """Return the state of the request that is being answered."""
    return state_of(request.environ)

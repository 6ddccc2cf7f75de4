"""What is known of a request while it is answered: one typed value under one key of the WSGI environ."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from flask import request

from emulator.core.model import DEFAULT_SANDBOX, Case
from emulator.quick_dataclass import dataclass

if TYPE_CHECKING:
    from emulator.web.api_faults import ApiFault

KEY = "emulator.request"


@dataclass(slots=True)
class RequestState:
    """What one part of the pipeline notes about a request for another."""

    mount: str = ""  # the path that the application is mounted at, or that others reach it below
    public_origin: str = ""  # of --public-url, as browsers write it
    path_sandbox: str | None = None  # named by the path prefix /s/<name>
    path: str = ""  # of the request, below that prefix
    started: float = 0.0  # seconds on WallClock.stopwatch
    sandbox: str | None = None  # which the request is about, once known
    case: Case | None = None  # which the request opened
    fact: Exception | None = None  # why it was refused
    faults: list[str] = field(default_factory=list)  # names of the faults that triggered
    api_faults: "list[ApiFault]" = field(default_factory=list)  # what these faults do to the answer
    advice: list[str] = field(default_factory=list)
    needed: Sequence[str] = ()  # by a refused request; told as advice where there is no other
    headers: dict[str, str] = field(default_factory=dict)  # to add to the answer, even to an error
    raw_body: bytes | None = None
    show_body: Callable[[bytes], bytes] | None = None  # what the journal keeps of a body that nobody may keep whole
    show_answer: Callable[[bytes], bytes] | None = None  # the same of the answer
    is_watched: bool | None = None  # whether the sandbox has faults, or a key that may expire; None: nobody looked
    is_internal: bool = False  # one part of this application asks another
    quiet: bool = False  # sent from inside the emulator: not journalled, logged or counted

    @property
    def named_sandbox(self) -> str:
        """The sandbox that the path names, else the default one."""
        return self.path_sandbox or DEFAULT_SANDBOX


def state_of(environ: MutableMapping[str, Any]) -> RequestState:
    """Return the state of the request with this environ, made on first use."""
    state: RequestState | None = environ.get(KEY)
    if state is None:
        state = environ[KEY] = RequestState()
    return state


def current_state() -> RequestState:
    """Return the state of the request that is being answered."""
    return state_of(request.environ)

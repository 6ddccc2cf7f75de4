"""The contract of a provider: what one emulated API has to bring along."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema

from emulator.core.cases import Cases
from emulator.core.deliveries import NoWebhook, RenderedWebhook
from emulator.core.model import Case, NewCase, Outcome
from emulator.core.ports import Newborn
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings
from emulator.web.credentials import open_sandbox
from emulator.web.links import Links
from emulator.web.request_faults import RequestFaults
from emulator.web.request_state import current_state, state_of


@dataclass(frozen=True, slots=True)
class Switch:
    """A guess about the service that a user may change: the first choice is the default."""

    name: str
    choices: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a provider works with."""

    provider: str
    cases: Cases
    request_faults: RequestFaults
    links: Links
    switches: Mapping[str, str]
    further_credentials: Collection[str]
    object_to: Callable[[str], str | None]  # why a webhook to that URL would not be sent; None: it would

    def admit(self, environ: dict[str, Any], credential: str | None) -> str:
        """Return the sandbox that the credential opens; raises Unauthorized, or FaultTriggered."""
        sandbox = open_sandbox(state_of(environ), credential, self.further_credentials)
        self.request_faults.admit(environ, self.provider, sandbox)
        return sandbox

    def open_case(self, order: NewCase) -> Case:
        """Return a new case, noted for the journal; raises what `Cases.open` raises."""
        case = current_state().case = self.cases.open(order)
        return case


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A request that is answered 201; the path is below our address."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    method: str = "POST"


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """What a request tells of whoever is verified; the empty text where it tells nothing."""

    name: str
    is_business: bool = False
    first_name: str = ""
    last_name: str = ""
    born_on: str = ""
    email: str = ""
    phone: str = ""
    address: tuple[str, ...] = ()  # its lines
    purpose: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """The pages to which the links in a provider's answers lead, below the address of a sandbox."""

    path: str  # where the applicant goes through it, with <number> in it
    result: str  # where the result is told, likewise
    number_of: Callable[[Case], int]
    case_id_of: Callable[[int], int]  # of that number
    applicant: Callable[[Case], Applicant]
    words: Mapping[Outcome, str]  # how a case may end, in the words that complete it


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One emulated API. A further one is a folder like these two and one line in `app.py`."""

    name: str
    title: str
    prefixes: tuple[str, ...]  # the paths whose errors wear its clothes
    setting: str  # the setting that holds its further credentials
    switches: tuple[Switch, ...]
    newborn: Newborn  # what a fresh sandbox holds
    blueprint: Callable[[Desk], Blueprint]
    credential: Callable[[Mapping[str, Any]], str | None]  # what a request shows, given its environ
    render_error: Callable[[Exception, Desk], Response]
    conclude: Callable[[Case, SeededRandom], Case]
    render_webhook: Callable[[Case, SandboxSettings, str, Desk], RenderedWebhook | NoWebhook]
    routes: tuple[str, ...]  # verbs and paths, for whoever missed them
    key_of: Callable[[str], tuple[str, str]]  # the header that opens the sandbox of that name
    curl: Callable[[str, str], str]  # a request to paste, given our address and the sandbox
    draw_sample: Callable[[SeededRandom, str], Sample]  # a request drawn by chance, for the sandbox of that name
    completion_in: type[Schema]  # how somebody says how a case is to end; loads to Completed
    describe: Callable[[str], dict[str, Any]]  # its OpenAPI document, given our address
    flow: Flow | None = None

"""The optional parts of a provider: switches, samples, a guided flow, and the words that complete a case."""

from collections.abc import Callable, Mapping
from typing import Protocol

from marshmallow import RAISE, Schema, fields, post_load
from marshmallow.validate import OneOf

from emulator.core.model import Case, CompletionOrder, Decision, Outcome
from emulator.core.randomness import SeededRandom
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Switch:
    """A guess about the service that a user may change: the first choice is the default."""

    name: str
    choices: tuple[str, ...]
    meaning: str
    breaks: str = ""  # what typically depends on the default
    holds: str = ""  # what to do instead
    recipe: str = ""  # code that does so


class UsedSwitches(dict[str, str]):
    """The values of a provider's switches by name; `note` is told of every use, as `provider.name`."""

    def __init__(self, values: Mapping[str, str], provider: str, note: Callable[[str], None]) -> None:
        super().__init__(values)
        self._provider, self._note = provider, note

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        self._note(f"{self._provider}.{name}")
        return value


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A request that is answered 201; its path is relative to the emulator's address."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, object]
    method: str = "POST"


class Samples(Protocol):
    """Requests that work out of the box, for pages, the banner, the handle and `case-emulator sample`."""

    operations: tuple[str, ...]  # those that can be drawn, by the names of the provider's; the first opens a case
    on_cases: tuple[str, ...]  # those of them that are about a case that is there already

    @property
    def current(self) -> "Samples | None":
        """Those of the API's current generation; None where it speaks only one."""

    def key_of(self, sandbox: str) -> tuple[str, str]:
        """Return the header, and its value, that opens the sandbox of that name."""

    def curl(self, address: str, sandbox: str) -> str:
        """Return a first request to paste into a terminal."""

    def draw(self, random: SeededRandom, sandbox: str, operation: str | None = None, case_id: int = 1) -> Sample:
        """Return a request with made-up people for one of the operations, the first unless told."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A person who owns more than 25 % of a company, and so is verified with it."""

    name: str
    percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """What a request says about the person or company to verify; an empty text where it says nothing."""

    name: str
    is_business: bool = False
    first_name: str = ""
    last_name: str = ""
    born_on: str = ""
    email: str = ""
    phone: str = ""
    address: tuple[str, ...] = ()  # its lines
    purpose: str = ""
    owners: tuple[Owner, ...] = ()  # of a company, the largest first


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """The pages that links in a provider's answers lead to; the paths are relative to the address of a sandbox."""

    path: str  # the applicant's pages, with <number> in it
    result: str  # the page of the result, likewise
    number_of: Callable[[Case], int]
    case_id_of: Callable[[int], int]  # the inverse of number_of
    applicant: Callable[[Case, SeededRandom], Applicant]  # the random values are those of the case's client
    words: Mapping[Outcome, str]  # how a case may end, in the words that complete it
    signed_by: tuple[str, str] | None = None  # the switch, and its choice, that signs the links; None: nothing does


class CompletionIn(Schema):
    """{"outcome": "denied"}"""

    class Meta:
        unknown = RAISE

    outcome = fields.String(required=True, validate=OneOf([outcome.value for outcome in Outcome]))

    @post_load
    def order(self, payload: dict[str, str], **_: object) -> CompletionOrder:
        """Return the order that completes the case."""
        return CompletionOrder(Decision(rule="explicit", outcome=Outcome(payload["outcome"])), lambda case: case)

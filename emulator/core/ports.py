"""What the core needs from the rooms around it."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from emulator.core.model import (
    Attempt,
    Case,
    CaseFilter,
    Client,
    ClientClaim,
    Delivery,
    Letter,
    NewCase,
    NewClient,
    Preferences,
    Schedule,
    Silence,
)
from emulator.core.outcomes import Verdict
from emulator.core.people import People


@dataclass(frozen=True, kw_only=True, slots=True)
class Newborn:
    """What a fresh sandbox holds of one provider: the first free ids, and things that exist at once."""

    first_ids: tuple[tuple[str, int], ...]
    clients: tuple[tuple[int, NewClient], ...] = ()
    documents: tuple[int, ...] = ()


class Reading(Protocol):
    """Questions to the store; an unknown sandbox holds nothing."""

    def case(self, sandbox: str, provider: str, case_id: int, now: datetime) -> Case | None: ...
    def list_cases(
        self, sandbox: str, provider: str, wanted: CaseFilter, now: datetime, *, offset: int, limit: int
    ) -> Sequence[Case]: ...
    def count_cases(self, sandbox: str, provider: str, wanted: CaseFilter, now: datetime) -> int: ...
    def knows_sandbox(self, sandbox: str) -> bool: ...
    def client(self, sandbox: str, provider: str, client_id: int) -> Client | None: ...
    def client_by_key(self, sandbox: str, provider: str, reuse_key: str) -> Client | None: ...
    def known_documents(self, sandbox: str, provider: str, ids: Collection[int]) -> set[int]: ...
    def due_cases(self, now: datetime, limit: int) -> Sequence[tuple[str, str, int]]: ...
    def next_due(self, busy: Collection[str]) -> datetime | None: ...
    def inbox(self, sandbox: str, limit: int) -> Sequence[Delivery]: ...


class Transaction(Reading, Protocol):
    """Changes that happen together or not at all."""

    def add_sandbox(self, sandbox: str, newborns: "Sequence[tuple[str, Newborn]]", now: datetime) -> None: ...
    def drop_idle_sandboxes(self, sandbox: str, most: int) -> int: ...
    def add_client(
        self, sandbox: str, provider: str, claim: ClientClaim, client: NewClient, now: datetime
    ) -> Client: ...
    def replace_client(self, sandbox: str, provider: str, client: Client, new: NewClient, now: datetime) -> Client: ...
    def add_case(self, order: NewCase, client: Client, now: datetime, schedule: Schedule | None) -> Case: ...
    def save_case(self, case: Case) -> None: ...
    def park_case(self, sandbox: str, provider: str, case_id: int) -> None: ...
    def expire_case(self, sandbox: str, provider: str, case_id: int, now: datetime) -> None: ...
    def add_delivery(self, delivery: Delivery) -> None: ...
    def due_deliveries(self, now: datetime, busy: Collection[str], limit: int) -> Sequence[Delivery]: ...
    def lease(self, delivery: Delivery, owner: str, until: datetime) -> Delivery: ...
    def release_leases(self, until: datetime) -> int: ...
    def settle(self, delivery: Delivery, owner: str, attempt: Attempt, now: datetime) -> bool: ...


class Store(Protocol):
    """Where everything a test or a page can see is kept."""

    def reading(self) -> AbstractContextManager[Reading]: ...
    def transaction(self) -> AbstractContextManager[Transaction]: ...
    def close(self) -> None: ...


class Sender(Protocol):
    """Makes one attempt; never raises."""

    def send(self, delivery: Delivery) -> Attempt: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """What the core asks a provider when one of its cases ends."""

    newborn: Newborn
    conclude: Callable[[Case, Verdict, People], Case]  # the same case with risk, texts and checks filled in
    letter: Callable[[Case, Preferences, str], Letter | Silence]  # the webhook, given the event's id

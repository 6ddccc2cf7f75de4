"""Open a case for a client we may already know, and find it again."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emulator.core.clock import Clock
from emulator.core.deliveries import Delivery
from emulator.core.errors import NotFound
from emulator.core.model import Case, CaseFilter, Client, Ids, NewCase, Preferences, Schedule, State, Verdict
from emulator.core.outcomes import decide
from emulator.core.ports import Ending, Store, Transaction

log = logging.getLogger("emulator.sandboxes")
MOST_SANDBOXES = 10_000
INBOX_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The use cases behind the two APIs."""

    store: Store
    clock: Clock
    preferences: Preferences
    endings: Mapping[str, Ending]
    wake: Callable[[datetime], None]

    def open(self, order: NewCase) -> Case:
        """A new case, stored with its client in one transaction before this returns.

        Raises the order's own refusal, or NotFound for a client named by id.
        """
        now = self.clock.now()
        with self.store.transaction() as tx:
            known = self._known_client(tx, order, now)
            ids = self._take_ids(tx, order, new_client=known is None, now=now)
            client = _write_client(tx, order, known, ids, now)
            if order.refused:
                raise order.refused
            verdict = decide(client.name)
            schedule = self._schedule(order, verdict, now)
            case = tx.add_case(order, client, ids, now, schedule, verdict)
        if case.due_at:
            self.wake(case.due_at)
        return case

    def _known_client(self, tx: Transaction, order: NewCase, now: datetime) -> Client | None:
        found = _find_client(tx, order)
        if found is None and order.client.id is not None and not tx.knows_sandbox(order.sandbox):
            self._add_sandbox(tx, order.sandbox, now)  # it may be born with this very client
            found = _find_client(tx, order)
        return found

    def _take_ids(self, tx: Transaction, order: NewCase, *, new_client: bool, now: datetime) -> Ids:
        ids = tx.take_ids(order, new_client=new_client)
        if ids is None:  # the sandbox is used for the first time
            self._add_sandbox(tx, order.sandbox, now)
            return self._take_ids(tx, order, new_client=new_client, now=now)
        return ids

    def _add_sandbox(self, tx: Transaction, sandbox: str, now: datetime) -> None:
        newborns = [(name, ending.newborn) for name, ending in self.endings.items()]
        tx.add_sandbox(sandbox, newborns, now)
        if dropped := tx.drop_idle_sandboxes(sandbox, MOST_SANDBOXES):
            log.warning("more than %d sandboxes: dropped the %d longest idle", MOST_SANDBOXES, dropped)

    def _schedule(self, order: NewCase, verdict: Verdict, now: datetime) -> Schedule | None:
        if not order.finishes or order.state is not State.OPEN:
            return None
        delay = verdict.delay(self.preferences.delay)
        return Schedule(starts_at=now + delay / 2, ends_at=now + delay) if delay is not None else None

    def get(self, sandbox: str, provider: str, case_id: int) -> Case:
        """That case; raises NotFound."""
        with self.store.reading() as read:
            case = read.case(sandbox, provider, case_id, self.clock.now())
        if case is None:
            raise NotFound("case", case_id)
        return case

    def count(self, sandbox: str, provider: str, wanted: CaseFilter) -> int:
        """How many cases fit."""
        with self.store.reading() as read:
            return read.count_cases(sandbox, provider, wanted, self.clock.now())

    def list(self, sandbox: str, provider: str, wanted: CaseFilter, *, offset: int, limit: int) -> Sequence[Case]:
        """A page of the cases that fit, newest first."""
        with self.store.reading() as read:
            return read.list_cases(sandbox, provider, wanted, self.clock.now(), offset=offset, limit=limit)

    def knows_client(self, sandbox: str, provider: str, client_id: int) -> bool:
        """Is there such a client? In a sandbox not used yet: is it born with one?"""
        with self.store.reading() as read:
            if read.knows_sandbox(sandbox):
                return read.client(sandbox, provider, client_id) is not None
        return any(client_id == born for born, _ in self.endings[provider].newborn.clients)

    def document_ids(self, sandbox: str, provider: str) -> Collection[int]:
        """Every document there is; in a sandbox not used yet, those it is born with."""
        with self.store.reading() as read:
            if read.knows_sandbox(sandbox):
                return read.document_ids(sandbox, provider)
        return self.endings[provider].newborn.documents

    def inbox(self, sandbox: str) -> tuple[int, Sequence[Delivery]]:
        """How many webhooks this sandbox kept instead of dialling anyone, and the newest 1,000, oldest first."""
        with self.store.reading() as read:
            return read.inbox(sandbox, INBOX_LIMIT)


def _write_client(tx: Transaction, order: NewCase, known: Client | None, ids: Ids, now: datetime) -> Client:
    claim = order.client
    if known is None:
        if claim.fresh is None:
            raise claim.refused or NotFound("client", claim.id)
        return tx.add_client(order, claim.fresh, ids.client, now)
    if claim.updates and claim.fresh:
        return tx.replace_client(order, known, claim.fresh, now)
    return known


def _find_client(tx: Transaction, order: NewCase) -> Client | None:
    claim = order.client
    if claim.id is not None:
        return tx.client(order.sandbox, order.provider, claim.id)
    if claim.reuse_key is not None:
        return tx.client_by_key(order.sandbox, order.provider, claim.reuse_key)
    return None

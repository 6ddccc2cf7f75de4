"""Open cases for new or known clients, and find cases, clients and kept webhooks."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery
from emulator.core.errors import NotFound, StoreUnavailable
from emulator.core.faults import FaultContext
from emulator.core.model import Case, CaseFilter, Client, Decision, Ids, NewCase, Schedule, State, is_stored_id
from emulator.core.outcomes import decide
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.webhook_faults import EarlyWebhook

INBOX_LIMIT = 1_000


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The use cases behind the two APIs."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]
    complete_early: Callable[[Case, Sequence[str]], None]  # given the names of the faults that ask for it

    def open(self, order: NewCase) -> Case:
        """Open a case and return it, stored with its client in one transaction.

        Raise the order's own refusal, or NotFound for a client id that is unknown.
        """
        with self.store.transaction() as tx:
            view = self.sandboxes.enter(tx, order.sandbox)
            now = view.now
            known = _find_client(tx, order)
            ids = tx.take_ids(order, new_client=known is None)
            client = _write_client(tx, order, known, ids, now)
            if order.refused:
                raise order.refused
            view, decision = self._decide(tx, view, order, client)
            usual = view.settings.usual_delay(lambda: self._real_delay(view, order, ids))
            schedule = _schedule(order, decision, usual, now)
            case = tx.add_case(order, client, ids, now, schedule, decision)
            early = view.settings.faults and schedule and self._early_faults(tx, view, order)
        if early and self._completes_early(case, early):
            return case
        due = case.due_at and view.wall_time_of(case.due_at)
        if due:
            self.wake(due)
        return case

    def _completes_early(self, case: Case, faults: Sequence[str]) -> bool:
        """End the case and return True; False if it has to end later, because the store cannot be used any more."""
        try:
            self.complete_early(case, faults)
        except StoreUnavailable:
            return False  # the case itself is stored, so its request was not in vain
        return True

    def _decide(
        self, tx: Transaction, view: SandboxView, order: NewCase, client: Client
    ) -> tuple[SandboxView, Decision]:
        """Return how the case is to end: as queued, else by the rules; and the view without what was queued."""
        queued = None
        if view.settings.queued:
            view, queued = self.sandboxes.take_queued_outcome(tx, view, order.provider)
        return view, queued or decide(order, client.name, view.settings)

    def _real_delay(self, view: SandboxView, order: NewCase, ids: Ids) -> timedelta:
        """Return how long the real service takes for this case, by the sandbox's seed and the case's id."""
        random = SeededRandom(view.settings.seed, order.sandbox, f"{order.provider}/{ids.case}")
        return self.sandboxes.provider_rules[order.provider].real_pace.draw(random, of_business=order.of_business)

    def _early_faults(self, tx: Transaction, view: SandboxView, order: NewCase) -> Sequence[str]:
        """Return the names of the faults that end this case before its request is answered."""
        context = FaultContext(provider=order.provider, path=None, document=lambda: order.request)
        return [hit.fault.name for hit in self.sandboxes.trigger(tx, view, {EarlyWebhook.kind}, context)]

    def get(self, sandbox: str, provider: str, case_id: int) -> Case:
        """Return a case with its client and checks; raise NotFound for an unknown or expired one."""
        if not is_stored_id(case_id):
            raise NotFound("case", case_id)
        with self.store.reading() as read:
            case = read.case(sandbox, provider, case_id, self.sandboxes.view(read, sandbox).now)
        if case is None:
            raise NotFound("case", case_id)
        return case

    def count(self, sandbox: str, provider: str, query: CaseFilter) -> int:
        """Return the number of cases that fit the filter."""
        with self.store.reading() as read:
            return read.count_cases(sandbox, provider, query, self.sandboxes.view(read, sandbox).now)

    def list(self, sandbox: str, provider: str, query: CaseFilter, *, offset: int, limit: int) -> Sequence[Case]:
        """Return a page of the cases that fit the filter, newest first."""
        with self.store.reading() as read:
            now = self.sandboxes.view(read, sandbox).now
            return read.list_cases(sandbox, provider, query, now, offset=offset, limit=limit)

    def knows_client(self, sandbox: str, provider: str, client_id: int) -> bool:
        """Return whether the sandbox holds a client of this id."""
        with self.store.reading() as read:
            return self.sandboxes.view(read, sandbox).has_client(read, provider, client_id)

    def is_first_without_key(self, case: Case) -> bool:
        """Return whether the case's client is the first in its sandbox that no later request can name for reuse."""
        with self.store.reading() as read:
            return not read.has_earlier_without_key(case.sandbox, case.provider, case.client.id)

    def document_ids(self, sandbox: str, provider: str) -> Collection[int]:
        """Return the ids of all documents that a request may refer to."""
        with self.store.reading() as read:
            return self.sandboxes.view(read, sandbox).document_ids(read, provider)

    def inbox(self, sandbox: str) -> tuple[int, Sequence[Delivery]]:
        """Return how many webhooks the sandbox kept instead of sending, and the newest 1,000 of them, oldest first."""
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


def _schedule(order: NewCase, decision: Decision, usual: timedelta, now: datetime) -> Schedule | None:
    if not order.finishes or order.state is not State.OPEN:
        return None
    delay = decision.delay(usual)
    return Schedule(starts_at=now + delay / 2, ends_at=now + delay) if delay is not None else None


def _find_client(tx: Transaction, order: NewCase) -> Client | None:
    claim = order.client
    if claim.id is not None:
        return tx.client(order.sandbox, order.provider, claim.id)
    if claim.reuse_key is not None:
        return tx.client_by_key(order.sandbox, order.provider, claim.reuse_key)
    return None

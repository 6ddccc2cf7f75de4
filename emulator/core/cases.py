"""Open cases for new or known clients, and find cases and kept webhooks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery
from emulator.core.errors import NotFound, StoreUnavailable
from emulator.core.faults import FaultContext
from emulator.core.model import Case, CaseFilter, CaseSearch, Client, Decision, NewCase, Schedule, State, is_stored_id
from emulator.core.outcomes import decide
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.webhook_faults import EarlyWebhook

INBOX_LIMIT = 1_000
MOST_FOUND = 10_000  # cases of one provider that a search counts


@dataclass(frozen=True, slots=True)
class Begun:
    """A case on which work is to begin: when that is due, and the names of the faults that end it at once."""

    case: Case
    due: datetime | None = None  # by the wall clock; None: nothing is due
    early: Sequence[str] = ()


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
            begun = self.begin(tx, self.sandboxes.enter(tx, order.sandbox), order)
        self.follow_up(begun)
        return begun.case

    def begin(self, tx: Transaction, view: SandboxView, order: NewCase) -> Begun:
        """Open a case within a transaction, after which `follow_up` is to be called; raise what `open` raises."""
        now = view.now
        known = _find_client(tx, order, now)
        ids = tx.take_ids(order, new_client=known is None)
        client = _write_client(tx, order, known, ids.client, now)
        if order.refused:
            raise order.refused
        view, decision = self.decide(tx, view, order.provider, order.request, client.name)
        usual = self.usual_delay(view, order.provider, ids.case, of_business=order.of_business)
        schedule = _schedule(order, decision, usual, now)
        case = tx.add_case(order, client, ids, now, schedule, decision)
        early = self.early_faults(tx, view, order.provider, order.request) if schedule else ()
        return Begun(case, case.due_at and view.wall_time_of(case.due_at), early)

    def follow_up(self, begun: Begun) -> None:
        """Let the work on a case begin, once it is stored."""
        if begun.early and self._completes_early(begun.case, begun.early):
            return
        if begun.due:
            self.wake(begun.due)

    def _completes_early(self, case: Case, faults: Sequence[str]) -> bool:
        """End the case and return True; False if it has to end later, because the store cannot be used any more."""
        try:
            self.complete_early(case, faults)
        except StoreUnavailable:
            return False  # the case itself is stored, so its request was not in vain
        return True

    def decide(
        self, tx: Transaction, view: SandboxView, provider: str, request: object, client_name: str
    ) -> tuple[SandboxView, Decision]:
        """Return how a case is to end: as queued, else by the rules; and the view without what was queued."""
        queued = None
        if view.settings.queued:
            view, queued = self.sandboxes.take_queued_outcome(tx, view, provider)
        return view, queued or decide(provider, request, client_name, view.settings)

    def usual_delay(self, view: SandboxView, provider: str, case_id: int, *, of_business: bool) -> timedelta:
        """Return how long a case takes unless its decision says otherwise.

        At real pace that is what the real service takes, drawn by the sandbox's seed and the case's id.
        """

        def real() -> timedelta:
            random = SeededRandom(view.settings.seed, view.name, f"{provider}/{case_id}")
            return self.sandboxes.provider_rules[provider].real_pace.draw(random, of_business=of_business)

        return view.settings.usual_delay(real)

    def early_faults(self, tx: Transaction, view: SandboxView, provider: str, request: object) -> Sequence[str]:
        """Return the names of the faults that end a case before the request that began it is answered."""
        if not view.settings.faults:
            return ()
        context = FaultContext(provider=provider, path=None, document=lambda: request)
        return [hit.fault.name for hit in self.sandboxes.trigger(tx, view, {EarlyWebhook.kind}, context)]

    def get(self, sandbox: str, provider: str, case_id: int) -> Case:
        """Return a case with its client and checks, archived or not; raise NotFound for an unknown or expired one."""
        if not is_stored_id(case_id):
            raise NotFound("case", case_id)
        with self.store.reading() as read:
            case = read.case(sandbox, provider, case_id, self.sandboxes.view(read, sandbox).now)
        if case is None:
            raise NotFound("case", case_id)
        return case

    def takes_checks(self, sandbox: str, provider: str, case_id: int) -> bool:
        """Return whether there is such a case that is not archived."""
        try:
            return self.get(sandbox, provider, case_id).archived_at is None
        except NotFound:
            return False

    def count(self, sandbox: str, provider: str, query: CaseFilter) -> int:
        """Return the number of cases that fit the filter."""
        with self.store.reading() as read:
            return read.count_cases(sandbox, provider, query, self.sandboxes.view(read, sandbox).now)

    def list(self, sandbox: str, provider: str, query: CaseFilter, *, offset: int, limit: int) -> Sequence[Case]:
        """Return a page of the cases that fit the filter, newest first."""
        with self.store.reading() as read:
            now = self.sandboxes.view(read, sandbox).now
            return read.list_cases(sandbox, provider, query, now, offset=offset, limit=limit)

    def search(
        self, sandbox: str, providers: Iterable[str], search: CaseSearch, limit: int
    ) -> tuple[int, Sequence[Case]]:
        """Return how many cases of these providers are found, at most 10,000 each, and the newest `limit` of them."""
        count, found = 0, list[Case | None]()
        with self.store.reading() as read:
            now = self.sandboxes.view(read, sandbox).now
            for provider in providers:
                numbers = read.search_cases(sandbox, provider, search, now, MOST_FOUND)
                count += len(numbers)
                found += [read.case(sandbox, provider, number, now) for number in numbers[:limit]]
        return count, newest([case for case in found if case], limit)

    def is_first_without_key(self, case: Case) -> bool:
        """Return whether the case's client is the first in its sandbox that no later request can name for reuse."""
        with self.store.reading() as read:
            return not read.has_earlier_without_key(case.sandbox, case.provider, case.client.id)

    def inbox(self, sandbox: str) -> tuple[int, Sequence[Delivery]]:
        """Return how many webhooks the sandbox kept instead of sending, and the newest 1,000 of them, oldest first."""
        with self.store.reading() as read:
            return read.inbox(sandbox, INBOX_LIMIT)


def newest(cases: Iterable[Case], limit: int) -> Sequence[Case]:
    """Return the newest cases, newest first."""
    return sorted(cases, key=lambda case: (case.created_at, case.id), reverse=True)[:limit]


def _write_client(tx: Transaction, order: NewCase, known: Client | None, client_id: int, now: datetime) -> Client:
    claim = order.client
    if known is None:
        if claim.fresh is None:
            raise claim.refused or NotFound("client", claim.id)
        added = tx.add_client(order.sandbox, order.provider, client_id, claim, claim.fresh, now)
        assert added  # its external id is free, or the client would have been found
        return added
    if claim.updates and claim.fresh:
        kept = replace(claim.fresh, retention_days=known.retention_days)
        return tx.replace_client(order.sandbox, order.provider, known, kept, now)
    return known


def _schedule(order: NewCase, decision: Decision, usual: timedelta, now: datetime) -> Schedule | None:
    if not order.finishes or order.state is not State.OPEN:
        return None
    delay = decision.delay(usual)
    return Schedule(starts_at=now + delay / 2, ends_at=now + delay) if delay is not None else None


def _find_client(tx: Transaction, order: NewCase, now: datetime) -> Client | None:
    claim = order.client
    if claim.id is not None:
        return tx.client(order.sandbox, order.provider, claim.id, now)
    if claim.reuse_key is not None:
        return tx.client_by_key(order.sandbox, order.provider, claim.reuse_key, now)
    return None

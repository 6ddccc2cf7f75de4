"""Open cases for new or known clients, and find cases and kept webhooks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from emulator.core.client_claims import find_client, refuse_client, write_client
from emulator.core.clock import WallClock
from emulator.core.deliveries import Delivery
from emulator.core.errors import NotFound, StoreUnavailable
from emulator.core.faults import FaultContext, FaultHit
from emulator.core.model import Case, CaseFilter, CaseSearch, Decision, NewCase, State
from emulator.core.opening_lies import NEVER_ENDS, NO_LIES, OpeningLie, OpeningLies, lies_of
from emulator.core.outcomes import decide
from emulator.core.ports import Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.schedules import drawn_external_id, ends_soon, schedule_of, with_delay
from emulator.core.webhook_faults import EarlyWebhook
from emulator.quick_dataclass import dataclass

INBOX_LIMIT = 1_000
MOST_FOUND = 10_000  # cases of one provider that a search counts
OPENED = "opened"  # counts every case, for a deviation that every case shows


@dataclass(frozen=True, slots=True)
class Begun:
    """A case on which work is to begin: when that is due, and the names of the faults that end it at once."""

    case: Case
    due: datetime | None = None  # by the wall clock; None: nothing is due
    early: Sequence[str] = ()
    told: Case | None = None  # what the answer shows in place of the case, because of a fault


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The use cases behind the two APIs."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]
    complete_early: Callable[[Case, Sequence[str]], None]  # given the names of the faults that ask for it

    def open(
        self,
        order: NewCase,
        name_faults: Callable[[Sequence[str]], None] = lambda names: None,
        *,
        is_watched: bool | None = None,
    ) -> Case:
        """Open a case and return it, stored with its client in one transaction.

        `name_faults` is told which faults triggered; `is_watched` is what Sandboxes.is_watched said already. Raise the
        order's own refusal, NotFound for a client id that is unknown, or RefusedThoughValid.
        """
        if is_watched is None:
            is_watched = self.sandboxes.is_watched(order.sandbox)
        lies = self._lies(order) if is_watched else NO_LIES
        name_faults(lies.names)
        with self.store.transaction() as tx:
            if lies is NO_LIES:
                tx.expect(order)
            begun = self.begin(tx, self.sandboxes.enter(tx, order.sandbox), order, lies)
        self.follow_up(begun)
        self.sandboxes.strikes.note(OPENED)
        return begun.told or begun.case

    def _lies(self, order: NewCase) -> OpeningLies:
        """Return the lies that trigger; in a transaction of their own, because one refuses the order."""
        context = FaultContext(provider=order.provider, path=None, document=lambda: order.request)
        with self.store.transaction() as tx:
            view = self.sandboxes.view(tx, order.sandbox)
            hits = self.sandboxes.trigger(tx, view, {OpeningLie.kind}, context)
        return lies_of(hits, self.sandboxes.strikes)

    def begin(self, tx: Transaction, view: SandboxView, order: NewCase, lies: OpeningLies = NO_LIES) -> Begun:
        """Open a case within a transaction, after which `follow_up` is to be called; raise what `open` raises."""
        now = view.now
        order, known = lies.claimed(tx, view, order, find_client(tx, order, now))
        refuse_client(order, known)
        if order.refused:
            raise order.refused
        lies.refuse()
        ids = tx.take_ids(order, new_client=known is None)  # from here on there is something to be undone
        client = write_client(tx, order, known, ids.client, now)
        view, decision = self.decide(tx, view, order.provider, order.request, client.name)
        usual = self.usual_delay(view, order.provider, ids.case, of_business=order.of_business)
        due = schedule_of(order, decision, usual, now)
        schedule = lies.scheduled(due, (order.sandbox, order.provider, ids.case))
        if order.taken and order.external_id is None:
            order = replace(order, external_id=drawn_external_id(view, order, ids.case))
        if order.state is State.WAITING:
            decision = with_delay(decision, usual)
        # The store decides whose external id it is: between a look and an insert another case could have come.
        case = tx.add_case(order, client, ids, now, schedule, decision)
        if case is None:
            assert order.taken
            raise order.taken
        early = self.early_faults(tx, view, order.provider, order.request, schedule.ends_at) if schedule else ()
        return Begun(case, case.due_at and view.wall_time_of(case.due_at), early, lies.shown(tx, view, case))

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

    def early_faults(
        self, tx: Transaction, view: SandboxView, provider: str, request: object, ends_at: datetime | None = None
    ) -> Sequence[str]:
        """Return the names of the faults that end a case before the request that began it is answered.

        A standing fault leaves a case alone that is to end at a moment which is not near.
        """
        if not view.settings.all_faults:
            return ()
        context = FaultContext(provider=provider, path=None, document=lambda: request)
        hits = self.sandboxes.trigger(tx, view, {EarlyWebhook.kind}, context)
        return [hit.fault.name for hit in hits if not hit.fault.is_standing or ends_soon(view, ends_at)]

    def begin_waiting(self, tx: Transaction, view: SandboxView, case: Case, request: object) -> Begun:
        """Return a case that waited as work on it begins, as was decided when it was opened; the caller saves it."""
        return self.order_work(tx, view, case, case.decision.takes if case.decision.ends else None, request)

    def order_work(
        self, tx: Transaction, view: SandboxView, case: Case, delay: timedelta | None, request: object
    ) -> Begun:
        """Return a case on which work begins now and takes that long (None: it never ends); the caller saves it."""
        delay = self.lies_on(view).scheduled(delay, (case.sandbox, case.provider, case.id))
        begun = replace(
            case,
            state=State.OPEN,
            started_at=view.now,
            updated_at=view.now,
            due_at=None if delay is None else view.now + delay / 2,
            finish_at=None if delay is None else view.now + delay,
        )
        early = self.early_faults(tx, view, case.provider, request, begun.finish_at) if begun.due_at else ()
        return Begun(begun, begun.due_at and view.wall_time_of(begun.due_at), early)

    def lies_on(self, view: SandboxView) -> OpeningLies:
        """Return the standing lies that are told when work on a case that exists begins: that it never ends."""
        standing = view.settings.standing
        faults = [fault for fault in standing if fault.kind == OpeningLie.kind and fault.how == NEVER_ENDS]
        random = SeededRandom(view.settings.seed, view.name, NEVER_ENDS)
        return lies_of([FaultHit(fault, random) for fault in faults], self.sandboxes.strikes) if faults else NO_LIES

    def get(self, sandbox: str, provider: str, case_id: int) -> Case:
        """Return a case with its client and checks, archived or not; raise NotFound for an unknown or expired one."""
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

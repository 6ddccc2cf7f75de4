"""Start a case: one that waits begins, one that has ended is archived and a new one takes its place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import Enum

from emulator.core.cases import Begun, Cases
from emulator.core.errors import Fact, NotFound
from emulator.core.model import Case, NewCase, State
from emulator.core.ports import Store, Transaction
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.quick_dataclass import dataclass


class Started(Enum):
    """What a request to start a case did."""

    BEGUN = "begun"  # it waited, and work on it begins
    RUNNING = "running"  # nothing, as work on it has begun, or it waits for its first check
    ENDED = "ended"  # nothing, as it has ended and may not be replaced
    REPLACED = "replaced"  # it had ended: a new case takes its place
    REVIVED = "revived"  # it should have ended long ago: work on it begins once more


@dataclass(frozen=True, kw_only=True, slots=True)
class StartTerms:
    """What a request to start a case may do."""

    reorder: Callable[[Case], NewCase]  # the order for a case that takes the place of one that has ended
    replaces: bool = True  # whether one that has ended may be replaced
    revives_after: timedelta | None = None  # so long after its start work on a case begins once more; None: never
    empty: Fact | None = None  # raised for a case that waits and has no check; None: it stays as it is


@dataclass(frozen=True, kw_only=True)
class Reruns:
    """The use case of starting a case, for the first time or again."""

    store: Store
    sandboxes: Sandboxes
    cases: Cases

    def start(self, sandbox: str, provider: str, case_id: int, terms: StartTerms) -> tuple[Case, Started]:
        """Return the case that is running from now on, and what was done.

        A case that has ended is archived and replaced; documents go along. Raise NotFound for an unknown case, and for
        one that was archived.
        """
        with self.store.transaction() as tx:
            view = self.sandboxes.view(tx, sandbox)
            # The store decides who replaces a case: of two that ask at the same time the second changes no row.
            archived = terms.replaces and tx.archive_case(sandbox, provider, case_id, view.now)
            case = tx.case(sandbox, provider, case_id, view.now)
            if case is None or (case.archived_at and not archived):
                raise NotFound("case", case_id)
            if archived:
                begun = self.cases.begin(tx, view, terms.reorder(case), self.cases.lies_on(view))
                done = Started.REPLACED
                tx.move_documents(case, begun.case, view.now)
            else:
                begun, done = self._start_in_place(tx, view, case, terms)
        if done not in (Started.RUNNING, Started.ENDED):
            self.cases.follow_up(begun)
        return begun.case, done

    def _start_in_place(
        self, tx: Transaction, view: SandboxView, case: Case, terms: StartTerms
    ) -> tuple[Begun, Started]:
        """Let work on a case begin if it waits or should have ended long ago."""
        if case.state is State.WAITING and not case.checks and terms.empty:
            raise terms.empty
        done = _what_to_do(view, case, terms)
        if done not in (Started.BEGUN, Started.REVIVED):
            return Begun(case), done
        request = terms.reorder(case).request
        if done is Started.BEGUN:
            begun = self.cases.begin_waiting(tx, view, _revised(case), request)
        else:
            begun = self._revive(tx, view, _revised(case), terms.reorder(case))
        return (begun, done) if tx.save_reopened(begun.case) else (Begun(case), Started.RUNNING)

    def _revive(self, tx: Transaction, view: SandboxView, case: Case, order: NewCase) -> Begun:
        view, decision = self.cases.decide(tx, view, case.provider, order.request, case.client.name)
        usual = self.cases.usual_delay(view, case.provider, case.id, of_business=order.of_business)
        decided = replace(case, decision=decision)
        return self.cases.order_work(tx, view, decided, decision.delay(usual), order.request)


def _revised(case: Case) -> Case:
    return replace(case, revision=case.revision + 1)


def _what_to_do(view: SandboxView, case: Case, terms: StartTerms) -> Started:
    if case.has_ended:
        return Started.ENDED
    if case.state is State.WAITING:
        return Started.BEGUN if case.checks else Started.RUNNING
    if case.state in (State.OPEN, State.PROCESSING) and terms.revives_after is not None:
        return Started.REVIVED if view.now >= case.ordered_at + terms.revives_after else Started.RUNNING
    return Started.RUNNING

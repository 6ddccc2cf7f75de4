"""Add checks to cases, and find checks."""

from collections.abc import Sequence
from dataclasses import replace

from emulator.core.case_file import AddedCheck, CaseHead, CheckFilter, FiledCheck
from emulator.core.cases import Begun, Cases
from emulator.core.errors import NotFound
from emulator.core.model import Case, Decision, State
from emulator.core.outcomes import decide_by_rule, worst
from emulator.core.ports import Store, Transaction
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.core.schedules import with_delay
from emulator.quick_dataclass import dataclass

MOST_CHECKS = 100  # of a case


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The use cases of checks beside those that a case was opened with."""

    store: Store
    sandboxes: Sandboxes
    cases: Cases

    def add(self, order: AddedCheck) -> tuple[FiledCheck, bool]:
        """Add a check to a case; return it, and whether the case was opened again; raise the order's own refusals.

        A case that runs does it together with the others. One that has ended opens again: after the usual delay the
        new check gets its result, and a webhook is sent once more.
        """
        with self.store.transaction() as tx:
            view = self.sandboxes.enter(tx, order.sandbox)
            case = tx.case(order.sandbox, order.provider, order.case_id, view.now)
            if case is None or case.archived_at:
                raise order.unknown
            if len(case.checks) >= MOST_CHECKS:
                raise order.full
            begun = self._revise(tx, view, case, order)
            check_id = tx.take_id(order.sandbox, order.provider, "check")
            [check] = tx.add_checks(order.sandbox, order.provider, case.id, check_id, [order.check], view.now)
            if not tx.save_reopened(begun.case):
                raise order.unknown
        revised = replace(begun.case, checks=(*case.checks, check))
        self.cases.follow_up(replace(begun, case=revised))
        return FiledCheck(check, _head(revised)), case.has_ended

    def _revise(self, tx: Transaction, view: SandboxView, case: Case, order: AddedCheck) -> Begun:
        """Return the case after a check was added: it runs on, begins, or is opened again."""
        revised = replace(case, revision=case.revision + 1, updated_at=view.now)
        if case.has_ended:
            return self._reopen(tx, view, revised, order)
        ruled = decide_by_rule(order.provider, order.request, view.settings)
        if ruled and case.state is State.WAITING:
            usual = self.cases.usual_delay(view, order.provider, case.id, of_business=order.of_business)
            ruled = with_delay(ruled, usual)
        revised = replace(revised, decision=_worse(case.decision, ruled)) if ruled else revised
        if case.state is State.WAITING and order.starts(case):
            return self.cases.begin_waiting(tx, view, revised, order.request)
        return Begun(revised)

    def _reopen(self, tx: Transaction, view: SandboxView, case: Case, order: AddedCheck) -> Begun:
        view, decision = self.cases.decide(tx, view, order.provider, order.request, case.client.name)
        usual = self.cases.usual_delay(view, order.provider, case.id, of_business=order.of_business)
        id_of_case = (case.sandbox, case.provider, case.id)
        delay = self.cases.lies_on(view).scheduled(decision.delay(usual), id_of_case)
        due = None if delay is None else view.now + delay
        risks = [check.risk_score for check in case.checks if check.risk_score is not None]
        opened = replace(
            case,
            state=State.PROCESSING,
            started_at=view.now,
            outcome=None,
            risk_score=max(risks, default=None),
            decision=decision,
            due_at=due,
            finish_at=due,
        )
        early = self.cases.early_faults(tx, view, order.provider, order.request, due) if due else ()
        return Begun(opened, due and view.wall_time_of(due), early)

    def get(self, sandbox: str, provider: str, check_id: int) -> FiledCheck:
        """Return a check with the head of its case; raise NotFound for an unknown one, or one that is gone."""
        with self.store.reading() as read:
            found = read.check(sandbox, provider, check_id, self.sandboxes.view(read, sandbox).now)
        if found is None:
            raise NotFound("check", check_id)
        return found

    def count(self, sandbox: str, provider: str, query: CheckFilter) -> int:
        """Return the number of checks that fit the filter; none of archived cases does."""
        with self.store.reading() as read:
            return read.count_checks(sandbox, provider, query, self.sandboxes.view(read, sandbox).now)

    def list(self, sandbox: str, provider: str, query: CheckFilter, *, offset: int, limit: int) -> Sequence[FiledCheck]:
        """Return a page of the checks that fit the filter, newest first."""
        with self.store.reading() as read:
            now = self.sandboxes.view(read, sandbox).now
            return read.list_checks(sandbox, provider, query, now, offset=offset, limit=limit)


def _worse(before: Decision, ruled: Decision) -> Decision:
    """Return what a case that runs comes to with a check for which there is a rule: the worse of the two."""
    if before.failed or (worst((before.outcome, ruled.outcome)) is before.outcome and not ruled.failed):
        return before
    return replace(before, rule=ruled.rule, outcome=ruled.outcome, failed=ruled.failed, risk_score=ruled.risk_score)


def _head(case: Case) -> CaseHead:
    return CaseHead(
        id=case.id,
        client=case.client,
        outcome=case.outcome,
        risk_score=case.risk_score,
        state=case.state,
        archived_at=case.archived_at,
    )

"""Change what a request may change of a case."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from emulator.core.case_file import CaseChange
from emulator.core.errors import NotFound
from emulator.core.faults import FaultContext
from emulator.core.model import Case
from emulator.core.opening_lies import ChangeForgotten
from emulator.core.ports import Store, Transaction
from emulator.core.sandbox_view import SandboxView
from emulator.core.sandboxes import Sandboxes
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class CaseChanges:
    """The use case of changing a case, finished or not."""

    store: Store
    sandboxes: Sandboxes

    def change(
        self,
        sandbox: str,
        provider: str,
        case_id: int,
        change: Callable[[Case], CaseChange],
        note_faults: Callable[[Sequence[str]], None],
    ) -> Case:
        """Change a case and return it; raise NotFound for an unknown or archived one, and the change's refusal.

        `note_faults` is told the names of the faults by which the change is not made after all.
        """
        with self.store.transaction() as tx:
            view = self.sandboxes.view(tx, sandbox)
            now = view.now
            before = tx.case(sandbox, provider, case_id, now)
            if before is None or before.archived_at:
                raise NotFound("case", case_id)
            changes = change(before)
            after = _changed(before, changes, now)
            if after == before:
                return before
            if forgotten := self._forgotten_by(tx, view, provider):
                note_faults(forgotten)
                return after
            if not tx.change_case(before, changes, now):
                raise changes.taken
        return after

    def _forgotten_by(self, tx: Transaction, view: SandboxView, provider: str) -> Sequence[str]:
        """Return the names of the faults that forget this change, and count it."""
        context = FaultContext(provider=provider, path=None, document=lambda: None)
        hits = self.sandboxes.trigger(tx, view, {ChangeForgotten.kind}, context)
        if hits:
            self.sandboxes.strikes.note(ChangeForgotten.kind)
        return [hit.fault.name for hit in hits]

    def has_external_id(self, sandbox: str, provider: str, external_id: str) -> bool:
        """Return whether a case that is not archived has this external id, of those whose external ids are unique."""
        with self.store.reading() as read:
            return read.has_case_key(sandbox, provider, external_id, self.sandboxes.view(read, sandbox).now)


def _changed(before: Case, change: CaseChange, now: datetime) -> Case:
    same = replace(
        before,
        external_id=change.external_id,
        webhook_url=change.webhook_url,
        retention_days=change.retention_days,
        details=change.details,
    )
    return before if same == before else replace(same, updated_at=now, revision=before.revision + 1)

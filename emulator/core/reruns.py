"""Start a case again: the old one is archived, a new one takes its place."""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.core.cases import Cases
from emulator.core.errors import NotFound
from emulator.core.model import Case, NewCase, is_stored_id
from emulator.core.ports import Store
from emulator.core.sandboxes import Sandboxes


@dataclass(frozen=True, kw_only=True)
class Reruns:
    """The use case of starting a case again."""

    store: Store
    sandboxes: Sandboxes
    cases: Cases

    def start(self, sandbox: str, provider: str, case_id: int, reorder: Callable[[Case], NewCase]) -> tuple[Case, bool]:
        """Return the case that is running from now on, and whether it is a new one.

        A case that runs is returned as it is. One that has ended is archived, and replaced by the case that `reorder`
        orders for it; documents go along. Raise NotFound for an unknown case, and for one that was archived.
        """
        if not is_stored_id(case_id):
            raise NotFound("case", case_id)
        with self.store.transaction() as tx:
            view = self.sandboxes.view(tx, sandbox)
            # The store decides who replaces a case: of two that ask at the same time the second changes no row.
            archived = tx.archive_case(sandbox, provider, case_id, view.now)
            case = tx.case(sandbox, provider, case_id, view.now)
            if case is None or (case.archived_at and not archived):
                raise NotFound("case", case_id)
            if not archived:
                return case, False
            begun = self.cases.begin(tx, view, reorder(case))
            tx.move_documents(case, begun.case, view.now)
        self.cases.follow_up(begun)
        return begun.case, True

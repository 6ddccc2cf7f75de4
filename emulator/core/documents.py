"""Keep what is known of uploaded documents, and what they are linked to."""

from collections.abc import Collection, Sequence
from datetime import datetime

from emulator.core.case_file import Document, NewDocument
from emulator.core.errors import NotFound
from emulator.core.ports import Store, Transaction
from emulator.core.sandboxes import Sandboxes
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The use cases of documents."""

    store: Store
    sandboxes: Sandboxes

    def add(self, sandbox: str, provider: str, new: NewDocument) -> Document:
        """Add a document, linked to what it names, and return it."""
        with self.store.transaction() as tx:
            now = self.sandboxes.enter(tx, sandbox).now
            document_id = tx.take_id(sandbox, provider, "document")
            tx.add_document(sandbox, provider, document_id, new, now)
            added = tx.document(sandbox, provider, document_id, now)
            assert added
            if new.retention_days == 0 and (case_id := _case_of(tx, sandbox, provider, new, now)):
                tx.expire_documents(sandbox, provider, case_id, now)
        return added

    def get(self, sandbox: str, provider: str, document_id: int) -> Document:
        """Return a document; raise NotFound for an unknown one, or one whose days are over."""
        with self.store.reading() as read:
            document = self.sandboxes.view(read, sandbox).document(read, provider, document_id)
        if document is None:
            raise NotFound("document", document_id)
        return document

    def known(self, sandbox: str, provider: str, ids: Collection[int]) -> Collection[int]:
        """Return those of the ids that name a document."""
        with self.store.reading() as read:
            return self.sandboxes.view(read, sandbox).known_documents(read, provider, ids)

    def of_case(self, sandbox: str, provider: str, case_id: int) -> Sequence[Document]:
        """Return the documents of a case and of its checks."""
        with self.store.reading() as read:
            return read.documents_of_case(sandbox, provider, case_id, self.sandboxes.view(read, sandbox).now)


def _case_of(tx: Transaction, sandbox: str, provider: str, document: NewDocument, now: datetime) -> int | None:
    """Return the id of the case that a document is linked to, by itself or through a check."""
    if document.check_id is None:
        return document.case_id
    found = tx.check(sandbox, provider, document.check_id, now)
    return found.case.id if found else None

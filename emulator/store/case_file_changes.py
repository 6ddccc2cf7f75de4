"""Changes of what stands around cases: clients, checks and documents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from emulator.core.case_file import CaseChange, NewDocument
from emulator.core.model import Case, Check, Client, ClientClaim, NewCheck, NewClient
from emulator.core.sandbox_clock import to_micros
from emulator.store import case_file_rows, rows
from emulator.store.questions import Questions

KEPT_AFTER_EXPIRY = timedelta(days=1)  # so that who still sends a token is told that it has expired


class CaseFileChanges(Questions):
    """What a transaction can change of clients, checks and documents."""

    def take_id(self, sandbox: str, provider: str, kind: str) -> int:
        [taken] = list(self._ask.take_id(self._db, sandbox=sandbox, provider=provider, kind=kind))
        return int(taken[0]) - 1

    def add_client(
        self, sandbox: str, provider: str, client_id: int, claim: ClientClaim, client: NewClient, now: datetime
    ) -> Client | None:
        row: rows.Params = {
            "sandbox": sandbox,
            "provider": provider,
            "id": client_id,
            "external_id": claim.external_id,
            "reuse_key": claim.reuse_key,
            "name": client.name,
            "kind": client.kind,
            "details": client.details,
            "retention_days": client.retention_days,
            "now": to_micros(now),
        }
        added = self._insert_client(row)
        if not added and self._ask.release_key(self._db, **row, key=claim.reuse_key):
            added = self._insert_client(row)
        return rows.new_client(client_id, claim, client, now) if added else None

    def _insert_client(self, row: rows.Params) -> int:
        return int(self._ask.add_client.run(self._db, row))

    def replace_client(self, sandbox: str, provider: str, before: Client, new: NewClient, now: datetime) -> Client:
        after = replace(before, name=new.name, kind=new.kind, details=new.details, retention_days=new.retention_days)
        if after == before:
            return before
        self._ask.replace_client(
            self._db,
            sandbox=sandbox,
            provider=provider,
            id=before.id,
            name=new.name,
            kind=new.kind,
            details=new.details,
            retention_days=new.retention_days,
            now=to_micros(now),
        )
        return replace(after, updated_at=now)

    def add_checks(
        self, sandbox: str, provider: str, case_id: int, first_id: int, checks: Sequence[NewCheck], now: datetime
    ) -> tuple[Check, ...]:
        if not checks:
            return ()
        added = tuple(rows.new_check(check, check_id, now) for check_id, check in enumerate(checks, first_id))
        params = [rows.check_params(sandbox, provider, case_id, check, now) for check in added]
        self._ask.add_checks(self._db, params)
        links = {check.id: new.documents for check, new in zip(added, checks, strict=True) if new.documents}
        if links:
            self._link(sandbox, provider, "check_id", links, now)
        return added

    def save_reopened(self, case: Case) -> bool:
        return bool(self._ask.reopen_case(self._db, **case_file_rows.reopened_params(case)))

    def change_case(self, before: Case, change: CaseChange, now: datetime) -> bool:
        params = case_file_rows.changed_params(before, change, now)
        self._ask.release_case_key(self._db, **params, now=to_micros(now))
        try:
            changed = self._ask.change_case(self._db, **params)
        except self._db.IntegrityError:  # another case has its key
            return False
        known = {"sandbox": before.sandbox, "provider": before.provider, "case_id": before.id}
        self._ask.expire_settled_by_change(self._db, **known, now=to_micros(now))
        return bool(changed)

    def add_access_token(
        self, sandbox: str, provider: str, digest: str, expires_at: datetime, *, now: datetime
    ) -> None:
        kept_since = to_micros(now - KEPT_AFTER_EXPIRY)
        self._ask.drop_expired_access_tokens(self._db, sandbox=sandbox, kept_since=kept_since)
        known = {"sandbox": sandbox, "provider": provider, "digest": digest}
        self._ask.add_access_token(self._db, **known, expires_at=to_micros(expires_at))

    def archive_case(self, sandbox: str, provider: str, case_id: int, now: datetime) -> bool:
        key = {"sandbox": sandbox, "provider": provider, "id": case_id}
        return rows.can_be_id(case_id) and bool(self._ask.archive_case(self._db, **key, now=to_micros(now)))

    def add_document(self, sandbox: str, provider: str, document_id: int, document: NewDocument, now: datetime) -> None:
        params = case_file_rows.document_params(sandbox, provider, document_id, document, now)
        self._ask.add_document(self._db, **params)

    def link_to_case(self, sandbox: str, provider: str, case_id: int, documents: Sequence[int], now: datetime) -> None:
        if documents:
            self._link(sandbox, provider, "case_id", {case_id: documents}, now)

    def _link(self, sandbox: str, provider: str, name: str, links: Mapping[int, Sequence[int]], now: datetime) -> None:
        """Link documents to cases or checks (`name`), given their ids by the id of what they are linked to."""
        known = {"sandbox": sandbox, "provider": provider, "now": to_micros(now)}
        params = [{**known, name: owner, "id": each} for owner, ids in links.items() for each in ids]
        if params:
            (self._ask.link_to_case if name == "case_id" else self._ask.link_to_check)(self._db, params)

    def move_documents(self, before: Case, after: Case, now: datetime) -> None:
        known = {"sandbox": before.sandbox, "provider": before.provider, "now": to_micros(now)}
        self._ask.move_to_case(self._db, **known, before=before.id, after=after.id)
        checks = zip(before.checks, after.checks, strict=True)
        moves = [{**known, "before": old.id, "after": new.id} for old, new in checks]
        if moves:
            self._ask.move_to_checks(self._db, moves)

    def asks_to_expire(self, sandbox: str, provider: str, case_id: int) -> bool:
        return bool(self._ask.asks_to_expire(self._db, sandbox=sandbox, provider=provider, case_id=case_id))

    def expire_settled(self, sandbox: str, provider: str, case_id: int, now: datetime) -> None:
        params = {"sandbox": sandbox, "provider": provider, "case_id": case_id, "now": to_micros(now)}
        self._ask.expire_settled_case(self._db, **params)
        self._ask.expire_checks(self._db, **params)
        self._ask.expire_documents(self._db, **params)

    def expire_documents(self, sandbox: str, provider: str, case_id: int, now: datetime) -> None:
        params = {"sandbox": sandbox, "provider": provider, "case_id": case_id, "now": to_micros(now)}
        self._ask.expire_documents(self._db, **params)

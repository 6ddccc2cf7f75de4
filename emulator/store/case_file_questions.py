"""Questions to the store about what stands around cases: clients, checks and documents."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from emulator.core.case_file import CheckFilter, Document, FiledCheck
from emulator.core.model import Client, Outcome
from emulator.core.sandbox_clock import from_micros, to_micros
from emulator.store import case_file_rows, rows
from emulator.store.alike import outcomes_of
from emulator.store.connection import Connection
from emulator.store.named_queries import NamedQueries


class CaseFileQuestions:
    """What a transaction can ask about clients, checks and documents."""

    _db: Connection
    _ask: NamedQueries

    def client(self, sandbox: str, provider: str, client_id: int, now: datetime) -> Client | None:
        key = {"sandbox": sandbox, "provider": provider, "id": client_id}
        row = self._ask.client(self._db, **key, now=to_micros(now)) if rows.can_be_id(client_id) else None
        return rows.client_of(row) if row else None

    def client_by_key(self, sandbox: str, provider: str, reuse_key: str, now: datetime) -> Client | None:
        row = self._ask.client_by_key(self._db, sandbox=sandbox, provider=provider, key=reuse_key, now=to_micros(now))
        return rows.client_of(row) if row else None

    def has_case_key(self, sandbox: str, provider: str, unique_key: str, now: datetime) -> bool:
        known = {"sandbox": sandbox, "provider": provider, "unique_key": unique_key}
        return bool(self._ask.has_case_key(self._db, **known, now=to_micros(now)))

    def access_token(self, provider: str, digest: str) -> tuple[str, datetime] | None:
        row = self._ask.access_token(self._db, provider=provider, digest=digest)
        return (row[0], from_micros(row[1])) if row else None

    def has_earlier_without_key(self, sandbox: str, provider: str, client_id: int) -> bool:
        return bool(self._ask.has_earlier_without_key(self._db, sandbox=sandbox, provider=provider, id=client_id))

    def check(self, sandbox: str, provider: str, check_id: int, now: datetime) -> FiledCheck | None:
        key = {"sandbox": sandbox, "provider": provider, "id": check_id}
        row = self._ask.check(self._db, **key, now=to_micros(now)) if rows.can_be_id(check_id) else None
        return case_file_rows.filed_check_of(row) if row else None

    def list_checks(
        self, sandbox: str, provider: str, query: CheckFilter, now: datetime, *, offset: int, limit: int
    ) -> Sequence[FiledCheck]:
        if (outcomes := outcomes_of(query)) is not None:
            params = _check_params(sandbox, provider, query, now)
            return self._list_checks_alike(params, outcomes, offset=offset, limit=limit)
        ask = self._ask.list_checks if query.case_id is None else self._ask.list_checks_of_case
        params = _check_params(sandbox, provider, query, now)
        return [case_file_rows.filed_check_of(row) for row in ask(self._db, **params, offset=offset, limit=limit)]

    def _list_checks_alike(
        self, params: rows.Params, outcomes: Collection[Outcome | None], *, offset: int, limit: int
    ) -> Sequence[FiledCheck]:
        """Return a page of the checks of these outcomes that fit besides, newest first."""
        ask, bounded = self._ask.newest_checks_alike, {**params, "limit": offset + limit}
        found = [row[0] for each in outcomes for row in ask(self._db, **bounded, outcome=each or "")]
        ids = json.dumps(sorted(found, reverse=True)[offset : offset + limit])
        return [case_file_rows.filed_check_of(row) for row in self._ask.checks_by_ids(self._db, **params, ids=ids)]

    def count_checks(self, sandbox: str, provider: str, query: CheckFilter, now: datetime) -> int:
        params = _check_params(sandbox, provider, query, now)
        if (outcomes := outcomes_of(query)) is not None:
            ask_one = self._ask.count_checks_alike
            return sum(int(ask_one(self._db, **params, outcome=each or "")) for each in outcomes)
        ask = self._ask.count_all_checks if query.case_id is None else self._ask.count_checks_of_case
        return int(ask(self._db, **params))

    def document(self, sandbox: str, provider: str, document_id: int, now: datetime) -> Document | None:
        key = {"sandbox": sandbox, "provider": provider, "id": document_id}
        row = self._ask.document(self._db, **key, now=to_micros(now)) if rows.can_be_id(document_id) else None
        return case_file_rows.document_of(row) if row else None

    def known_documents(self, sandbox: str, provider: str, ids: Collection[int], now: datetime) -> set[int]:
        params = {"sandbox": sandbox, "provider": provider, "ids": json.dumps(list(ids)), "now": to_micros(now)}
        return {row[0] for row in self._ask.known_documents(self._db, **params)}

    def documents_of_case(self, sandbox: str, provider: str, case_id: int, now: datetime) -> Sequence[Document]:
        params = {"sandbox": sandbox, "provider": provider, "case_id": case_id, "now": to_micros(now)}
        return [case_file_rows.document_of(row) for row in self._ask.documents_of_case(self._db, **params)]


def _check_params(sandbox: str, provider: str, query: CheckFilter, now: datetime) -> rows.Params:
    return {
        "sandbox": sandbox,
        "provider": provider,
        "now": to_micros(now),
        "case_id": query.case_id,
        "kind": query.kind,
        "outcomes": rows.outcomes_param(query.outcomes),
        "least_risk": query.least_risk,
        "most_risk": query.most_risk,
    }

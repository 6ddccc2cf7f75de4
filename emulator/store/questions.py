"""Questions to the store, one named query each."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from emulator.core.deliveries import Delivery, DeliveryFilter, DeliveryReport
from emulator.core.model import Case, CaseFilter, CaseSearch, Check, Dues, Sandbox
from emulator.core.sandbox_clock import EPOCH, from_micros, to_micros
from emulator.store import delivery_rows, images, rows, sandbox_rows
from emulator.store.alike import count_alike, pairs_of
from emulator.store.case_file_questions import CaseFileQuestions
from emulator.store.connection import Connection
from emulator.store.named_queries import NamedQueries
from emulator.store.search_params import text_params

MOST_KEPT = 1_000  # rows of sandboxes
SEARCHED, SEARCHED_DELIVERIES = 80_000, 50_000  # the newest in which a text is looked for


class Questions(CaseFileQuestions):
    """The questions that a transaction can ask; an unknown sandbox holds nothing."""

    beside: Sequence[str] = ("access_tokens",)  # the tables that no snapshot holds

    def __init__(self, connection: Connection, queries: NamedQueries, kept_sandboxes: dict[str, Sandbox]) -> None:
        self._db = connection
        self._ask = queries
        # Every request asks for the row of its sandbox, and it seldom changes; no other process changes the file.
        self._kept_sandboxes = kept_sandboxes

    def case(self, sandbox: str, provider: str, case_id: int, now: datetime) -> Case | None:
        return self._find_case(sandbox, provider, case_id, now, expired_by=to_micros(now))

    def case_even_expired(self, sandbox: str, provider: str, case_id: int, now: datetime) -> Case | None:
        return self._find_case(sandbox, provider, case_id, now, expired_by=0)

    def _find_case(self, sandbox: str, provider: str, case_id: int, now: datetime, *, expired_by: int) -> Case | None:
        key = {"sandbox": sandbox, "provider": provider, "id": case_id}
        row = self._ask.case(self._db, **key, now=expired_by) if rows.can_be_id(case_id) else None
        return self._case(row, now) if row else None

    def _case(self, row: rows.Row, now: datetime) -> Case:
        params = {"sandbox": row[0], "provider": row[1], "case_id": row[2], "now": to_micros(now)}
        checks = self._ask.checks_of_case(self._db, **params) if row[17] else ()
        return rows.case_of(row, tuple(map(rows.check_of, checks)))

    def _cases(self, found: Sequence[rows.Row], now: datetime) -> Sequence[Case]:
        """Return cases of one provider, each with its checks, which take one query for all of them."""
        checks: dict[int, list[Check]] = defaultdict(list)
        if with_checks := [row for row in found if row[17]]:
            ids = json.dumps([row[2] for row in with_checks])
            params = {"sandbox": found[0][0], "provider": found[0][1], "ids": ids, "now": to_micros(now)}
            for row in self._ask.checks_of_cases(self._db, **params):
                checks[row[12]].append(rows.check_of(row))
        return [rows.case_of(row, tuple(checks[row[2]])) for row in found]

    def list_cases(
        self, sandbox: str, provider: str, query: CaseFilter, now: datetime, *, offset: int, limit: int
    ) -> Sequence[Case]:
        if (pairs := pairs_of(query)) is not None:
            return self._list_alike(_filter_params(sandbox, provider, query, now), pairs, now, offset, limit)
        ask = self._ask.list_cases if query.client_id is None else self._ask.list_cases_of_client
        params = _filter_params(sandbox, provider, query, now)
        return self._cases(list(ask(self._db, **params, offset=offset, limit=limit)), now)

    def _list_alike(
        self, params: rows.Params, pairs: Sequence[rows.Params], now: datetime, offset: int, limit: int
    ) -> Sequence[Case]:
        """Return a page of the cases of these pairs of outcome and webhook that fit besides, newest first."""
        bounded = {**params, "limit": offset + limit}
        found = [row[0] for pair in pairs for row in self._ask.newest_alike(self._db, **{**bounded, **pair})]
        ids = json.dumps(sorted(found, reverse=True)[offset : offset + limit])
        return self._cases(self._ask.cases_by_ids(self._db, **params, ids=ids), now)

    def search_cases(self, sandbox: str, provider: str, search: CaseSearch, now: datetime, most: int) -> Sequence[int]:
        params = {
            **_filter_params(sandbox, provider, search.among, now),
            **text_params(search.text),
            "states": None if search.states is None else rows.listed(search.states),
            "window": SEARCHED,
            "limit": most,
        }
        return [row[0] for row in self._ask.search_cases(self._db, **params)]

    def count_cases(self, sandbox: str, provider: str, query: CaseFilter, now: datetime) -> int:
        if (pairs := pairs_of(query)) is not None:
            params = _filter_params(sandbox, provider, query, now)
            return count_alike(self._ask, self._db, params, pairs)
        if query == CaseFilter():
            ask = self._ask.count_all_cases
        elif query == CaseFilter(archived=None):
            ask = self._ask.count_kept_cases
        else:
            ask = self._ask.count_cases if query.client_id is None else self._ask.count_cases_of_client
        return int(ask(self._db, **_filter_params(sandbox, provider, query, now)))

    def sandbox(self, sandbox: str) -> Sandbox | None:
        return self._kept_sandboxes.get(sandbox) or self._read_sandbox(sandbox)

    def _read_sandbox(self, sandbox: str) -> Sandbox | None:
        row = self._ask.sandbox(self._db, name=sandbox)
        if row is None:
            return None
        if len(self._kept_sandboxes) >= MOST_KEPT:
            self._kept_sandboxes.clear()
        found = self._kept_sandboxes[sandbox] = sandbox_rows.sandbox_of(row)
        return found

    def count_cases_by_state(self) -> Mapping[tuple[str, str], int]:
        return {(row[0], row[1]): row[2] for row in self._ask.count_cases_by_state(self._db)}

    def count_deliveries_by_state(self) -> Mapping[str, int]:
        return {row[0]: row[1] for row in self._ask.count_deliveries_by_state(self._db)}

    def count_states_of(self, sandbox: str, now: datetime) -> tuple[Mapping[str, int], Mapping[str, int]]:
        cases = self._ask.count_cases_by_state_of(self._db, sandbox=sandbox, now=to_micros(now))
        deliveries = self._ask.count_deliveries_by_state_of(self._db, sandbox=sandbox)
        return {row[0]: row[1] for row in cases}, {row[0]: row[1] for row in deliveries}

    def events_of(self, sandbox: str) -> Sequence[str]:
        return [row[0] for row in self._ask.events_of(self._db, sandbox=sandbox)]

    def oldest_due_delivery(self) -> datetime | None:
        return rows.maybe_datetime(self._ask.oldest_due_delivery(self._db))

    def dump(self, sandbox: str) -> images.Tables:
        return images.dump(self._db, self._ask, sandbox)

    def dump_beside(self) -> images.Tables:
        return images.dump_beside(self._db, self._ask, self.beside)

    def all_cases(self, sandbox: str) -> Sequence[Case]:
        return [self._case(row, EPOCH) for row in list(self._ask.all_cases(self._db, sandbox=sandbox))]

    def all_deliveries(self, sandbox: str) -> Sequence[Delivery]:
        return [delivery_rows.delivery_of(row) for row in list(self._ask.all_deliveries(self._db, sandbox=sandbox))]

    def has_cases(self, sandbox: str) -> bool:
        return self._ask.has_cases(self._db, name=sandbox) is not None

    def changed_sandboxes(self) -> Sequence[tuple[str, str]]:
        return [(row[0], row[1]) for row in self._ask.changed_sandboxes(self._db)]

    def sandbox_names(self) -> Sequence[str]:
        return [row[0] for row in self._ask.sandbox_names(self._db)]

    def latest_moment(self) -> datetime:
        return from_micros(self._ask.latest_moment(self._db))

    def secrets(self) -> Sequence[tuple[str, str]]:
        return [(row[0], row[1]) for row in self._ask.secrets(self._db)]

    def due_cases(self, now: datetime, limit: int) -> Sequence[tuple[str, str, int]]:
        return list(self._ask.due_cases(self._db, now=to_micros(now), limit=limit))

    def due_cases_of(self, sandbox: str, now: datetime) -> Sequence[tuple[str, str, int]]:
        return list(self._ask.due_cases_of(self._db, sandbox=sandbox, now=to_micros(now)))

    def next_due(self, now: datetime, busy: Collection[str]) -> datetime | None:
        by_wall_time = rows.maybe_datetime(self._ask.next_due(self._db, busy=rows.listed(busy)))
        dues = [sandbox_rows.wall_time_of_next(row, now) for row in self._ask.own_clocks(self._db)]
        return min((due for due in (by_wall_time, *dues) if due), default=None)

    def next_due_of(self, sandbox: str) -> Dues:
        return sandbox_rows.dues_of(self._ask.next_due_of(self._db, sandbox=sandbox))

    def next_expiry_of(self, sandbox: str, now: datetime) -> datetime | None:
        return rows.maybe_datetime(self._ask.next_expiry_of(self._db, sandbox=sandbox, now=to_micros(now)))

    def due_deliveries_of(self, sandbox: str, now: datetime, limit: int) -> Sequence[Delivery]:
        params = target_params((), None)
        found = self._ask.due_deliveries_of(self._db, sandbox=sandbox, now=to_micros(now), limit=limit, **params)
        return [delivery_rows.delivery_of(row) for row in found]

    def holds_lease(self, delivery: Delivery, owner: str) -> bool:
        held = self._ask.holds_lease(
            self._db, sandbox=delivery.sandbox, id=delivery.id, owner=owner, attempts=delivery.attempts
        )
        return held is not None

    def leased_by_others(self, sandbox: str, owner: str) -> int:
        return 0

    def holds_one_for(self, delivery: Delivery) -> bool:
        return self._ask.holds_one_for(self._db, sandbox=delivery.sandbox, target=delivery.target) is not None

    def find_deliveries(self, sandbox: str, query: DeliveryFilter, limit: int) -> Sequence[DeliveryReport]:
        ask = getattr(self._ask, _query_of(query))
        found = list(ask(self._db, sandbox=sandbox, limit=limit, **_delivery_params(query)))
        # The index orders them by position, and a delivery that reaches the inbox after an attempt gets a new one.
        return sorted((self._report(row) for row in reversed(found)), key=lambda report: report.delivery.created_at)

    def _report(self, row: rows.Row) -> DeliveryReport:
        found = self._ask.attempts_of(self._db, sandbox=row[0], id=row[1])
        return DeliveryReport(
            delivery=delivery_rows.delivery_of(row),
            external_id=row[16],
            rule=row[17],
            client_name=row[18],
            outcome=row[19],
            attempts=tuple(map(delivery_rows.attempt_of, found)),
        )

    def inbox(self, sandbox: str, limit: int) -> tuple[int, Sequence[Delivery]]:
        found = self._ask.inbox(self._db, sandbox=sandbox, limit=limit)
        deliveries = [delivery_rows.delivery_of(row) for row in found]
        return int(self._ask.count_inbox(self._db, sandbox=sandbox)), deliveries[::-1]


def _filter_params(sandbox: str, provider: str, query: CaseFilter, now: datetime) -> rows.Params:
    return {
        "sandbox": sandbox,
        "provider": provider,
        "now": to_micros(now),
        "client_id": query.client_id,
        "outcomes": rows.outcomes_param(query.outcomes),
        "has_webhook": None if query.has_webhook is None else int(query.has_webhook),
        "external_id": query.external_id,
        "archived": None if query.archived is None else int(query.archived),
    }


def _delivery_params(query: DeliveryFilter) -> rows.Params:
    return {
        "id": query.id,
        "provider": query.provider,
        "case_id": query.case_id,
        "external_id": query.external_id,
        "event": query.event,
        "states": None if query.states is None else rows.listed(query.states),
        **text_params(query.text),
        "window": SEARCHED_DELIVERIES,
    }


def _query_of(query: DeliveryFilter) -> str:
    """Return the name of the query that finds these deliveries by an index, or of the one that looks at all."""
    if query == DeliveryFilter(id=query.id) and query.id is not None:
        return "delivery"
    named = DeliveryFilter(provider=query.provider, case_id=query.case_id)
    is_of_case = query == named and None not in (query.provider, query.case_id)
    return "deliveries_of_case" if is_of_case else "find_deliveries"


def target_params(busy: Collection[str], waiting: Collection[str] | None) -> rows.Params:
    """Return the targets that a query leaves out, and the only ones it considers (None: any), as its parameters."""
    return {"busy": rows.listed(busy), "waiting": None if waiting is None else rows.listed(waiting)}

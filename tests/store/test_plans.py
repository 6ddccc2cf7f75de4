"""What a sandbox with many cases is asked often is found by the index that was made for it."""

import sqlite3
from collections import defaultdict
from pathlib import Path

import pytest

from emulator.store.sqlite import SqliteStore, read_queries

FOUND_BY: dict[str, str | tuple[str, ...]] = {
    "checks_of_case": "checks_of_case (sandbox=? AND provider=? AND case_id=?)",
    "checks_of_cases": "checks_of_case (sandbox=? AND provider=? AND case_id=?)",
    "list_checks": "sqlite_autoindex_checks_1 (sandbox=? AND provider=?)",
    "list_checks_of_case": "checks_of_case (sandbox=? AND provider=? AND case_id=?)",
    "list_cases_of_client": "cases_of_client (sandbox=? AND provider=? AND client_id=?)",
    "client": "cases_of_client (sandbox=? AND provider=? AND client_id=?)",
    "move_to_case": "documents_of_case (sandbox=? AND provider=? AND case_id=?)",
    "move_to_checks": "documents_of_check (sandbox=? AND provider=? AND check_id=?)",
    "count_all_cases": "cases_archived (sandbox=? AND provider=? AND archived_at>?)",
    "count_all_checks": "cases_archived (sandbox=? AND provider=? AND archived_at>?)",
    "due_cases": "cases_due (due_at<?)",
    "due_cases_of": "cases_due (due_at<?)",
    "next_due_of": ("cases_due (due_at>?)", "deliveries_due_of (sandbox=?)", "deliveries_leased (lease_until>?)"),
    "own_clocks": "cases_due (due_at>?)",
    "delivery": "sqlite_autoindex_deliveries_1 (sandbox=? AND id=?)",
    "deliveries_of_case": "deliveries_of_case (sandbox=? AND provider=? AND case_id=?)",
    "list_cases": "sqlite_autoindex_cases_1 (sandbox=? AND provider=?)",
    "newest_alike": "cases_by_outcome (sandbox=? AND provider=? AND <expr>=? AND <expr>=?)",
    "count_alike_of_reference": "cases_by_outcome (sandbox=? AND provider=? AND <expr>=? AND <expr>=?)",
    "count_alike": "cases_by_outcome (sandbox=? AND provider=? AND <expr>=? AND <expr>=?)",
    "count_some_alike": "cases_by_outcome (sandbox=? AND provider=? AND <expr>=? AND <expr>=?)",
    "newest_checks_alike": "checks_by_outcome (sandbox=? AND provider=? AND <expr>=?)",
    "count_checks_alike": "checks_by_outcome (sandbox=? AND provider=? AND <expr>=?)",
    "checks_by_ids": "sqlite_autoindex_checks_1 (sandbox=? AND provider=? AND id=?)",
    "cases_by_ids": "sqlite_autoindex_cases_1 (sandbox=? AND provider=? AND id=?)",
    "release_held": "deliveries_held (sandbox=?)",
    "holds_one_for": "deliveries_held (sandbox=?)",
    "due_deliveries": "deliveries_due (due_at<?)",
    "due_deliveries_of": "deliveries_due_of (sandbox=? AND due_at<?)",
}


@pytest.mark.parametrize("name", FOUND_BY)
def test_the_index_made_for_it_is_used(name: str, tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    SqliteStore(path).close()
    query = getattr(read_queries(), name)
    with sqlite3.connect(path) as database:
        steps = [
            row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.take(defaultdict(lambda: None)))
        ]
    database.close()
    found_by = FOUND_BY[name]
    for index in [found_by] if isinstance(found_by, str) else found_by:
        assert any(step.endswith(f"INDEX {index}") for step in steps), steps

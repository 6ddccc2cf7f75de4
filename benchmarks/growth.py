"""What a create costs in a sandbox of a million cases against an empty one, and what lists cost at a hundred thousand.

The cases are written through the store, a hundred thousand in a transaction, as copies of two that requests
created; creates and lists are asked of the application in this process, without a server.
"""

import gc
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.layers import call, log_to_nowhere
from benchmarks.orders import ORDERS, REUSED, Order, external_id
from benchmarks.workbench import SANDBOX, Workbench

BOUND = 1.15  # of the cost of a create at the most cases, in units of that at none
LIST_BOUND = 0.250  # seconds, at a hundred thousand cases
LISTED = 100_000
BATCH = 100_000  # each is searched for orphans among all that are there
CREATES = 100  # in a block
TIMES = 9
BOTH = ("aplyid", "sphinxhq")
LISTS = {
    "the feed": "/",
    "the feed's poll": "/?part=live",
    "the list of the control API": f"/_emulator/sandboxes/{SANDBOX}/cases",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Cost:
    """Microseconds of a create, each the median of its blocks, and the median of the ratios of neighbouring blocks."""

    at_none: float
    at_most: float
    ratio: float


@dataclass(frozen=True)
class Growth:
    """What was found."""

    cases: int
    costs: Mapping[str, Cost]  # by API and kind of store
    listed: int
    lists: Mapping[str, float]  # seconds, medians


class Template:
    """Rows of one case of each API, and copies of them under other numbers."""

    def __init__(self, bench: Workbench) -> None:
        for name in BOTH:
            call(bench.built.app, _in_sandbox(ORDERS[name](), "template"))(0)
        with bench.built.store.reading() as read:
            self._tables = read.dump("template")
        rows = [(table, row) for table in ("clients", "cases") for row in self._tables[table]]
        self._last = {(table, row["provider"]): dict(row) for table, row in rows}

    def counters(self, cases: int) -> Sequence[Row]:
        """The next ids after so many cases."""
        return [{**row, "next": _number(row, "next") + 2 * cases} for row in self._tables["counters"]]

    def copies(self, numbers: range) -> Mapping[str, Sequence[Row]]:
        """The rows of so many cases, by API in turn; every fourth of an API has the client of an earlier one."""
        pairs = [(BOTH[number % len(BOTH)], number // len(BOTH)) for number in numbers]
        fresh = [pair for pair in pairs if pair[1] % REUSED != REUSED - 1]
        return {
            **dict.fromkeys(self._tables, ()),
            "clients": [
                {**self._last["clients", name], "id": self._id("clients", name, n), **_named(n)} for name, n in fresh
            ],
            "cases": [
                {
                    **self._last["cases", name],
                    "id": self._id("cases", name, n),
                    "client_id": self._id("clients", name, n - REUSED + 1 if n % REUSED == REUSED - 1 else n),
                    "created_at": _number(self._last["cases", name], "created_at") + n,
                }
                for name, n in pairs
            ],
            "checks": [
                {**check, "id": _number(check, "id") + 2 * n, "case_id": self._id("cases", name, n)}
                for name, n in pairs
                for check in self._tables["checks"]
                if check["provider"] == name
            ],
        }

    def _id(self, table: str, provider: str, number: int) -> int:
        return _number(self._last[table, provider], "id") + number


def _number(row: Mapping[str, object], column: str) -> int:
    number = row[column]
    assert isinstance(number, int), (column, number)
    return number


def _named(number: int) -> Row:
    return {"external_id": external_id(number), "reuse_key": external_id(number)}


def _in_sandbox(order: Order, sandbox: str) -> Order:
    headers = {name: value.replace(f"test_{SANDBOX}", f"test_{sandbox}") for name, value in order.headers.items()}
    return replace(order, headers=headers)


def measure(cases: int, pairs: int) -> Growth:
    """Blocks of creates in turn in the empty and in the full sandbox, by default and on a kept file; lists on the way.

    Raise RuntimeError for a list that fails.
    """
    costs: dict[str, Cost] = {}
    lists: dict[str, float] = {}
    with TemporaryDirectory(prefix="benchmarks-") as folder, log_to_nowhere():
        for kind, files in (("", (None, None)), (" in a file", (Path(folder, "none"), Path(folder, "most")))):
            with Workbench.open(files[0]) as empty, Workbench.open(files[1]) as full:
                for reached in fill(full, cases):
                    if reached == min(LISTED, cases) and not lists:
                        lists = {name: _seconds(full, path) for name, path in LISTS.items()}
                costs |= {name + kind: creates(empty, full, name, cases, pairs) for name in BOTH}
    return Growth(cases, costs, min(LISTED, cases), lists)


def fill(bench: Workbench, cases: int) -> Iterator[int]:
    """Write so many cases into the sandbox, batch by batch; tell how many are there after each."""
    template = Template(bench)
    with bench.built.store.transaction() as tx:
        tx.add_sandbox(SANDBOX, [], bench.built.scheduler.clock.now())
        tx.load(SANDBOX, {**template.copies(range(0)), "counters": template.counters(cases)})
    with _steady():
        for first in range(0, cases, BATCH):
            reached = min(cases, first + BATCH)
            with bench.built.store.transaction() as tx:
                tx.load(SANDBOX, template.copies(range(first, reached)))
            if reached % LISTED == 0 or reached == cases:
                print(f"  {reached:,} of {cases:,} cases are written", file=sys.stderr)
            yield reached


@contextmanager
def _steady() -> Iterator[None]:
    """Millions of rows are made, and none refers to another: nothing to search for garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _seconds(bench: Workbench, path: str) -> float:
    client = bench.built.app.test_client()
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        answer = client.get(path, headers={"Accept": "text/html" if path.startswith("/?") or path == "/" else "*/*"})
        took.append(time.perf_counter() - begun)
        if answer.status_code != 200 or len(answer.data) < 1000:
            raise RuntimeError(f"{path} was answered {answer.status}")
    return median(took[1:])


def creates(empty: Workbench, full: Workbench, name: str, cases: int, pairs: int) -> Cost:
    """Creates of clients that neither sandbox knows, but every fourth."""
    asks = [call(bench.built.app, ORDERS[name]()) for bench in (empty, full)]
    found = []
    for turn in range(pairs + 1):
        first = cases + turn * CREATES
        both = [_microseconds(ask, range(first, first + CREATES)) for ask in asks]
        found.append(both)
    at_none, at_most = zip(*found[1:], strict=True)
    return Cost(median(at_none), median(at_most), median(most / none for none, most in found[1:]))


def _microseconds(ask: Any, numbers: range) -> float:
    begun = time.perf_counter()
    for number in numbers:
        ask(number)
    return (time.perf_counter() - begun) / len(numbers) * 1e6

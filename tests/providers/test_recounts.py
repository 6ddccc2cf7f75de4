"""Every list, by every filter and page, has what a recount of the whole sandbox finds, whatever came to pass in it."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

import pytest

from tests.emulators import Emulator, served

NEW_YEAR, HOOK = "2030-01-01T00:00:00Z", "http://nobody.test/hook"
KINDS = ("PEP", "SANCTION", "IDV")
OUTCOMES = {"ACCEPTED": ("approved",), "REJECTED": ("denied",), "PENDING": ("undecided", None)}
GENERATIONS = ({"Cookie": "sessionid=test_default"}, {"Authorization": "Bearer test_default"})
Row = Mapping[str, Any]


class Sandbox:
    """A sandbox in which much comes to pass, and the rows that it holds then."""

    def __init__(self, emulator: Emulator, seed: str, steps: int, names: tuple[str, ...]) -> None:
        self.emulator, self.random, self.names, self.opened = emulator, Random(seed), names, 0
        emulator.control("PATCH", "clock", {"mode": "frozen", "at": NEW_YEAR})
        emulator.control("PATCH", "", {"delay": 30})
        acts = [self.open] * 8 + [self.add_check, self.restart, self.change, self.complete, self.let_pass]
        for _ in range(steps):
            self.random.choice(acts)()
        self.read()

    def read(self) -> None:
        """Read the rows, without those that have expired by now, the newest first."""
        snapshot = self.emulator.control("GET", "snapshot").json()
        self.now = self.emulator.control("GET", "clock").json()["now"]
        fresh = {table: [row for row in snapshot[table][::-1] if self.is_there(row)] for table in ("cases", "checks")}
        self.cases = [row for row in fresh["cases"] if row["provider"] == "sphinxhq"]
        listed = {row["id"] for row in self.cases if not row["archived_at"]}
        self.checks = [row for row in fresh["checks"] if row["case_id"] in listed]
        self.all_cases = fresh["cases"]

    def is_there(self, row: Row) -> bool:
        return row["expires_at"] is None or row["expires_at"] > self.now

    def ask(self, method: str, path: str, body: Any = None, *, generation: int | None = None) -> Any:
        headers = GENERATIONS[self.random.randrange(2) if generation is None else generation]
        return self.emulator.http.request(method, f"{self.emulator.url}/api/{path}", json=body, headers=headers)

    def open(self) -> None:
        draw = self.random
        customer = {"full_name": f"Mary {draw.choice(self.names)}", "external_id": f"c{draw.randrange(6)}"}
        body = {"customer": customer, "checks": [{"check_type": draw.choice(KINDS)} for _ in range(draw.randrange(3))]}
        for each in (body, *body["checks"]):
            each["delete_after"] = draw.choice((-1, -1, -1, 0, 1))  # type: ignore[call-overload]
        body |= draw.choice(({}, {"webhook_url": HOOK}, {"webhook_url": ""}))  # type: ignore[arg-type]
        self.opened += self.ask("POST", "cases/", body).status_code == 201
        if draw.random() < 0.1:
            self.emulator.aplyid.create(activity__external_id=f"o{draw.randrange(4)}")

    @property
    def some(self) -> int:
        return self.random.randint(1, max(1, self.opened))

    def add_check(self) -> None:
        self.ask("POST", "checks/", {"case_id": self.some, "check_type": self.random.choice(KINDS)})

    def restart(self) -> None:
        answer = self.ask("POST", f"cases/{self.some}/start/?allow_restart=true", {"allow_restart": True})
        self.opened = max(self.opened, answer.json().get("id", 0))

    def change(self) -> None:
        url = self.random.choice((HOOK, "", None))
        self.ask("PATCH", f"cases/{self.some}/", {"webhook_url": url}, generation=1)

    def complete(self) -> None:
        word = self.random.choice(("ACCEPTED", "REJECTED", "PENDING"))
        body = self.random.choice(({"status": "ERROR"}, {"outcome": word}))
        self.emulator.control("POST", f"cases/sphinxhq/{self.some}/complete", body)

    def let_pass(self) -> None:
        seconds = self.random.choice((10, 60, 60, 3600, 90_000))
        assert self.emulator.control("POST", "clock/advance", {"seconds": seconds}).status_code == 200


MIXED = ("Approved", "Denied", "Undecided", "Failed", "Stuck", "Slow")


@pytest.fixture(scope="module", params=[("even", MIXED), ("lopsided", (*["Approved"] * 9, *MIXED))], ids=lambda p: p[0])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with served(delay=30) as emulator:
        seed, names = request.param
        yield Sandbox(emulator, seed, 260, names)


def pages(sandbox: Sandbox, path: str, query: dict[str, Any], fitting: list[int]) -> list[str]:
    """What is wrong with the pages of a list, of which each is asked for."""
    size = query["page_size"]
    last = max(1, -(-len(fitting) // size))
    wrong = []
    for number in range(1, last + 1):
        text = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
        told = sandbox.ask("GET", f"{path}/?{text}&page={number}").json()
        shown = [row["id"] for row in told["results"]], bool(told["next"]), bool(told["previous"]), told["count"]
        counted = fitting[(number - 1) * size : number * size], number < last, number > 1, len(fitting)
        wrong += [f"{path} {query} page {number}: {shown}, not {counted}"] if shown != counted else []
    assert sandbox.ask("GET", f"{path}/?{text}&page={last + 1}").status_code == 404
    return wrong


def without_none(**query: Any) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def fits_outcome(row: Row, outcome: str | None) -> bool:
    return outcome is None or row["outcome"] in OUTCOMES[outcome]


def test_there_is_something_of_every_kind(sandbox: Sandbox) -> None:
    cases = sandbox.cases
    assert {row["outcome"] for row in cases} == {"approved", "denied", "undecided", None}
    assert {bool(row["webhook_url"]) for row in cases} == {bool(row["archived_at"]) for row in cases} == {True, False}
    assert {"failed", "completed", "open"} <= {row["state"] for row in cases}
    assert len(cases) < sandbox.opened  # some have expired
    assert len({row["case_id"] for row in sandbox.checks}) > 20


@pytest.mark.parametrize("size", [7, 100])
def test_cases_are_listed_as_a_recount_finds_them(sandbox: Sandbox, size: int) -> None:
    customers = (None, 123, *sorted({row["client_id"] for row in sandbox.cases})[:2], 999)
    wrong = []
    for outcome, flag, customer in product((None, *OUTCOMES), (None, True, False), customers):
        fitting = [
            row["id"]
            for row in sandbox.cases
            if not row["archived_at"]
            and fits_outcome(row, outcome)
            and flag in (None, bool(row["webhook_url"]))
            and customer in (None, row["client_id"])
        ]
        has_webhook = None if flag is None else str(flag).lower()
        query = without_none(outcome=outcome, has_webhook=has_webhook, customer_id=customer, page_size=size)
        wrong += pages(sandbox, "cases", query, fitting)
    assert wrong == []


@pytest.mark.parametrize(("asked", "size"), [("0", 20), ("-3", 20), ("x", 20), ("", 20), ("101", 100), ("1", 1)])
def test_a_page_has_as_many_cases_as_its_size_allows(sandbox: Sandbox, asked: str, size: int) -> None:
    told = sandbox.ask("GET", f"cases/?page_size={asked}").json()
    assert len(told["results"]) == min(size, told["count"])


@pytest.mark.parametrize("size", [9, 100])
def test_checks_are_listed_as_a_recount_finds_them(sandbox: Sandbox, size: int) -> None:
    risks = sorted(row["risk_score"] for row in sandbox.checks if row["risk_score"] is not None)
    least, most = risks[len(risks) // 3], risks[2 * len(risks) // 3]
    some = (None, sandbox.checks[len(sandbox.checks) // 2]["case_id"])
    wrong = []
    for outcome, kind, low, high, case in product((None, *OUTCOMES), (None, "PEP"), (None, least), (None, most), some):
        fitting = [
            row["id"]
            for row in sandbox.checks
            if fits_outcome(row, outcome)
            and kind in (None, row["kind"])
            and case in (None, row["case_id"])
            and (low is None or (row["risk_score"] is not None and row["risk_score"] >= low))
            and (high is None or (row["risk_score"] is not None and row["risk_score"] <= high))
        ]
        query = without_none(
            outcome=outcome, check_type=kind, min_risk_score=low, max_risk_score=high, case_id=case, page_size=size
        )
        wrong += pages(sandbox, "checks", query, fitting)
    assert wrong == []


STATES: Mapping[str | None, tuple[str, ...]] = {
    None: ("open", "processing", "waiting", "completed", "failed", "cancelled"),
    "in_progress": ("open", "processing"),
    "completed": ("completed",),
    "failed": ("failed",),
}


def test_the_control_api_lists_what_a_recount_finds(sandbox: Sandbox) -> None:
    wrong = []
    choices = ((None, "aplyid", "sphinxhq"), (None, True, False), (None, "approved", "undecided"), STATES, (None, "o1"))
    for provider, archived, outcome, state, reference in product(*choices):
        fits: Callable[[Row], bool] = lambda row: (  # noqa: E731
            provider in (None, row["provider"])  # noqa: B023
            and archived in (None, bool(row["archived_at"]))  # noqa: B023
            and outcome in (None, row["outcome"])  # noqa: B023
            and (state is None or row["state"] in STATES[state])  # noqa: B023
            and reference in (None, row["external_id"])  # noqa: B023
        )
        fitting = {(row["provider"], row["id"]) for row in sandbox.all_cases if fits(row)}
        flag = None if archived is None else str(archived).lower()
        query = without_none(provider=provider, archived=flag, outcome=outcome, state=state, external_id=reference)
        told = sandbox.emulator.http.get(
            f"{sandbox.emulator.url}/_emulator/sandboxes/default/cases", params={**query, "limit": 1000}
        ).json()
        shown = {(case["provider"], case["id"]) for case in told["cases"]}
        if (told["count"], shown) != (len(fitting), fitting):
            wrong.append((query, told["count"], len(fitting), shown ^ fitting))
    assert wrong == [], json.dumps([str(each) for each in wrong[:5]])
